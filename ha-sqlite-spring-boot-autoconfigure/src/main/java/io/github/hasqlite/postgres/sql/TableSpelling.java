package io.github.hasqlite.postgres.sql;

import java.sql.SQLException;
import java.util.Set;

/** Columns that count by themselves: SERIAL and IDENTITY are SQLite's INTEGER PRIMARY KEY, if they are the key. */
final class TableSpelling {

    private static final Set<String> SERIALS =
            Set.of("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2");

    private TableSpelling() {}

    static void apply(TokenBuffer tokens) throws SQLException {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWords(i, "GENERATED", "ALWAYS", "AS", "IDENTITY")) {
                identity(tokens, i, i + 4);
            } else if (tokens.isWords(i, "GENERATED", "BY", "DEFAULT", "AS", "IDENTITY")) {
                identity(tokens, i, i + 5);
            } else if (i > 0
                    && SERIALS.contains(tokens.get(i).name())
                    && tokens.get(i - 1).isName()
                    && isColumn(tokens, i - 1)) {
                requireKey(tokens, i - 1);
                tokens.set(i, "INTEGER");
            }
        }
    }

    private static boolean isColumn(TokenBuffer tokens, int name) {
        return tokens.is(name - 1, "(")
                || tokens.is(name - 1, ",")
                || tokens.isWord(name - 1, "COLUMN")
                || tokens.isWord(name - 1, "ADD");
    }

    private static void identity(TokenBuffer tokens, int from, int behind) throws SQLException {
        int column = from;
        int depth = 0;
        if (tokens.isWords(0, "ALTER", "TABLE") && tokens.isWord(from - 1, "ADD")) {
            throw new SQLException(
                    "a column cannot begin to count by itself: in SQLite only the primary key of CREATE TABLE does",
                    "0A000");
        }
        while (column > 0) {
            if (tokens.is(column - 1, ")")) {
                depth++;
            } else if (tokens.is(column - 1, "(")) {
                depth--;
            }
            if (depth < 0 || (depth == 0 && tokens.is(column - 1, ","))) {
                break;
            }
            column--;
        }
        requireKey(tokens, column);
        int end = tokens.is(behind, "(") ? tokens.closing(behind) + 1 : behind;
        tokens.remove(from, end);
        tokens.set(column + 1, "INTEGER");
    }

    /** Others would stay empty in SQLite. */
    private static void requireKey(TokenBuffer tokens, int column) throws SQLException {
        String name = tokens.get(column).name();
        int end = column;
        while (end < tokens.size() && !tokens.is(end, ",") && !tokens.is(end, ")")) {
            if (tokens.isWords(end, "PRIMARY", "KEY")) {
                return;
            }
            end = tokens.is(end, "(") ? tokens.closing(end) + 1 : end + 1;
        }
        for (int i = end; i < tokens.size(); i++) {
            if (tokens.isWords(i, "PRIMARY", "KEY") && tokens.get(i + 3).name().equals(name) && tokens.is(i + 4, ")")) {
                return;
            }
        }
        throw new SQLException(
                "column \"" + name + "\" cannot count by itself: in SQLite only the primary key does; declare it"
                        + " PRIMARY KEY, or give it a DEFAULT",
                "0A000");
    }
}
