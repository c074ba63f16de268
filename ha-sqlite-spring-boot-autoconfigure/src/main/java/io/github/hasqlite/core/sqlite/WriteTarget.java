package io.github.hasqlite.core.sqlite;

import org.jspecify.annotations.Nullable;

/**
 * What an INSERT, REPLACE, UPDATE or DELETE writes to.
 *
 * @param schema the schema it is qualified with, or empty
 * @param table the table's name, unquoted
 */
public record WriteTarget(String schema, String table) {

    /** Reads the statement between two tokens; {@code null} if it does not write. */
    public static @Nullable WriteTarget of(TokenList tokens, int from, int to) {
        int verb = verb(tokens, from, to);
        if (verb < 0) {
            return null;
        }
        int at = verb + 1;
        if (tokens.isWord(at, "OR")) {
            at += 2;
        }
        if (tokens.isAnyWord(at, "INTO", "FROM")) {
            at++;
        }
        if (at >= to) {
            return null;
        }
        return tokens.is(at + 1, '.')
                ? new WriteTarget(tokens.name(at), tokens.name(at + 2))
                : new WriteTarget("", tokens.name(at));
    }

    private static int verb(TokenList tokens, int from, int to) {
        if (isWrite(tokens, from)) {
            return from;
        }
        if (!tokens.isWord(from, "WITH")) {
            return -1;
        }
        int depth = 0;
        for (int at = from + 1; at < to; at++) {
            if (tokens.is(at, '(')) {
                depth++;
            } else if (tokens.is(at, ')')) {
                depth--;
            } else if (depth == 0 && isWrite(tokens, at) && tokens.is(at - 1, ')')) {
                // behind a common table expression; elsewhere "replace" may be a name
                return at;
            }
        }
        return -1;
    }

    private static boolean isWrite(TokenList tokens, int at) {
        return tokens.isAnyWord(at, "INSERT", "REPLACE", "UPDATE", "DELETE");
    }
}
