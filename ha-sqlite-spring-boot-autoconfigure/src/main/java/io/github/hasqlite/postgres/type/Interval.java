package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A span of time as PostgreSQL has it: months, days and microseconds are apart, since neither months nor days are of one
 * length.
 */
public record Interval(int months, int days, long micros) {

    private static final int MONTHS = 12;
    private static final int DAYS = 30;
    private static final int LONGEST = 200;
    private static final long SECOND = 1_000_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private static final Pattern PART = Pattern.compile(
            "\\s*(?:([+-]?)(\\d{1,9}):(\\d{1,2})(?::(\\d{1,2}(?:\\.\\d{1,9})?))?|([+-]?\\d{1,15}(?:\\.\\d{1,9})?)\\s*([a-z]*))\\s*");
    private static final Pattern ISO_PART = Pattern.compile("([+-]?\\d{1,15}(?:\\.\\d{1,9})?)([YMWDHS])|(T)");

    /**
     * As PostgreSQL reads it: units, a time, or ISO 8601.
     *
     * @return {@code null} if it is none
     */
    public static @Nullable Interval parse(String text) {
        String given = text.strip();
        if (given.isEmpty() || given.length() > LONGEST) {
            return null;
        }
        try {
            return given.startsWith("P") ? iso(given) : units(given.toLowerCase(Locale.ROOT));
        } catch (ArithmeticException e) {
            return null;
        }
    }

    private static @Nullable Interval units(String text) {
        boolean ago = text.endsWith(" ago");
        String rest = ago ? text.substring(0, text.length() - 4) : text;
        rest = rest.startsWith("@") ? rest.substring(1) : rest;
        Matcher part = PART.matcher(rest);
        Interval sum = new Interval(0, 0, 0);
        int at = 0;
        while (at < rest.length()) {
            if (!part.find(at) || part.start() != at || part.end() == at) {
                return null;
            }
            Interval next = part.group(2) != null ? time(part) : of(new BigDecimal(part.group(5)), part.group(6));
            // seconds without a unit are the last or the only ones
            boolean unnamed = part.group(2) == null && part.group(6).isEmpty() && part.end() < rest.length();
            if (next == null || unnamed) {
                return null;
            }
            sum = sum.plus(next);
            at = part.end();
        }
        return ago ? sum.negated() : sum;
    }

    private static Interval time(Matcher part) {
        BigDecimal seconds = part.group(4) == null ? BigDecimal.ZERO : new BigDecimal(part.group(4));
        long micros =
                Integer.parseInt(part.group(2)) * HOUR + Integer.parseInt(part.group(3)) * MINUTE + micros(seconds);
        return new Interval(0, 0, part.group(1).equals("-") ? -micros : micros);
    }

    private static @Nullable Interval iso(String text) {
        Matcher part = ISO_PART.matcher(text);
        Interval sum = new Interval(0, 0, 0);
        boolean time = false;
        int at = 1;
        while (at < text.length()) {
            if (!part.find(at) || part.start() != at) {
                return null;
            }
            at = part.end();
            if (part.group(3) != null) {
                time = true;
                continue;
            }
            String unit = part.group(2);
            Interval next = of(
                    new BigDecimal(part.group(1)),
                    switch (unit) {
                        case "Y" -> "year";
                        case "M" -> time ? "minute" : "month";
                        case "W" -> "week";
                        case "D" -> "day";
                        case "H" -> "hour";
                        default -> "second";
                    });
            if (next == null) {
                return null;
            }
            sum = sum.plus(next);
        }
        return text.length() > 1 ? sum : null;
    }

    private static @Nullable Interval of(BigDecimal number, String unit) {
        return switch (unit) {
            case "millennium", "millennia" -> ofMonths(number, 1000 * MONTHS);
            case "century", "centuries" -> ofMonths(number, 100 * MONTHS);
            case "decade", "decades" -> ofMonths(number, 10 * MONTHS);
            case "y", "yr", "yrs", "year", "years" -> ofMonths(number, MONTHS);
            case "mon", "mons", "month", "months" -> ofMonths(number, 1);
            case "w", "week", "weeks" -> ofDays(number.multiply(BigDecimal.valueOf(7)));
            case "d", "day", "days" -> ofDays(number);
            case "h", "hr", "hrs", "hour", "hours" -> ofMicros(number, HOUR);
            case "m", "min", "mins", "minute", "minutes" -> ofMicros(number, MINUTE);
            case "", "s", "sec", "secs", "second", "seconds" -> ofMicros(number, SECOND);
            case "ms", "msec", "msecs", "millisecond", "milliseconds" -> ofMicros(number, SECOND / 1000);
            case "us", "usec", "usecs", "microsecond", "microseconds" -> ofMicros(number, 1);
            default -> null;
        };
    }

    private static Interval ofMonths(BigDecimal number, int unit) {
        BigDecimal months = number.multiply(BigDecimal.valueOf(unit));
        int whole = months.toBigInteger().intValueExact();
        if (unit > 1) {
            return new Interval(months.setScale(0, RoundingMode.HALF_UP).intValueExact(), 0, 0);
        }
        return new Interval(whole, 0, 0)
                .plus(ofDays(months.subtract(BigDecimal.valueOf(whole)).multiply(BigDecimal.valueOf(DAYS))));
    }

    private static Interval ofDays(BigDecimal days) {
        int whole = days.toBigInteger().intValueExact();
        return new Interval(0, whole, 0).plus(ofMicros(days.subtract(BigDecimal.valueOf(whole)), DAY));
    }

    private static Interval ofMicros(BigDecimal number, long unit) {
        return new Interval(
                0,
                0,
                number.multiply(BigDecimal.valueOf(unit))
                        .setScale(0, RoundingMode.HALF_EVEN)
                        .longValueExact());
    }

    private static long micros(BigDecimal seconds) {
        return ofMicros(seconds, SECOND).micros;
    }

    /** From one moment to another: days, and what is left. */
    static Interval between(LocalDateTime from, LocalDateTime to) {
        long micros = ChronoUnit.MICROS.between(from, to);
        return new Interval(0, (int) (micros / DAY), micros % DAY);
    }

    /** @throws ArithmeticException if it is too large */
    Interval plus(Interval other) {
        return new Interval(
                Math.addExact(months, other.months),
                Math.addExact(days, other.days),
                Math.addExact(micros, other.micros));
    }

    Interval negated() {
        return times(BigDecimal.ONE.negate());
    }

    /** What is left of months becomes days, of days microseconds. */
    Interval times(BigDecimal factor) {
        return ofMonths(BigDecimal.valueOf(months).multiply(factor), 1)
                .plus(ofDays(BigDecimal.valueOf(days).multiply(factor)))
                .plus(ofMicros(BigDecimal.valueOf(micros).multiply(factor), 1));
    }

    /** The moment that is later by this. The last of a month stays in the month. */
    LocalDateTime after(LocalDateTime moment) {
        return moment.plusMonths(months).plusDays(days).plus(micros, ChronoUnit.MICROS);
    }

    /** For comparisons, in microseconds: PostgreSQL takes a month for 30 days then. */
    long span() {
        long all = Math.addExact(Math.multiplyExact((long) months, DAYS), days);
        return Math.addExact(Math.multiplyExact(all, DAY), micros);
    }

    /** The order of two intervals as texts; texts that are none are behind them, in the order of their letters. */
    public static int compare(String first, String second) {
        if (first.equals(second)) {
            return 0;
        }
        Long one = spanOf(first);
        Long other = spanOf(second);
        if (one != null && other != null) {
            return Long.compare(one, other);
        }
        boolean none = one == null && other == null;
        return none ? first.compareTo(second) : one == null ? 1 : -1;
    }

    private static @Nullable Long spanOf(String text) {
        Interval interval = parse(text);
        try {
            return interval == null ? null : (Long) interval.span();
        } catch (ArithmeticException e) {
            return null;
        }
    }

    /** As PostgreSQL writes it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        boolean before = part(text, months / MONTHS, "year", false);
        before = part(text, months % MONTHS, "mon", before);
        before = part(text, days, "day", before);
        if (micros != 0 || text.isEmpty()) {
            text.append(text.isEmpty() ? "" : " ").append(micros < 0 ? "-" : before ? "+" : "");
            long all = Math.abs(micros);
            text.append(String.format("%02d:%02d:%02d", all / HOUR, all / MINUTE % 60, all / SECOND % 60));
            if (all % SECOND != 0) {
                text.append(String.format(".%06d", all % SECOND).replaceAll("0+$", ""));
            }
        }
        return text.toString();
    }

    private static boolean part(StringBuilder text, int number, String unit, boolean before) {
        if (number == 0) {
            return before;
        }
        text.append(text.isEmpty() ? "" : " ")
                .append(before && number > 0 ? "+" : "")
                .append(number);
        text.append(' ').append(unit).append(number == 1 ? "" : "s");
        return number < 0;
    }
}
