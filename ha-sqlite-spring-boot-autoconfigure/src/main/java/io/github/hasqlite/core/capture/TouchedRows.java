package io.github.hasqlite.core.capture;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sqlite.Function;

/**
 * The SQL function that the triggers on the modules' own tables call: {@code ha_touched(table, inserted,
 * row)}. Remembers which rows of which virtual tables one statement wrote, and whether they were there
 * before. Belongs to one connection.
 */
final class TouchedRows extends Function {

    static final String FUNCTION = "ha_touched";
    static final int ARGUMENTS = 3;

    private final Map<Integer, Map<Long, Boolean>> rows = new HashMap<>();
    private boolean watching;

    void watch(boolean on) {
        watching = on;
        rows.clear();
    }

    /** The rows of a virtual table in the order in which they were first written, and whether they were there. */
    Map<Long, Boolean> of(int table) {
        return rows.getOrDefault(table, Map.of());
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    @Override
    protected void xFunc() throws SQLException {
        if (watching) {
            rows.computeIfAbsent(value_int(0), number -> new LinkedHashMap<>())
                    .putIfAbsent(value_long(2), value_int(1) == 0);
        }
    }
}
