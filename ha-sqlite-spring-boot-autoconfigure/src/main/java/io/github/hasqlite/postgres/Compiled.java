package io.github.hasqlite.postgres;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Statements that a session has compiled, so that what it prepares again and again is compiled once for it. Not thread-safe. */
final class Compiled {

    private static final int MOST = 64;
    private static final int LONGEST = 4_000;

    private final Map<String, KnownTables.Version> texts = new LinkedHashMap<>(MOST, 0.75f, true);

    /**
     * Sees that a statement can be compiled with the schema that is known.
     *
     * @throws SQLException if it cannot
     */
    void require(Plan.OfDatabase plan, KnownTables.Version present) throws SQLException {
        String text = plan.statement().sql().text();
        if (present.equals(texts.get(text))) {
            return;
        }
        plan.compile();
        if (text.length() <= LONGEST) {
            texts.put(text, present);
            if (texts.size() > MOST) {
                texts.remove(texts.keySet().iterator().next());
            }
        }
    }
}
