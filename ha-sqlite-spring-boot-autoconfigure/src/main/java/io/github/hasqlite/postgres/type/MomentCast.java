package io.github.hasqlite.postgres.type;

import io.github.hasqlite.core.sqlite.IsoTimes;
import java.math.BigDecimal;
import java.math.MathContext;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Casts to dates and times, and what can be added to them. The time zone is UTC. */
public final class MomentCast {

    private static final int MICRO = 1000;
    private static final int MICRO_DIGITS = 6;

    /** Words that mean another moment each time, and moments that no text of SQLite is. */
    private static final Set<String> WORDS =
            Set.of("now", "today", "tomorrow", "yesterday", "allballs", "infinity", "-infinity");

    private MomentCast() {}

    static String cast(ColumnType target, @Nullable PgType source, String text) throws SQLException {
        PgType type = target.type();
        TimeText read = parse(type, text);
        LocalDate date = read.date();
        LocalTime time = read.time();
        if (type == PgType.TIME) {
            if (time == null || (source == PgType.DATE)) {
                throw ValueCast.invalid(type, text);
            }
            LocalTime local = source == PgType.TIMESTAMPTZ && date != null
                    ? utc(read, date.atTime(time)).toLocalTime()
                    : time;
            return IsoTimes.TIME.format(
                    rounded(LocalDate.EPOCH.atTime(local), target.modifier()).toLocalTime());
        }
        if (date == null) {
            throw ValueCast.invalid(type, text);
        }
        LocalDateTime local = date.atTime(time == null ? LocalTime.MIDNIGHT : time);
        // what has a zone is a moment; a text that is read as a date or time without one has it for nothing
        LocalDateTime moment = source == PgType.TIMESTAMPTZ || type == PgType.TIMESTAMPTZ ? utc(read, local) : local;
        if (type == PgType.DATE) {
            return moment.toLocalDate().toString();
        }
        LocalDateTime exact = rounded(moment, target.modifier());
        return type == PgType.TIMESTAMP ? StoredTime.of(exact) : StoredTime.ofUtc(exact);
    }

    private static TimeText parse(PgType type, String text) throws SQLException {
        String given = text.strip();
        if (given.equalsIgnoreCase("epoch") && type != PgType.TIME) {
            return new TimeText(LocalDate.EPOCH, LocalTime.MIDNIGHT, ZoneOffset.UTC);
        }
        if (WORDS.contains(given.toLowerCase(Locale.ROOT))) {
            throw new SQLException(
                    "'" + given + "' as a " + type.display() + " cannot be had in SQLite; write now() or current_date,"
                            + " with an interval added, or a date",
                    "0A000");
        }
        TimeText read = TimeText.parse(given);
        if (read != null) {
            return read;
        }
        boolean shaped = given.matches("(\\d{4}-\\d{2}-\\d{2})?[T ]?(\\d{2}:\\d{2}(:\\d{2})?.*)?") && !given.isEmpty();
        if (shaped) {
            throw new SQLException("date/time field value out of range: \"" + ValueCast.shown(text) + "\"", "22008");
        }
        throw ValueCast.invalid(type, text);
    }

    private static LocalDateTime utc(TimeText read, LocalDateTime local) {
        ZoneOffset offset = read.offset();
        return offset == null ? local : local.minusSeconds(offset.getTotalSeconds());
    }

    /** To the digits that the type has behind the point, at most six. */
    private static LocalDateTime rounded(LocalDateTime moment, int digits) {
        int kept = digits < 0 || digits > MICRO_DIGITS ? MICRO_DIGITS : digits;
        long unit = MICRO * (long) Math.pow(10, MICRO_DIGITS - kept);
        long nanos = moment.getNano();
        return moment.plusNanos((nanos + unit / 2) / unit * unit - nanos);
    }

    /**
     * A sum or difference with a date, a time or an interval in it. Which it is, the values tell; numbers are added as
     * numbers.
     *
     * @param sign 1 or -1
     * @throws SQLException if there is no such sum (42883)
     */
    public static Object sum(Object left, Object right, int sign) throws SQLException {
        try {
            if (left instanceof Number a && right instanceof Number b) {
                return numbers(a, b, sign);
            }
            if (left instanceof Long days && sign > 0 && right instanceof String text) {
                return sum(text, days, 1);
            }
            if (left instanceof String a && right instanceof Long days) {
                TimeText date = TimeText.parse(a);
                if (date != null && date.date() != null && date.time() == null) {
                    return date.date().plusDays(sign * days).toString();
                }
            }
            if (left instanceof String a && right instanceof String b) {
                return texts(a, b, sign);
            }
        } catch (ArithmeticException | DateTimeException e) {
            throw new SQLException("date/time field value out of range: " + e.getMessage(), "22008", e);
        }
        throw none(left, right, sign);
    }

    private static Object numbers(Number a, Number b, int sign) {
        return a instanceof Long && b instanceof Long
                ? (Object) Math.addExact(a.longValue(), sign * b.longValue())
                : (Object) (a.doubleValue() + sign * b.doubleValue());
    }

    private static Object texts(String a, String b, int sign) throws SQLException {
        TimeText first = TimeText.parse(a);
        TimeText second = TimeText.parse(b);
        Interval added = second == null || !isMoment(b) ? Interval.parse(b) : null;
        if (first != null && isMoment(a) && added != null) {
            return moved(first, sign > 0 ? added : added.times(BigDecimal.ONE.negate()));
        }
        if (first != null && second != null && sign < 0 && first.date() != null && second.date() != null) {
            boolean days = first.time() == null && second.time() == null;
            Interval between = Interval.between(moment(second), moment(first));
            return days ? (Object) (long) between.days() : between.toString();
        }
        boolean dateAndTime = first != null && first.date() != null && first.time() == null && isTime(second);
        if (dateAndTime && sign > 0) {
            return StoredTime.of(first.date().atTime(second.time()));
        }
        if (sign < 0 && isTime(first) && isTime(second)) {
            return Interval.between(moment(second), moment(first)).toString();
        }
        Interval left = Interval.parse(a);
        if (left != null && added != null) {
            return left.plus(sign > 0 ? added : added.times(BigDecimal.ONE.negate()))
                    .toString();
        }
        if (left != null && second != null && sign > 0) {
            return moved(second, left);
        }
        throw none(a, b, sign);
    }

    /** Whether a text is a date or has one: a time alone looks like an interval. */
    private static boolean isMoment(String text) {
        TimeText read = TimeText.parse(text);
        return read != null
                && (read.date() != null
                        || text.length()
                                == IsoTimes.TIME.format(LocalTime.MIDNIGHT).length());
    }

    private static boolean isTime(@Nullable TimeText read) {
        return read != null && read.date() == null && read.time() != null;
    }

    private static LocalDateTime moment(TimeText read) {
        LocalDate date = read.date() == null ? LocalDate.EPOCH : read.date();
        return utc(read, date.atTime(read.time() == null ? LocalTime.MIDNIGHT : read.time()));
    }

    private static String moved(TimeText from, Interval by) {
        LocalDateTime to = by.after(moment(from));
        if (from.date() == null) {
            return IsoTimes.TIME.format(to.toLocalTime());
        }
        return from.offset() == null ? StoredTime.of(to) : StoredTime.ofUtc(to);
    }

    /**
     * An interval that is longer or shorter by a factor, in whatever order.
     *
     * @throws SQLException if it is none, or the factor is no number (22007, 42883)
     */
    public static String product(Object interval, Object factor, boolean divided) throws SQLException {
        if (interval instanceof Number && factor instanceof String) {
            return product(factor, interval, divided);
        }
        if (!(factor instanceof Number number) || !(interval instanceof String text)) {
            throw none(interval, factor, 1);
        }
        Interval read = Interval.parse(text);
        if (read == null) {
            throw ValueCast.invalid(PgType.INTERVAL, text);
        }
        try {
            BigDecimal by = new BigDecimal(number.toString());
            return read.times(divided ? BigDecimal.ONE.divide(by, MathContext.DECIMAL64) : by)
                    .toString();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new SQLException("the interval is out of range for type interval", "22003", e);
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
        throw new SQLException(
                "operator does not exist: \"" + ValueCast.shown(value) + "\" is no number to be multiplied or divided",
                "42883");
    }

    /**
     * How long an interval is, in microseconds, for comparisons.
     *
     * @throws SQLException if it is none (22007)
     */
    public static Object span(Object interval) throws SQLException {
        Interval read = Interval.parse(interval.toString());
        if (read == null) {
            throw ValueCast.invalid(PgType.INTERVAL, interval);
        }
        return read.span();
    }

    private static SQLException none(Object left, Object right, int sign) {
        return new SQLException(
                "operator does not exist: there is no " + (sign > 0 ? "sum" : "difference") + " of \""
                        + ValueCast.shown(left) + "\" and \"" + ValueCast.shown(right) + "\"",
                "42883");
    }
}
