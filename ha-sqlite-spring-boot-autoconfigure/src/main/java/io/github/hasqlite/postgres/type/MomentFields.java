package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Fields of dates, times and intervals, as {@code extract} and {@code date_trunc} have them. Stateless. */
public final class MomentFields {

    private static final int CENTURY = 100;
    private static final int MILLENNIUM = 1000;
    private static final int DECADE = 10;
    private static final int QUARTER = 3;
    private static final int WEEK = 7;
    private static final int MONTHS = 12;
    private static final int MICRO_DIGITS = 6;
    private static final int MILLI_DIGITS = 3;
    private static final long SECOND = 1_000_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    /** Of a year, as PostgreSQL counts for {@code epoch}: 365.25 days. */
    private static final long YEAR_SECONDS = 31_557_600;

    private static final long MONTH_SECONDS = 2_592_000;
    private static final long DAY_SECONDS = 86_400;

    private MomentFields() {}

    /**
     * A field as a number.
     *
     * @param type of the value: a date, a time, a moment or an interval
     * @throws SQLException if there is no such field (22023, 0A000), or it is none of the type (22007)
     */
    public static Object of(String field, PgType type, Object value) throws SQLException {
        String name = name(field);
        BigDecimal number;
        if (type == PgType.INTERVAL) {
            Interval interval = Interval.parse(value.toString());
            if (interval == null) {
                throw ValueCast.invalid(type, value);
            }
            number = ofInterval(name, interval);
        } else {
            LocalDateTime moment = moment(type, value);
            number = type == PgType.TIME ? null : ofDay(name, moment.toLocalDate());
            if (number == null && name.equals("epoch")) {
                number = seconds(
                        type == PgType.TIME
                                ? moment.toLocalTime().toSecondOfDay()
                                : moment.toEpochSecond(ZoneOffset.UTC),
                        moment);
            } else if (number == null && type != PgType.DATE) {
                number = ofTime(name, moment.toLocalTime());
            }
        }
        if (number == null) {
            throw unknown(field, type);
        }
        return ExactDecimal.stored(number);
    }

    private static BigDecimal seconds(long seconds, LocalDateTime moment) {
        return BigDecimal.valueOf(seconds)
                .add(BigDecimal.valueOf(moment.get(ChronoField.MICRO_OF_SECOND), MICRO_DIGITS));
    }

    private static @Nullable BigDecimal ofDay(String field, LocalDate day) {
        int year = day.getYear();
        int number = switch (field) {
            case "year" -> year;
            case "month" -> day.getMonthValue();
            case "day" -> day.getDayOfMonth();
            case "quarter" -> day.get(IsoFields.QUARTER_OF_YEAR);
            case "week" -> day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
            case "isoyear" -> day.get(IsoFields.WEEK_BASED_YEAR);
            case "dow" -> day.getDayOfWeek().getValue() % WEEK;
            case "isodow" -> day.getDayOfWeek().getValue();
            case "doy" -> day.getDayOfYear();
            case "decade" -> year / DECADE;
            case "century" -> (year + CENTURY - 1) / CENTURY;
            case "millennium" -> (year + MILLENNIUM - 1) / MILLENNIUM;
            default -> -1;
        };
        return number < 0 ? null : BigDecimal.valueOf(number);
    }

    private static @Nullable BigDecimal ofTime(String field, LocalTime time) {
        long micros = time.get(ChronoField.SECOND_OF_MINUTE) * SECOND + time.get(ChronoField.MICRO_OF_SECOND);
        return switch (field) {
            case "hour" -> BigDecimal.valueOf(time.getHour());
            case "minute" -> BigDecimal.valueOf(time.getMinute());
            case "second" -> BigDecimal.valueOf(micros, MICRO_DIGITS);
            case "millisecond" -> BigDecimal.valueOf(micros, MILLI_DIGITS);
            case "microsecond" -> BigDecimal.valueOf(micros);
            default -> null;
        };
    }

    private static @Nullable BigDecimal ofInterval(String field, Interval interval) {
        int years = interval.months() / MONTHS;
        long micros = interval.micros();
        return switch (field) {
            case "millennium" -> BigDecimal.valueOf(years / MILLENNIUM);
            case "century" -> BigDecimal.valueOf(years / CENTURY);
            case "decade" -> BigDecimal.valueOf(years / DECADE);
            case "year" -> BigDecimal.valueOf(years);
            case "quarter" -> BigDecimal.valueOf(interval.months() % MONTHS / QUARTER + 1);
            case "month" -> BigDecimal.valueOf(interval.months() % MONTHS);
            case "day" -> BigDecimal.valueOf(interval.days());
            case "hour" -> BigDecimal.valueOf(micros / HOUR);
            case "minute" -> BigDecimal.valueOf(micros % HOUR / MINUTE);
            case "second" -> BigDecimal.valueOf(micros % MINUTE, MICRO_DIGITS);
            case "millisecond" -> BigDecimal.valueOf(micros % MINUTE, MILLI_DIGITS);
            case "microsecond" -> BigDecimal.valueOf(micros % MINUTE);
            case "epoch" ->
                BigDecimal.valueOf(years * YEAR_SECONDS
                                + interval.months() % MONTHS * MONTH_SECONDS
                                + interval.days() * DAY_SECONDS)
                        .add(BigDecimal.valueOf(micros, MICRO_DIGITS));
            default -> null;
        };
    }

    /**
     * A moment without what is smaller than a field.
     *
     * @param type {@code TIMESTAMP} or {@code TIMESTAMPTZ}
     * @throws SQLException if there is no such field (22023), or it is none of the type (22007)
     */
    public static Object truncated(String field, PgType type, Object value) throws SQLException {
        LocalDateTime moment = moment(type, value);
        LocalDate day = moment.toLocalDate();
        int year = day.getYear();
        LocalDateTime cut = switch (name(field)) {
            case "microsecond" -> moment.truncatedTo(ChronoUnit.MICROS);
            case "millisecond" -> moment.truncatedTo(ChronoUnit.MILLIS);
            case "second" -> moment.truncatedTo(ChronoUnit.SECONDS);
            case "minute" -> moment.truncatedTo(ChronoUnit.MINUTES);
            case "hour" -> moment.truncatedTo(ChronoUnit.HOURS);
            case "day" -> day.atStartOfDay();
            case "week" -> day.minusDays(day.getDayOfWeek().getValue() - 1L).atStartOfDay();
            case "month" -> day.withDayOfMonth(1).atStartOfDay();
            case "quarter" ->
                LocalDate.of(year, (day.getMonthValue() - 1) / QUARTER * QUARTER + 1, 1)
                        .atStartOfDay();
            case "year" -> first(year);
            case "decade" -> first(year / DECADE * DECADE);
            case "century" -> first((year - 1) / CENTURY * CENTURY + 1);
            case "millennium" -> first((year - 1) / MILLENNIUM * MILLENNIUM + 1);
            default -> throw unknown(field, type);
        };
        return type == PgType.TIMESTAMPTZ ? StoredTime.ofUtc(cut) : StoredTime.of(cut);
    }

    private static LocalDateTime first(int year) {
        return LocalDate.of(year, 1, 1).atStartOfDay();
    }

    /** In UTC. */
    static LocalDateTime moment(PgType type, Object value) throws SQLException {
        TimeText read = MomentText.parse(value.toString().strip());
        boolean whole = read != null && (type == PgType.TIME ? read.time() != null : read.date() != null);
        if (read == null || !whole) {
            throw ValueCast.invalid(type, value);
        }
        LocalDate date = read.date() == null || type == PgType.TIME ? LocalDate.EPOCH : read.date();
        LocalDateTime local = date.atTime(read.time() == null ? LocalTime.MIDNIGHT : read.time());
        return type == PgType.TIMESTAMPTZ ? MomentCast.utc(read, local) : local;
    }

    /** In the singular. */
    private static String name(String field) {
        String name = field.toLowerCase(Locale.ROOT).strip();
        return switch (name) {
            case "millennia", "millenniums" -> "millennium";
            case "centuries" -> "century";
            case "decades",
                    "years",
                    "quarters",
                    "months",
                    "weeks",
                    "days",
                    "hours",
                    "minutes",
                    "seconds",
                    "milliseconds",
                    "microseconds" -> name.substring(0, name.length() - 1);
            default -> name;
        };
    }

    private static SQLException unknown(String field, PgType type) {
        return new SQLException(
                "unit \"" + ValueCast.shown(field) + "\" is not supported here for type " + type.display()
                        + ": year, quarter, month, week, day, hour, minute, second and epoch are",
                "0A000");
    }
}
