package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;

/** DROP and CREATE INDEX with what PostgreSQL can say there. SQLite drops what it is told to, and nothing else. */
final class DropSpelling {

    private DropSpelling() {}

    /** @throws SQLException if several are to be dropped, or an index is of a kind that there is not (0A000) */
    static void apply(TokenBuffer tokens) throws SQLException {
        if (tokens.isWord(0, "DROP")) {
            drop(tokens);
        } else if (tokens.isWord(0, "CREATE")) {
            if (tokens.isWord(1, "UNLOGGED")) {
                tokens.remove(1, 2);
            }
            int index = tokens.isWord(1, "UNIQUE") ? 2 : 1;
            if (tokens.isWord(index, "INDEX")) {
                index(tokens, index);
            }
        }
    }

    private static void drop(TokenBuffer tokens) throws SQLException {
        if (tokens.isWords(1, "INDEX", "CONCURRENTLY")) {
            tokens.remove(2, 3);
        }
        int name = tokens.isWords(2, "IF", "EXISTS") ? 4 : 2;
        int end = tokens.is(name + 1, ".") ? name + 3 : name + 1;
        if (tokens.isWord(1, "TRIGGER") && tokens.isWord(end, "ON")) {
            int table = tokens.is(end + 2, ".") ? end + 4 : end + 2;
            tokens.remove(end, table);
        }
        if (tokens.is(end, ",")) {
            throw new SQLException(
                    "DROP takes one name at a time: write a DROP for each", SqlStates.FEATURE_NOT_SUPPORTED);
        }
        if (tokens.isWord(end, "CASCADE") || tokens.isWord(end, "RESTRICT")) {
            tokens.remove(end, end + 1);
        }
    }

    private static void index(TokenBuffer tokens, int at) throws SQLException {
        if (tokens.isWord(at + 1, "CONCURRENTLY")) {
            tokens.remove(at + 1, at + 2);
        }
        if (tokens.isWord(at + 1, "ON")) {
            throw new SQLException("an index needs a name: CREATE INDEX name ON …", SqlStates.FEATURE_NOT_SUPPORTED);
        }
        int on = at + 1;
        while (on < tokens.size() && !tokens.isWord(on, "ON")) {
            on++;
        }
        if (tokens.isWord(on + 1, "ONLY") && tokens.get(on + 2).isName()) {
            tokens.remove(on + 1, on + 2);
        }
        int using = tokens.is(on + 2, ".") ? on + 4 : on + 2;
        if (tokens.isWord(using, "USING")) {
            if (!tokens.isWord(using + 1, "BTREE") && !tokens.isWord(using + 1, "HASH")) {
                throw new SQLException(
                        "SQLite has no indexes of the kind "
                                + tokens.get(using + 1).text() + "; for texts there are full-text tables (FTS5)",
                        SqlStates.FEATURE_NOT_SUPPORTED);
            }
            tokens.remove(using, using + 2);
        }
        int close = tokens.closing(using);
        // the order of NULL in an index, and for which operators it is, changes how fast it is, and no answer
        for (int i = close - 1; i > using; i--) {
            if (tokens.isWords(i, "NULLS", "FIRST") || tokens.isWords(i, "NULLS", "LAST")) {
                tokens.remove(i, i + 2);
            } else if (isOperators(tokens, i)) {
                tokens.remove(i, i + 1);
            }
        }
        close = tokens.closing(using);
        if (tokens.is(using, "(") && tokens.isWord(close + 1, "INCLUDE")) {
            throw new SQLException(
                    "SQLite has no INCLUDE: add the columns to those of the index", SqlStates.FEATURE_NOT_SUPPORTED);
        }
    }

    /** {@code text_pattern_ops} and its kin behind a column. */
    private static boolean isOperators(TokenBuffer tokens, int at) {
        SqlToken before = tokens.get(at - 1);
        return tokens.get(at).kind() == SqlToken.Kind.WORD
                && tokens.get(at).name().endsWith("_ops")
                && (before.isName() || before.is(")"));
    }
}
