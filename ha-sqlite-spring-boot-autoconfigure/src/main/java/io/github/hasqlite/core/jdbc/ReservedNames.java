package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlIdentifier;

/** The names of tables, views, indexes and triggers that belong to replication: all that begin with {@code ha_}. */
final class ReservedNames {

    private static final String PREFIX = "ha_";
    private static final int LENGTH = 3;

    /** Functions for the application, which are no tables. */
    private static final String[] FUNCTIONS = {"id(", "uuid7("};

    private ReservedNames() {}

    static boolean isReserved(String name) {
        return SqlIdentifier.startsWith(name, PREFIX);
    }

    /** Whether a text may name a table of replication: without such a word it cannot, however it is quoted. */
    static boolean mayBeIn(String sql) {
        for (int at = sql.indexOf('_', LENGTH - 1); at >= 0; at = sql.indexOf('_', at + 1)) {
            int start = at - LENGTH + 1;
            if (sql.regionMatches(true, start, PREFIX, 0, LENGTH)
                    && (start == 0 || !Character.isLetterOrDigit(sql.charAt(start - 1)))
                    && !isFunction(sql, at + 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFunction(String sql, int at) {
        for (String function : FUNCTIONS) {
            if (sql.startsWith(function, at)) {
                return true;
            }
        }
        return false;
    }
}
