package io.github.hasqlite.postgres.type;

import io.github.hasqlite.core.sqlite.IsoTimes;
import java.math.BigDecimal;
import java.math.MathContext;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;

/**
 * Sums, differences and products with dates, times and intervals in them. Which they are, the values tell: columns of
 * such types may hold numbers as well, which are added as numbers. Stateless.
 */
public final class MomentSum {

    private static final String NO_OPERATOR = "42883";
    private static final int TIME_LENGTH =
            IsoTimes.TIME.format(LocalTime.MIDNIGHT).length();

    private MomentSum() {}

    /**
     * A sum or difference.
     *
     * @param left Long, Double, String or byte[], as the other
     * @param sign 1 or -1
     * @throws SQLException if there is none of such values (42883), or it is no moment (22008)
     */
    public static Object of(Object left, Object right, int sign) throws SQLException {
        try {
            Object sum = null;
            if (left instanceof Number a && right instanceof Number b) {
                sum = numbers(a, b, sign);
            } else if (left instanceof String date && right instanceof Long days) {
                sum = days(date, sign * days);
            } else if (left instanceof Long days && right instanceof String date && sign > 0) {
                sum = days(date, days);
            } else if (left instanceof String a && right instanceof String b) {
                sum = texts(a, b, sign);
            }
            if (sum != null) {
                return sum;
            }
        } catch (ArithmeticException | DateTimeException e) {
            throw new SQLException(
                    "date/time field value out of range: \"" + ValueCast.shown(left) + "\" and \""
                            + ValueCast.shown(right) + "\"",
                    "22008",
                    e);
        }
        throw new SQLException(
                "operator does not exist: there is no " + (sign > 0 ? "sum" : "difference") + " of \""
                        + ValueCast.shown(left) + "\" and \"" + ValueCast.shown(right) + "\"",
                NO_OPERATOR);
    }

    private static Object numbers(Number a, Number b, int sign) {
        return a instanceof Long && b instanceof Long
                ? (Object) Math.addExact(a.longValue(), sign * b.longValue())
                : (Object) (a.doubleValue() + sign * b.doubleValue());
    }

    private static @Nullable Object days(String text, long days) throws SQLException {
        TimeText read = TimeText.parse(text);
        LocalDate date = read == null ? null : read.date();
        return read != null && date != null && read.time() == null ? StoredTime.of(date.plusDays(days)) : null;
    }

    private static @Nullable Object texts(String a, String b, int sign) throws SQLException {
        TimeText first = moment(a);
        TimeText second = moment(b);
        if (first != null && second != null) {
            return sign > 0 ? dateAndTime(first, second) : difference(first, second);
        }
        Interval left = first == null ? Interval.parse(a) : null;
        Interval right = second == null ? Interval.parse(b) : null;
        if (first != null && right != null) {
            return moved(first, sign > 0 ? right : right.negated());
        }
        if (left != null && second != null && sign > 0) {
            return moved(second, left);
        }
        return left == null || right == null
                ? null
                : left.plus(sign > 0 ? right : right.negated()).toString();
    }

    /** A date, a time as it is stored, or both; a shorter time is an interval. */
    private static @Nullable TimeText moment(String text) {
        TimeText read = TimeText.parse(text);
        return read != null && (read.date() != null || text.length() == TIME_LENGTH) ? read : null;
    }

    private static @Nullable Object dateAndTime(TimeText first, TimeText second) throws SQLException {
        LocalDate date = first.date() != null ? first.date() : second.date();
        LocalTime time = first.time() != null ? first.time() : second.time();
        boolean apart =
                (first.date() == null) != (second.date() == null) && (first.time() == null) != (second.time() == null);
        return apart && date != null && time != null ? StoredTime.of(date.atTime(time)) : null;
    }

    private static @Nullable Object difference(TimeText first, TimeText second) {
        if ((first.date() == null) != (second.date() == null)) {
            return null;
        }
        Interval between = Interval.between(local(second), local(first));
        boolean dates = first.time() == null && second.time() == null;
        return dates ? (Object) (long) between.days() : between.toString();
    }

    private static LocalDateTime local(TimeText read) {
        LocalDate date = read.date() == null ? LocalDate.EPOCH : read.date();
        return MomentCast.utc(read, date.atTime(read.time() == null ? LocalTime.MIDNIGHT : read.time()));
    }

    private static String moved(TimeText from, Interval by) throws SQLException {
        LocalDateTime to = by.after(local(from));
        if (from.date() == null) {
            return IsoTimes.TIME.format(to.toLocalTime());
        }
        return from.offset() == null ? StoredTime.of(to) : StoredTime.ofUtc(to);
    }

    /**
     * An interval that is longer or shorter by a factor, in whatever order.
     *
     * @throws SQLException if there is no such product (42883), it is no interval (22007), or too large (22003)
     */
    public static String product(Object interval, Object factor, boolean divided) throws SQLException {
        if (interval instanceof Number && factor instanceof String && !divided) {
            return product(factor, interval, false);
        }
        if (!(factor instanceof Number number) || !(interval instanceof String text)) {
            throw noNumber(factor);
        }
        try {
            BigDecimal by = new BigDecimal(number.toString());
            return interval(text)
                    .times(divided ? BigDecimal.ONE.divide(by, MathContext.DECIMAL64) : by)
                    .toString();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new SQLException("the product is out of range for type interval", "22003", e);
        }
    }

    /**
     * A value that is to be multiplied, although its column is of dates or times: it may hold numbers.
     *
     * @throws SQLException if it is a text (42883)
     */
    public static Object number(Object value) throws SQLException {
        if (value instanceof Number) {
            return value;
        }
        throw noNumber(value);
    }

    private static SQLException noNumber(Object value) {
        return new SQLException(
                "operator does not exist: \"" + ValueCast.shown(value) + "\" is no number to be multiplied or divided",
                NO_OPERATOR);
    }

    /**
     * How long an interval is, in microseconds, for comparisons.
     *
     * @throws SQLException if it is none (22007)
     */
    public static Object span(Object interval) throws SQLException {
        try {
            return interval(interval.toString()).span();
        } catch (ArithmeticException e) {
            throw new SQLException("the interval is out of range for type interval", "22003", e);
        }
    }

    private static Interval interval(String text) throws SQLException {
        Interval read = Interval.parse(text);
        if (read == null) {
            throw ValueCast.invalid(PgType.INTERVAL, text);
        }
        return read;
    }
}
