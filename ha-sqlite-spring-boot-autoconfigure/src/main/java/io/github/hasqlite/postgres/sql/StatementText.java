package io.github.hasqlite.postgres.sql;

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
