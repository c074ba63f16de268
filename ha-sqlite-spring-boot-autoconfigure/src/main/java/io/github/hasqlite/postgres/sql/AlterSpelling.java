package io.github.hasqlite.postgres.sql;

import java.sql.SQLException;

/** What object-relational mappers write when they make tables: types of time with a length, changes of tables. */
final class AlterSpelling {

    private AlterSpelling() {}

    static void apply(TokenBuffer tokens) throws SQLException {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWord(i, "TIMESTAMP") || tokens.isWord(i, "TIME")) {
                time(tokens, i);
            } else if (tokens.isWords(i, "ALTER", "TABLE")) {
                table(tokens, i + 2);
            }
        }
    }

    /** {@code timestamp(6) with time zone}: SQLite takes no word of a type behind its length. */
    private static void time(TokenBuffer tokens, int at) {
        int length = tokens.is(at + 1, "(") ? tokens.closing(at + 1) + 1 : at + 1;
        boolean zoned = tokens.isWords(length, "WITH", "TIME", "ZONE");
        if (zoned || tokens.isWords(length, "WITHOUT", "TIME", "ZONE")) {
            tokens.replace(at, length + 3, tokens.get(at).text() + (zoned ? "TZ" : ""));
        }
    }

    private static void table(TokenBuffer tokens, int at) throws SQLException {
        if (tokens.isWords(at, "IF", "EXISTS")) {
            tokens.remove(at, at + 2);
        }
        if (tokens.isWord(at, "ONLY")) {
            tokens.remove(at, at + 1);
        }
        int action = tokens.is(at + 1, ".") ? at + 3 : at + 1;
        if (tokens.isWords(action, "ADD", "CONSTRAINT")) {
            constraint(tokens, at, action);
        }
    }

    /** One that is unique is an index; SQLite knows all others only from CREATE TABLE. */
    private static void constraint(TokenBuffer tokens, int table, int action) throws SQLException {
        String name = tokens.get(action + 2).text();
        int kind = action + 3;
        int close = tokens.closing(kind + 1);
        boolean ends = close + 1 >= tokens.size()
                || tokens.is(close + 1, ";")
                || tokens.get(close + 1).text().isEmpty();
        if (!tokens.isWord(kind, "UNIQUE") || !tokens.is(kind + 1, "(") || !ends) {
            throw new SQLException(
                    "the constraint " + name + " cannot be added: SQLite has constraints only from CREATE TABLE; make"
                            + " the table anew with it",
                    "0A000");
        }
        String index = "CREATE UNIQUE INDEX " + name + " ON "
                + tokens.text(table, action).strip();
        String columns = tokens.text(kind + 1, close + 1).strip();
        tokens.replace(table - 2, close + 1, index + " " + columns);
    }
}
