package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.math.MathContext;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Decimals as numbers of SQLite, which keeps 64 bits of an integer and about 15 digits of others. A text has all of them,
 * but would be compared and sorted as a text. Stateless.
 */
public final class ExactDecimal {

    /** Of floating point, all whole numbers below it are exact. */
    private static final double MOST_EXACT = 1e15;

    private static final MathContext SHOWN = new MathContext(20);
    private static final int LONGEST_SHOWN = 60;
    private static final int DIGITS = 15;
    private static final BigDecimal LEAST = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    private ExactDecimal() {}

    /** Long or Double; {@code null} if both would be other numbers. */
    public static @Nullable Object numberOf(BigDecimal number) {
        BigDecimal shortest = number.stripTrailingZeros();
        if (shortest.scale() <= 0 && shortest.compareTo(LEAST) >= 0 && shortest.compareTo(MOST) <= 0) {
            return shortest.longValueExact();
        }
        double real = shortest.doubleValue();
        boolean same = !Double.isInfinite(real) && new BigDecimal(Double.toString(real)).compareTo(shortest) == 0;
        return same ? (Object) real : null;
    }

    /**
     * An integer that is written with a point or an exponent, of which floating point would be another one.
     *
     * @param text any
     * @return {@code null} if the text is something else
     */
    public static @Nullable Long wholeOf(String text) {
        if (text.chars().allMatch(Character::isDigit) || !LiteralText.isNumber(text)) {
            return null;
        }
        BigDecimal number = new BigDecimal(text);
        return numberOf(number) instanceof Long whole && new BigDecimal(whole.doubleValue()).compareTo(number) != 0
                ? whole
                : null;
    }

    /**
     * The number as SQLite computes with it.
     *
     * @return Long or Double
     * @throws SQLException if it has more digits than those keep (22003)
     */
    public static Object stored(BigDecimal number) throws SQLException {
        Object stored = numberOf(number);
        if (stored == null) {
            throw outOfRange(number.precision() > LONGEST_SHOWN ? number.round(SHOWN) : number);
        }
        return stored;
    }

    /**
     * As above, of numbers of which one may be the result of a division, which no decimal is.
     *
     * @param exact whether none of them is
     * @throws SQLException if it has more digits than are kept, and all of them count (22003)
     */
    public static Object stored(BigDecimal number, boolean exact) throws SQLException {
        Object stored = numberOf(number);
        boolean rounded = stored == null && !exact && Math.abs(number.doubleValue()) < MOST_EXACT;
        return rounded ? (Object) number.doubleValue() : stored(number);
    }

    /** Whether a value has no more digits than floating point keeps of all decimals. */
    public static boolean isExact(Object value) {
        return !(value instanceof Double real)
                || Double.isInfinite(real)
                || new BigDecimal(real.toString()).stripTrailingZeros().precision() <= DIGITS;
    }

    /**
     * A cast to {@code numeric} of what is compared, sorted or computed with.
     *
     * @throws SQLException if only a text would keep its digits (22003), or as other casts
     */
    public static Object cast(ColumnType target, @Nullable ColumnType known, Object value) throws SQLException {
        Object number = ValueCast.cast(target, known, value);
        boolean text = number instanceof String digits && !digits.equals("NaN");
        return text ? stored(new BigDecimal(number.toString())) : number;
    }

    /**
     * A sum in floating point of numbers with so many digits behind the point, without what it adds behind them.
     *
     * @param value Long or Double
     * @param digits Long
     * @throws SQLException if there can be more of it (22003)
     */
    public static Object rounded(Object value, Object digits) throws SQLException {
        if (!(value instanceof Double real) || real.isInfinite()) {
            return value;
        }
        double factor = Math.pow(10, ((Number) digits).doubleValue());
        if (Math.abs(real) * factor >= MOST_EXACT) {
            throw outOfRange(new BigDecimal(real.toString()));
        }
        return Math.rint(real * factor) / factor;
    }

    /**
     * An average of integers, which floating point has with its fraction.
     *
     * @throws SQLException if it is too large for that (22003)
     */
    public static Object limited(Object value) throws SQLException {
        if (value instanceof Double real && Math.abs(real) >= MOST_EXACT && !real.isInfinite()) {
            throw outOfRange(new BigDecimal(real.toString()));
        }
        return value;
    }

    private static SQLException outOfRange(BigDecimal number) {
        return new SQLException(
                "value \"" + number + "\" is out of range for type numeric here: SQLite computes with about 15 digits;"
                        + " cast it to double precision, or round it",
                "22003");
    }
}
