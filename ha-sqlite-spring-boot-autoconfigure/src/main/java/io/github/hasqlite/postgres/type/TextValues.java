package io.github.hasqlite.postgres.type;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** PostgreSQL's functions of texts that SQLite does not have. Characters are those of Unicode. Stateless. */
public final class TextValues {

    private static final int MOST_CHARACTERS = 50_000_000;

    private TextValues() {}

    /**
     * The first characters, or all but the last.
     *
     * @param count Long; negative for how many are left out
     */
    public static Object left(Object text, Object count) {
        int[] all = characters(text);
        int kept = kept(all, count);
        return new String(all, 0, kept);
    }

    /**
     * Characters from a place on, which may be before the first one.
     *
     * @param values text, place from 1, and how many if they are not all
     * @throws SQLException if that is negative (22011)
     */
    public static Object section(List<Object> values) throws SQLException {
        int[] all = characters(values.get(0));
        long from = ((Number) values.get(1)).longValue();
        long count = values.size() > 2 ? ((Number) values.get(2)).longValue() : Long.MAX_VALUE;
        if (count < 0) {
            throw new SQLException("negative substring length not allowed", "22011");
        }
        long begin = Math.max(1, Math.min(from, all.length + 1L));
        long end = count > Integer.MAX_VALUE ? all.length + 1L : Math.min(from + count, all.length + 1L);
        return end <= begin ? "" : new String(all, (int) begin - 1, (int) (end - begin));
    }

    /** The last characters, or all but the first. */
    public static Object right(Object text, Object count) {
        int[] all = characters(text);
        int kept = kept(all, count);
        return new String(all, all.length - kept, kept);
    }

    private static int kept(int[] all, Object count) {
        long number = ((Number) count).longValue();
        return (int) Math.max(0, Math.min(all.length, number < 0 ? all.length + number : number));
    }

    /**
     * Filled up to a length, or cut to it.
     *
     * @param values text, length and what is filled with, a blank if it is not there
     * @param before whether it is filled on the left
     * @throws SQLException if that is too long (54000)
     */
    public static Object padded(List<Object> values, boolean before) throws SQLException {
        int[] all = characters(values.get(0));
        int[] filling = values.size() > 2 ? characters(values.get(2)) : new int[] {' '};
        long length = Math.max(0, ((Number) values.get(1)).longValue());
        if (length <= all.length || filling.length == 0) {
            return new String(all, 0, (int) Math.min(length, all.length));
        }
        requireLength(length);
        int missing = (int) length - all.length;
        int[] filled = new int[missing];
        for (int i = 0; i < missing; i++) {
            filled[i] = filling[i % filling.length];
        }
        String fill = new String(filled, 0, missing);
        return before ? fill + values.get(0) : values.get(0) + fill;
    }

    /**
     * As often as it is said.
     *
     * @throws SQLException if that is too long (54000)
     */
    public static Object repeated(Object text, Object count) throws SQLException {
        long times = Math.max(0, ((Number) count).longValue());
        int length = text.toString().length();
        requireLength(length == 0 ? 0 : Math.min(times, MOST_CHARACTERS + 1L) * length);
        return length == 0 ? "" : text.toString().repeat((int) times);
    }

    private static void requireLength(long characters) throws SQLException {
        if (characters > MOST_CHARACTERS) {
            throw new SQLException("requested length too large: " + characters + " characters", "54000");
        }
    }

    /** From 1; 0 if it is not there. */
    public static Object position(Object text, Object what) {
        int at = text.toString().indexOf(what.toString());
        return at < 0 ? 0L : (long) text.toString().codePointCount(0, at) + 1;
    }

    /**
     * What is between separators.
     *
     * @param values text, separator and number, from 1, or from -1 backwards
     * @throws SQLException if the number is 0 (22023)
     */
    public static Object part(List<Object> values) throws SQLException {
        String separator = values.get(1).toString();
        long number = ((Number) values.get(2)).longValue();
        if (number == 0) {
            throw new SQLException("field position must not be zero", "22023");
        }
        String text = values.get(0).toString();
        String[] parts = separator.isEmpty() ? new String[] {text} : text.split(Pattern.quote(separator), -1);
        long at = number > 0 ? number - 1 : parts.length + number;
        return at >= 0 && at < parts.length ? parts[(int) at] : "";
    }

    /** Each word with a capital, other letters small. */
    public static Object capitals(Object text) {
        StringBuilder words = new StringBuilder();
        boolean within = false;
        for (int c : characters(text)) {
            words.appendCodePoint(within ? Character.toLowerCase(c) : Character.toUpperCase(c));
            within = Character.isLetterOrDigit(c);
        }
        return words.toString();
    }

    public static Object reversed(Object text) {
        int[] all = characters(text);
        for (int i = 0; i < all.length / 2; i++) {
            int other = all[all.length - 1 - i];
            all[all.length - 1 - i] = all[i];
            all[i] = other;
        }
        return new String(all, 0, all.length);
    }

    /**
     * With other characters.
     *
     * @param values text, characters to be replaced, and those that stand for them, or nothing
     */
    public static Object translated(List<Object> values) {
        int[] from = characters(values.get(1));
        int[] to = characters(values.get(2));
        StringBuilder translated = new StringBuilder();
        for (int c : characters(values.get(0))) {
            int at = 0;
            while (at < from.length && from[at] != c) {
                at++;
            }
            if (at == from.length) {
                translated.appendCodePoint(c);
            } else if (at < to.length) {
                translated.appendCodePoint(to[at]);
            }
        }
        return translated.toString();
    }

    /** The number of the first character; 0 if there is none. */
    public static Object code(Object text) {
        return text.toString().isEmpty() ? 0L : (long) text.toString().codePointAt(0);
    }

    /**
     * The character with a number.
     *
     * @throws SQLException if there is none (54000)
     */
    public static Object character(Object code) throws SQLException {
        long number = ((Number) code).longValue();
        boolean surrogate = number >= Character.MIN_SURROGATE && number <= Character.MAX_SURROGATE;
        if (number <= 0 || number > Character.MAX_CODE_POINT || surrogate) {
            throw new SQLException("requested character not valid: " + number, "54000");
        }
        return Character.toString((int) number);
    }

    /** In hexadecimal digits. */
    public static Object md5(Object value) {
        byte[] bytes = value instanceof byte[] given ? given : value.toString().getBytes(StandardCharsets.UTF_8);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    public static Object startsWith(Object text, Object with) {
        return text.toString().startsWith(with.toString()) ? 1L : 0L;
    }

    /** The greatest number that divides both; its sign is none. */
    public static Object divisor(Object one, Object other) {
        return BigInteger.valueOf(((Number) one).longValue())
                .gcd(BigInteger.valueOf(((Number) other).longValue()))
                .longValueExact();
    }

    private static int[] characters(Object text) {
        return text.toString().codePoints().toArray();
    }
}
