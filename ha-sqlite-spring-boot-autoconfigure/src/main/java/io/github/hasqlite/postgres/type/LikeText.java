package io.github.hasqlite.postgres.type;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;

/** PostgreSQL's {@code ILIKE}, which knows the case of all letters, not only of those of ASCII. Stateless. */
public final class LikeText {

    private static final int ANY = -1;
    private static final int ONE = -2;

    private LikeText() {}

    /**
     * Whether a text is like a pattern, in which a backslash is the escape.
     *
     * @param value Long, Double, String or byte[], as the pattern
     * @return 1 or 0
     * @throws SQLException if one is of bytes (42883), or the pattern ends with its escape (22025)
     */
    public static Long insensitive(Object value, Object pattern) throws SQLException {
        return matches(lower(value), compiled(lower(pattern))) ? 1L : 0L;
    }

    private static int[] lower(Object value) throws SQLException {
        if (value instanceof byte[]) {
            throw new SQLException("operator does not exist: bytea ILIKE text", "42883");
        }
        return value.toString().toLowerCase(Locale.ROOT).codePoints().toArray();
    }

    private static int[] compiled(int[] pattern) throws SQLException {
        int[] compiled = new int[pattern.length];
        int length = 0;
        for (int i = 0; i < pattern.length; i++) {
            int c = pattern[i];
            if (c == '\\' && ++i == pattern.length) {
                throw new SQLException("LIKE pattern must not end with escape character", "22025");
            }
            compiled[length++] = c == '\\' ? pattern[i] : c == '%' ? ANY : c == '_' ? ONE : c;
        }
        return Arrays.copyOf(compiled, length);
    }

    /** Only the last {@link #ANY} is tried again, so it takes no longer than one length times the other. */
    private static boolean matches(int[] text, int[] pattern) {
        int at = 0;
        int place = 0;
        int any = -1;
        int from = 0;
        while (at < text.length) {
            if (place < pattern.length && pattern[place] == ANY) {
                any = place++;
                from = at;
            } else if (place < pattern.length && (pattern[place] == ONE || pattern[place] == text[at])) {
                place++;
                at++;
            } else if (any >= 0) {
                place = any + 1;
                at = ++from;
            } else {
                return false;
            }
        }
        while (place < pattern.length && pattern[place] == ANY) {
            place++;
        }
        return place == pattern.length;
    }
}
