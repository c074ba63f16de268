package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Sums and products of numbers by the digits that they have as decimals, so that 0.1 and 0.2 are 0.3. What has more digits
 * than floating point keeps is refused. Stateless.
 */
public final class DecimalSum {

    private static final int MOST_DIGITS = 1000;
    private static final int WHOLE_DIGITS = 15;
    private static final MathContext QUOTIENT = new MathContext(40, RoundingMode.HALF_UP);

    /** What is computed. */
    public enum Operator {
        PLUS("ha_add"),
        MINUS("ha_subtract"),
        TIMES("ha_multiply");

        private final String function;

        Operator(String function) {
            this.function = function;
        }

        /** What SQLite knows it as. */
        public String function() {
            return function;
        }
    }

    private DecimalSum() {}

    /**
     * The result.
     *
     * @param first Long, Double, String or byte[], as the other
     * @return Long or Double; the text {@code NaN} if one is that
     * @throws SQLException if one is no number (42883), or the result has too many digits (22003)
     */
    public static Object of(Operator operator, Object first, Object second) throws SQLException {
        return of(operator, first, second, ExactDecimal.isExact(first) && ExactDecimal.isExact(second));
    }

    /** As above, of numbers that are decimals, also where they have more digits than all of floating point has. */
    public static Object exactly(Operator operator, Object first, Object second) throws SQLException {
        return of(operator, first, second, true);
    }

    private static Object of(Operator operator, Object first, Object second, boolean exact) throws SQLException {
        BigDecimal one = decimal(first);
        BigDecimal other = decimal(second);
        if (one != null && other != null) {
            return ExactDecimal.stored(
                    switch (operator) {
                        case PLUS -> one.add(other);
                        case MINUS -> one.subtract(other);
                        case TIMES -> one.multiply(other);
                    },
                    exact);
        }
        if (isNaN(first) || isNaN(second)) {
            return "NaN";
        }
        double a = ((Number) first).doubleValue();
        double b = ((Number) second).doubleValue();
        double result = switch (operator) {
            case PLUS -> a + b;
            case MINUS -> a - b;
            case TIMES -> a * b;
        };
        return Double.isNaN(result) ? "NaN" : (Object) result;
    }

    /**
     * A sum of so many numbers, divided by them, in floating point.
     *
     * @throws SQLException if it has too many digits before the point for that (22003)
     */
    public static Object quotient(BigDecimal sum, long count) throws SQLException {
        BigDecimal quotient = sum.divide(BigDecimal.valueOf(count), QUOTIENT);
        boolean large = quotient.precision() - quotient.scale() > WHOLE_DIGITS;
        return large || ExactDecimal.numberOf(quotient) != null
                ? ExactDecimal.stored(quotient)
                : (Object) quotient.doubleValue();
    }

    /**
     * A number with the digits that it has.
     *
     * @param value Long, Double, String or byte[]
     * @return {@code null} if it is infinite or {@code NaN}
     * @throws SQLException if it is none (42883)
     */
    public static @Nullable BigDecimal decimal(Object value) throws SQLException {
        if (value instanceof Long whole) {
            return BigDecimal.valueOf(whole);
        }
        if (value instanceof Double real) {
            return real.isInfinite() ? null : new BigDecimal(real.toString());
        }
        if (isNaN(value)) {
            return null;
        }
        String text = value instanceof String given ? given.strip() : "";
        if (!LiteralText.isNumber(text) || Math.abs((long) new BigDecimal(text).scale()) > MOST_DIGITS) {
            throw new SQLException(
                    "operator does not exist: \"" + ValueCast.shown(value) + "\" is no number to compute with",
                    "42883");
        }
        return new BigDecimal(text);
    }

    private static boolean isNaN(Object value) {
        return value instanceof String text && text.strip().equalsIgnoreCase("NaN");
    }
}
