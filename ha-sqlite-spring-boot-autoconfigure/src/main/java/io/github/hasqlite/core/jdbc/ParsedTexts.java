package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Statements of the application by their texts, so that each is read once. Thread-safe. */
final class ParsedTexts {

    /** How many are kept; applications have far fewer, generated ones do not count. */
    private static final int MOST = 2_000;

    private final Map<String, ParsedSql> parsed = new ConcurrentHashMap<>();

    /** The first statement of a text. */
    ParsedSql get(String sql) {
        ParsedSql known = parsed.get(sql);
        if (known == null) {
            known = ParsedSql.first(sql);
            if (parsed.size() >= MOST) {
                parsed.clear();
            }
            parsed.put(sql, known);
        }
        return known;
    }
}
