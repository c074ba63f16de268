package io.github.hasqlite.core.sqlite;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What SQLite makes of a value before it stores it in a column, for the values of which that is certain beyond the
 * details of one version: which texts are numbers, how a number is written as a text and what becomes of the sign of
 * zero is left to SQLite.
 */
public enum ColumnAffinity {
    /** Numbers become texts. */
    TEXT,
    /** Texts that are numbers become numbers, and reals without a fraction integers. */
    NUMERIC,
    /** As {@link #NUMERIC}. */
    INTEGER,
    /** Numbers, and texts that are numbers, become reals. */
    REAL,
    /** Everything stays as it is. */
    NONE;

    /** Answered by {@link #stored} where that is not known. */
    public static final Object UNCERTAIN = new Object();

    /** Up to here every integer is a real of its own, and the other way round. */
    private static final long EXACT = 1L << 53;

    /** Texts of no more digits are integers below {@link #EXACT}. */
    private static final int EXACT_DIGITS = 15;

    /**
     * The affinity of a column, by the rules of SQLite's documentation (Datatypes In SQLite, section 3.1).
     *
     * @param type as declared; empty for none
     * @param strict whether the table is {@code STRICT}
     */
    public static ColumnAffinity of(String type, boolean strict) {
        String folded = SqlIdentifier.fold(type);
        if (folded.contains("int")) {
            return INTEGER;
        }
        if (folded.contains("char") || folded.contains("clob") || folded.contains("text")) {
            return TEXT;
        }
        if (folded.isEmpty() || folded.contains("blob") || (strict && folded.equals("any"))) {
            return NONE;
        }
        return folded.contains("real") || folded.contains("floa") || folded.contains("doub") ? REAL : NUMERIC;
    }

    /**
     * What a column of this affinity holds when a value was bound and its row was not refused.
     *
     * @param bound as the driver binds it; an array is copied
     * @return a {@link Long}, {@link Double}, {@link String}, {@code byte[]} or {@code null}; {@link #UNCERTAIN} if it
     *     is not known
     */
    public @Nullable Object stored(@Nullable Object bound) {
        if (bound == null) {
            return null;
        }
        if (bound instanceof String text) {
            return stored(text);
        }
        if (bound instanceof Long || bound instanceof Integer || bound instanceof Short) {
            return stored(((Number) bound).longValue(), bound);
        }
        if (bound instanceof Double || bound instanceof Float) {
            return stored(((Number) bound).doubleValue());
        }
        return bound instanceof byte[] blob ? blob.clone() : UNCERTAIN;
    }

    private Object stored(long integer, Object bound) {
        return switch (this) {
            case TEXT -> Long.toString(integer);
            case REAL ->
                Math.abs(integer) <= EXACT && integer != Long.MIN_VALUE ? (Object) (double) integer : UNCERTAIN;
            default -> bound instanceof Long ? bound : (Object) integer;
        };
    }

    private Object stored(double real) {
        boolean negativeZero = real == 0 && 1 / real < 0;
        if (this == TEXT || Double.isNaN(real) || negativeZero) {
            return UNCERTAIN;
        }
        if (this == NONE || this == REAL || real != Math.rint(real)) {
            return real;
        }
        return Math.abs(real) <= EXACT ? (Object) (long) real : UNCERTAIN;
    }

    private Object stored(String text) {
        if (this == TEXT || this == NONE || !mayBeNumber(text)) {
            return asBound(text);
        }
        if (!isPlainInteger(text)) {
            return UNCERTAIN;
        }
        long integer = Long.parseLong(text);
        return this == REAL ? (Object) (double) integer : (Object) integer;
    }

    /** What has half of a surrogate pair in it the driver binds with question marks. */
    private static String asBound(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            }
        }
        return text;
    }

    /** Whether there is nothing in it that no number has: there are more such texts than numbers. */
    private static boolean mayBeNumber(String text) {
        boolean digits = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                // SQLite may not look any further
                return digits;
            }
            digits |= c >= '0' && c <= '9';
            if (c > ' ' && "0123456789+-.eE".indexOf(c) < 0) {
                return false;
            }
        }
        return digits;
    }

    private static boolean isPlainInteger(String text) {
        int from = text.charAt(0) == '-' ? 1 : 0;
        int digits = text.length() - from;
        if (digits < 1 || digits > EXACT_DIGITS || (text.charAt(from) == '0' && text.length() > 1)) {
            return false;
        }
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
