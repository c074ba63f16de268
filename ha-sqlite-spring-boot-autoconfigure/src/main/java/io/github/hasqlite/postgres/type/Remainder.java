package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.sql.SQLException;

/** What is left of a division of numbers with fractions, of which SQLite's {@code %} takes only whole ones. Stateless. */
public final class Remainder {

    private static final int MOST_DIGITS = 1000;

    private Remainder() {}

    /**
     * The rest, with the sign of the dividend.
     *
     * @param dividend Long, Double, String or byte[], as the other
     * @throws SQLException if one is no number (42883), or the divisor is 0 (22012)
     */
    public static Object of(Object dividend, Object divisor) throws SQLException {
        BigDecimal by = number(divisor);
        if (by.signum() == 0) {
            throw new SQLException("division by zero", "22012");
        }
        return ExactDecimal.stored(
                number(dividend).remainder(by), ExactDecimal.isExact(dividend) && ExactDecimal.isExact(divisor));
    }

    /**
     * The number, by which something is divided.
     *
     * @throws SQLException if it is 0 (22012)
     */
    public static Object divisor(Object number) throws SQLException {
        if (number instanceof Number given && given.doubleValue() == 0) {
            throw new SQLException("division by zero", "22012");
        }
        return number;
    }

    private static BigDecimal number(Object value) throws SQLException {
        try {
            if (value instanceof byte[]) {
                throw new NumberFormatException("bytes");
            }
            BigDecimal number = new BigDecimal(value.toString().strip());
            if (Math.abs((long) number.scale()) > MOST_DIGITS) {
                throw new NumberFormatException("more than " + MOST_DIGITS + " digits");
            }
            return number;
        } catch (NumberFormatException e) {
            throw new SQLException(
                    "operator does not exist: \"" + ValueCast.shown(value) + "\" is no number to be divided",
                    "42883",
                    e);
        }
    }
}
