package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;

/** {@code LIKE} and {@code ILIKE}, which have a backslash for an escape unless they say another one. */
final class LikePattern {

    private final Cursor cursor;
    private final Findings findings;

    LikePattern(Cursor cursor, Findings findings) {
        this.cursor = cursor;
        this.findings = findings;
    }

    /**
     * Spells one, with the cursor behind it.
     *
     * @param start where its left operand begins
     * @param operator where the operator begins, with NOT
     * @param word where LIKE or ILIKE is
     * @param end behind the pattern, where ESCAPE may be
     */
    void spell(int start, int operator, int word, int end) {
        boolean quantified = cursor.tokens.isWord(word + 1, "ANY")
                || cursor.tokens.isWord(word + 1, "ALL")
                || cursor.tokens.isWord(word + 1, "SOME");
        SqlToken escape = cursor.tokens.get(end + 1);
        if (quantified) {
            return;
        }
        if (cursor.at > end) {
            // none at all, for which SQLite has no word
            if (escape.kind() == Kind.TEXT && escape.literal().isEmpty() && cursor.at == end + 2) {
                findings.remove(end, cursor.at);
            }
        } else if (cursor.tokens.isWord(word, "ILIKE") && !isPlain(word + 1, end)) {
            boolean not = operator < word;
            findings.before(start, not ? "(NOT ha_ilike(" : "ha_ilike(");
            findings.remove(operator, word);
            findings.instead(word, ",");
            findings.after(end - 1, not ? "))" : ")");
        } else {
            findings.after(end - 1, " ESCAPE '\\'");
        }
    }

    /** A literal of which SQLite knows all letters, small and large: an index can serve then. */
    private boolean isPlain(int from, int to) {
        SqlToken token = cursor.tokens.get(from);
        return to == from + 1
                && token.kind() == Kind.TEXT
                && token.literal().chars().allMatch(c -> c < 0x80);
    }
}
