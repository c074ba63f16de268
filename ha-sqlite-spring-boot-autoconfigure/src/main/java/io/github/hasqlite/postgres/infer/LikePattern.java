package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.sql.SQLException;

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
    void spell(int start, int operator, int word, int end) throws SQLException {
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
            findings.refuseInSchema(
                    "ILIKE is supported in the schema, which is SQLite's own, only with a literal of ASCII"
                            + " behind it: write LIKE, which knows no case of the letters of ASCII");
            boolean not = operator < word;
            findings.before(start, not ? "(NOT ha_ilike(" : "ha_ilike(");
            findings.remove(operator, word);
            findings.instead(word, ",");
            findings.after(end - 1, not ? "))" : ")");
        } else if (!findings.ofSchema()) {
            findings.after(end - 1, " ESCAPE '\\'");
        } else if (!isLiteral(word + 1, end)
                || cursor.tokens.get(word + 1).literal().indexOf('\\') >= 0) {
            findings.around(word + 1, end, "", " ESCAPE '\\'");
        }
    }

    /** A literal of which SQLite knows all letters, small and large: an index can serve then. */
    private boolean isPlain(int from, int to) {
        return isLiteral(from, to) && cursor.tokens.get(from).literal().chars().allMatch(c -> c < 0x80);
    }

    private boolean isLiteral(int from, int to) {
        return to == from + 1 && cursor.tokens.get(from).kind() == Kind.TEXT;
    }
}
