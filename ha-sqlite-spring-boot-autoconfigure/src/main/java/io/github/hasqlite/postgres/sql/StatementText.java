package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Splits a text into its statements, by PostgreSQL's rules, with the bodies of SQLite's triggers in one piece. */
public final class StatementText {

    private StatementText() {}

    /**
     * The statements as they are written, without their semicolons and without empty ones.
     *
     * @throws SQLException if a text or a comment has no end (42601)
     */
    public static List<String> split(String sql) throws SQLException {
        List<SqlToken> tokens = PgLexer.tokens(sql);
        TokenBuffer buffer = new TokenBuffer(tokens);
        List<String> statements = new ArrayList<>();
        int from = 0;
        while (from < tokens.size()) {
            int to = end(buffer, from);
            // the empty token at the end holds nothing but blanks and comments
            if (to > from && !(to == from + 1 && buffer.get(from).text().isEmpty())) {
                int start = from == 0 ? 0 : tokens.get(from - 1).end();
                statements.add(sql.substring(start, tokens.get(to - 1).end()));
            }
            from = to + 1;
        }
        return statements;
    }

    private static int end(TokenBuffer tokens, int from) {
        boolean trigger = isTrigger(tokens, from);
        int at = from;
        while (at < tokens.size()) {
            if (tokens.is(at, ";") && (!trigger || (tokens.isWord(at - 1, "END") && tokens.is(at - 2, ";")))) {
                return at;
            }
            at++;
        }
        return at;
    }

    /**
     * Says what has happened to a trigger that comes without its end.
     *
     * @throws SQLException if it is one (42601)
     */
    public static void requireWholeTrigger(TokenBuffer tokens) throws SQLException {
        int last = tokens.size() - 1;
        last -= tokens.get(last).text().isEmpty() ? 1 : 0;
        boolean whole = tokens.isWord(last, "END") && tokens.is(last - 1, ";");
        if (isTrigger(tokens, 0) && tokens.containsWord("BEGIN") && !whole) {
            throw new SqlSyntaxException(
                    "the body of the trigger has no end: if the client has cut the statement at a semicolon, as psql does,"
                            + " write \\; instead of ; within BEGIN … END",
                    SqlStates.SYNTAX_ERROR,
                    0);
        }
    }

    private static boolean isTrigger(TokenBuffer tokens, int from) {
        int at = from;
        if (!tokens.isWord(at++, "CREATE")) {
            return false;
        }
        if (tokens.isWord(at, "TEMP") || tokens.isWord(at, "TEMPORARY")) {
            at++;
        }
        return tokens.isWord(at, "TRIGGER");
    }
}
