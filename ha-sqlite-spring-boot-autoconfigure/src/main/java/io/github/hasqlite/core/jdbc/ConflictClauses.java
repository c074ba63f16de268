package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlTokens;

/** Finds out whether a statement says what becomes of rows that break a constraint. */
final class ConflictClauses {

    private ConflictClauses() {}

    /** Whether it has an {@code OR …}, an {@code ON CONFLICT} or is a {@code REPLACE}. */
    static boolean in(String sql) {
        SqlTokens tokens = new SqlTokens(sql);
        boolean afterOr = false;
        boolean first = true;
        while (tokens.advance()) {
            if (tokens.isWord("CONFLICT") || (first && tokens.isWord("REPLACE"))) {
                return true;
            }
            if (afterOr
                    && (tokens.isWord("REPLACE")
                            || tokens.isWord("IGNORE")
                            || tokens.isWord("FAIL")
                            || tokens.isWord("ROLLBACK"))) {
                return true;
            }
            afterOr = tokens.isWord("OR");
            first = false;
        }
        return false;
    }
}
