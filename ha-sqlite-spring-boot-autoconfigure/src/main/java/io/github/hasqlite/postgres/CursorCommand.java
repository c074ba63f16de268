package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.SqlSyntaxException;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** DECLARE, FETCH, MOVE and CLOSE. */
sealed interface CursorCommand {

    /** As the server says that it is done. */
    String tag();

    /**
     * Opens a cursor.
     *
     * @param query its text
     */
    record Declare(String name, String query) implements CursorCommand {

        @Override
        public String tag() {
            return "DECLARE CURSOR";
        }
    }

    /**
     * Goes forward.
     *
     * @param count how many rows at most
     * @param shown whether they are answered
     */
    record Fetch(String name, long count, boolean shown) implements CursorCommand {

        @Override
        public String tag() {
            return shown ? "FETCH" : "MOVE";
        }
    }

    /**
     * Ends a cursor.
     *
     * @param name {@code null} for all
     */
    record Close(@Nullable String name) implements CursorCommand {

        @Override
        public String tag() {
            return name == null ? "CLOSE CURSOR ALL" : "CLOSE CURSOR";
        }
    }

    /**
     * {@code null} if the statement is something else.
     *
     * @throws SQLException if it is written wrongly, or wants what there is not (42601, 0A000)
     */
    static @Nullable CursorCommand of(TokenBuffer tokens, String sql) throws SQLException {
        if (tokens.isWord(0, "DECLARE")) {
            return declare(tokens, sql);
        }
        if (tokens.isWord(0, "CLOSE")) {
            requireName(tokens, 1);
            return new Close(tokens.isWord(1, "ALL") ? null : tokens.get(1).name());
        }
        return tokens.isWord(0, "FETCH") || tokens.isWord(0, "MOVE") ? fetch(tokens) : null;
    }

    private static Declare declare(TokenBuffer tokens, String sql) throws SQLException {
        requireName(tokens, 1);
        int at = 2;
        while (!tokens.isWord(at, "CURSOR")) {
            if (tokens.isWord(at, "SCROLL") && !tokens.isWord(at - 1, "NO")) {
                throw unsupported("a cursor goes forward only: declare it without SCROLL");
            }
            if (tokens.isWord(at, "BINARY")) {
                throw unsupported("BINARY cursors are not supported: ask for the binary format in the protocol");
            }
            if (!List.of("NO", "SCROLL", "INSENSITIVE", "ASENSITIVE")
                    .contains(tokens.get(at).text().toUpperCase(Locale.ROOT))) {
                throw SqlSyntaxException.near(tokens, at);
            }
            at++;
        }
        at++;
        if (tokens.isWords(at, "WITH", "HOLD")) {
            throw unsupported("a cursor ends with its transaction: declare it without WITH HOLD");
        }
        at = tokens.isWords(at, "WITHOUT", "HOLD") ? at + 2 : at;
        if (!tokens.isWord(at, "FOR")) {
            throw SqlSyntaxException.near(tokens, at);
        }
        return new Declare(tokens.get(1).name(), sql.substring(tokens.get(at).end()));
    }

    private static Fetch fetch(TokenBuffer tokens) throws SQLException {
        boolean shown = tokens.isWord(0, "FETCH");
        int at = 1;
        long count = 1;
        for (String word : List.of("PRIOR", "BACKWARD", "FIRST", "LAST", "ABSOLUTE", "RELATIVE")) {
            if (tokens.isWord(1, word) && !tokens.get(2).text().isEmpty()) {
                throw unsupported("cursor can only scan forward: " + word + " is not supported");
            }
        }
        if (tokens.isWord(at, "NEXT") || tokens.isWord(at, "FORWARD")) {
            at++;
        }
        if (tokens.isWord(at, "ALL")) {
            count = Long.MAX_VALUE;
            at++;
        } else if (tokens.get(at).kind() == Kind.NUMBER) {
            count = count(tokens.get(at++).text());
        } else if (tokens.is(at, "-")) {
            throw unsupported("cursor can only scan forward");
        }
        if (tokens.isWord(at, "FROM") || tokens.isWord(at, "IN")) {
            at++;
        }
        requireName(tokens, at);
        return new Fetch(tokens.get(at).name(), count, shown);
    }

    private static long count(String text) throws SQLException {
        long count;
        try {
            count = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new SQLException("a number of rows is a whole one, not " + text, SqlStates.SYNTAX_ERROR, e);
        }
        if (count == 0) {
            throw unsupported("cursor can only scan forward: the current row cannot be fetched again");
        }
        return count;
    }

    private static void requireName(TokenBuffer tokens, int at) throws SQLException {
        boolean alone = tokens.isWord(0, "DECLARE") || tokens.get(at + 1).text().isEmpty();
        if (!tokens.get(at).isName() || !alone) {
            throw SqlSyntaxException.near(tokens, at);
        }
    }

    private static SQLException unsupported(String message) {
        return new SQLException(message, SqlStates.FEATURE_NOT_SUPPORTED);
    }
}
