package io.github.hasqlite.postgres.infer;

import java.sql.SQLException;
import java.util.List;

/** Reads RETURNING, in which SQLite knows the table that is changed by its own name alone, and no other table. */
record ReturningReader(Cursor cursor, Findings findings, StatementReader statements) {

    /**
     * From here on, if it is there.
     *
     * @param table that is changed
     * @param alias which name the statement gives it
     * @throws SQLException if it answers columns of other tables (0A000)
     */
    Query read(Scope scope, String table, String alias) throws SQLException {
        scope.returning();
        if (!cursor.skipWord("RETURNING")) {
            return new Query(List.of());
        }
        int start = cursor.at;
        List<Query.Item> items = statements.list(scope);
        for (int i = start; i < cursor.at; i++) {
            boolean qualifies =
                    cursor.tokens.get(i).isName() && cursor.tokens.is(i + 1, ".") && !cursor.tokens.is(i - 1, ".");
            String name = cursor.tokens.get(i).name();
            if (qualifies && name.equalsIgnoreCase(alias) && cursor.tokens.is(i + 2, "*")) {
                findings.remove(i, i + 2);
            } else if (qualifies && name.equalsIgnoreCase(alias) && !alias.equalsIgnoreCase(table)) {
                findings.instead(i, '"' + table.replace("\"", "\"\"") + '"');
            } else if (qualifies && scope.joins(name)) {
                throw refused(name + ".");
            } else if (cursor.tokens.is(i, "*") && scope.size() > 1 && isAlone(i, start)) {
                throw refused("*");
            }
        }
        return new Query(items);
    }

    private boolean isAlone(int star, int start) {
        return star == start || cursor.tokens.is(star - 1, ",");
    }

    private static SQLException refused(String what) {
        return new SQLException(
                "RETURNING " + what + " is not supported where other tables are joined: SQLite answers columns of the"
                        + " table that is changed; name them, or read the others before",
                "0A000");
    }
}
