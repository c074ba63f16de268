package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;

/** LIMIT and OFFSET that are NULL are none; SQLite refuses them. Stateless. */
final class LimitSpelling {

    private static final String[] ENDS = {"OFFSET", "FOR", "FETCH", "ON", "RETURNING", "DO"};

    private LimitSpelling() {}

    /** To be called when the limit comes first. */
    static void apply(TokenBuffer tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            if (!tokens.isWord(i, "LIMIT")) {
                continue;
            }
            int end = end(tokens, i + 1);
            if (tokens.is(end, ",")) {
                // SQLite's own: OFFSET, LIMIT
                continue;
            }
            if (tokens.isWord(end, "OFFSET")) {
                present(tokens, end + 1, end(tokens, end + 1), "0");
            }
            present(tokens, i + 1, end, "-1");
        }
    }

    private static int end(TokenBuffer tokens, int from) {
        int end = from;
        while (end < tokens.size() && !ends(tokens, end)) {
            end = tokens.is(end, "(") ? tokens.closing(end) + 1 : end + 1;
        }
        return end;
    }

    private static boolean ends(TokenBuffer tokens, int at) {
        for (String word : ENDS) {
            if (tokens.isWord(at, word)) {
                return true;
            }
        }
        return tokens.is(at, ",")
                || tokens.is(at, ")")
                || tokens.is(at, ";")
                || tokens.get(at).text().isEmpty();
    }

    private static void present(TokenBuffer tokens, int from, int to, String none) {
        boolean number = to == from + 1 && tokens.get(from).text().matches("-?\\d+");
        boolean negative =
                tokens.is(from, "-") && to == from + 2 && tokens.get(to - 1).kind() == Kind.NUMBER;
        if (to <= from || number || negative) {
            return;
        }
        if (to == from + 1 && (tokens.isWord(from, "NULL") || tokens.isWord(from, "ALL"))) {
            tokens.set(from, none);
            return;
        }
        tokens.insert(to, ", " + none + ")");
        tokens.insert(from, "coalesce(");
    }
}
