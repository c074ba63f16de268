package io.github.hasqlite.postgres.type;

import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Dates and times in the other forms that PostgreSQL reads with {@code DateStyle} ISO, MDY: {@code Jan 5, 2026}, {@code
 * 1/5/2026}, {@code 20260105}, {@code 4:05 PM}, with the names of zones. Used once.
 */
final class MomentText {

    private static final int LONGEST = 80;
    private static final int LAST_YEAR = 9999;
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

    private static final Pattern TIME =
            Pattern.compile("t?(\\d{1,2}):(\\d{1,2})(?::(\\d{1,2})(?:\\.(\\d{0,9})\\d*)?)?([a-z]+|[+-][\\d:]+)?");

    private static final Pattern COMPACT_TIME =
            Pattern.compile("t(\\d{2})(\\d{2})(?:(\\d{2})(?:\\.(\\d{1,9}))?)?(z|[+-][\\d:]+)?");
    private static final Pattern DATE = Pattern.compile("(\\d{1,4})([-/.])(\\d{1,2})\\2(\\d{1,4})");
    private static final Pattern COMPACT_DATE = Pattern.compile("(\\d{4}|\\d{2})(\\d{2})(\\d{2})");
    private static final Pattern OFFSET = Pattern.compile("([+-])(\\d{1,2}):?(\\d{2})?(?::?(\\d{2}))?");

    /** A year with more than four digits, or before the first one. */
    private static final Pattern OUT_OF_RANGE = Pattern.compile(
            "[+-]?\\d{5,9}-\\d{1,2}-\\d{1,2}(?:[T ].{0,40})?|-\\d{4}-\\d.{0,50}|.{0,50}\\d.{0,30}\\bbc\\s*",
            Pattern.CASE_INSENSITIVE);

    /** Between a number and the name of a month, or a date and its time. */
    private static final Pattern SEAM = Pattern.compile(
            "(?<=\\d)[-/.](?=[a-z])|(?<=[a-z])[-/.](?=\\d)|(?<=[a-z][-/.]\\d{1,2})[-/.](?=\\d)|(?<=\\d{6})(?=t\\d)|(?<=\\d-\\d{1,2})(?=t\\d)");

    /** Hours before or behind UTC, of the names that PostgreSQL knows at first and that mean one zone. */
    private static final Map<String, Integer> ZONES = Map.ofEntries(
            Map.entry("z", 0),
            Map.entry("utc", 0),
            Map.entry("gmt", 0),
            Map.entry("zulu", 0),
            Map.entry("wet", 0),
            Map.entry("bst", 1),
            Map.entry("cet", 1),
            Map.entry("cest", 2),
            Map.entry("eet", 2),
            Map.entry("eest", 3),
            Map.entry("msk", 3),
            Map.entry("jst", 9),
            Map.entry("est", -5),
            Map.entry("edt", -4),
            Map.entry("cst", -6),
            Map.entry("cdt", -5),
            Map.entry("mst", -7),
            Map.entry("mdt", -6),
            Map.entry("pst", -8),
            Map.entry("pdt", -7));

    private final String text;
    private final List<String> numbers = new ArrayList<>();
    private int year = -1;
    private int month = -1;
    private int day = -1;
    private int hour = -1;
    private int minute;
    private int second;
    private int nanos;
    private @Nullable String half;
    private @Nullable ZoneId zone;

    private MomentText(String text) {
        this.text = text;
    }

    /**
     * What a text says.
     *
     * @return {@code null} if it is in no form that is known
     * @throws SQLException if there is no such day or time (22008)
     */
    static @Nullable TimeText parse(String text) throws SQLException {
        TimeText stored = TimeText.parse(text);
        if (stored == null && OUT_OF_RANGE.matcher(text).matches()) {
            throw StoredTime.outOfRange("'" + ValueCast.shown(text) + "'");
        }
        return stored != null || text.length() > LONGEST ? stored : new MomentText(text).read();
    }

    private @Nullable TimeText read() throws SQLException {
        for (String field :
                SEAM.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ").split("[\\s,]+", -1)) {
            boolean known =
                    field.isEmpty() || number(field) || date(field) || time(field) || zone(field) || word(field);
            if (!known) {
                return null;
            }
        }
        hour = hour < 0 && zone != null ? 0 : hour;
        if (!ordered() || (hour < 0 && (half != null || day < 0))) {
            return null;
        }
        try {
            return moment();
        } catch (DateTimeException e) {
            throw outOfRange();
        }
    }

    private boolean number(String field) {
        if (!field.matches("\\d{1,4}")) {
            return false;
        }
        return numbers.add(field);
    }

    private boolean date(String field) {
        Matcher date = DATE.matcher(field);
        Matcher compact = COMPACT_DATE.matcher(field);
        if (day >= 0 || month >= 0 || (!date.matches() && !compact.matches())) {
            return false;
        }
        if (compact.matches()) {
            return ymd(compact.group(1), compact.group(2), compact.group(3));
        }
        boolean first = date.group(1).length() > 2;
        return first
                ? ymd(date.group(1), date.group(3), date.group(4))
                : ymd(date.group(4), date.group(1), date.group(3));
    }

    private boolean ymd(String years, String months, String days) {
        year = year(years);
        month = Integer.parseInt(months);
        day = Integer.parseInt(days);
        return true;
    }

    /** Of two digits those from 1970 to 2069. */
    private static int year(String digits) {
        int number = Integer.parseInt(digits);
        return digits.length() > 2 ? number : number < 70 ? 2000 + number : 1900 + number;
    }

    private boolean time(String field) {
        Matcher time = TIME.matcher(field);
        Matcher compact = COMPACT_TIME.matcher(field);
        Matcher found = time.matches() ? time : compact.matches() ? compact : null;
        if (found == null || hour >= 0) {
            return false;
        }
        hour = Integer.parseInt(found.group(1));
        minute = Integer.parseInt(found.group(2));
        second = found.group(3) == null ? 0 : Integer.parseInt(found.group(3));
        String fraction = found.group(4);
        nanos = fraction == null || fraction.isEmpty() ? 0 : Integer.parseInt((fraction + "00000000").substring(0, 9));
        String rest = found.group(5);
        return rest == null || zone(rest) || word(rest);
    }

    private boolean zone(String field) {
        Integer hours = ZONES.get(field);
        Matcher offset = OFFSET.matcher(field);
        if (zone != null || (hour < 0 && day < 0)) {
            return false;
        }
        try {
            if (hours != null) {
                zone = ZoneOffset.ofHours(hours);
            } else if (offset.matches()) {
                int sign = offset.group(1).equals("-") ? -1 : 1;
                zone = ZoneOffset.ofHoursMinutesSeconds(
                        sign * part(offset, 2), sign * part(offset, 3), sign * part(offset, 4));
            } else if (field.indexOf('/') > 0) {
                zone = named(field);
            }
        } catch (DateTimeException e) {
            return false;
        }
        return zone != null;
    }

    private static int part(Matcher matcher, int group) {
        return matcher.group(group) == null ? 0 : Integer.parseInt(matcher.group(group));
    }

    private static @Nullable ZoneId named(String name) {
        return ZoneId.getAvailableZoneIds().stream()
                .filter(name::equalsIgnoreCase)
                .findFirst()
                .map(ZoneId::of)
                .orElse(null);
    }

    private boolean word(String field) {
        if (field.matches("am|pm")) {
            boolean first = half == null;
            half = field;
            return first;
        }
        if (field.matches("jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?"
                + "|nov(ember)?|dec(ember)?")) {
            boolean first = month < 0;
            month = MONTHS.indexOf(field.substring(0, 3)) / 3 + 1;
            return first;
        }
        return field.matches("ad|(mon|tue(s)?|wed(nes)?|thu(r|rs)?|fri|sat(ur)?|sun)(day)?");
    }

    /** Beside the name of a month, the number with more than two digits is the year, otherwise the second. */
    private boolean ordered() {
        if (numbers.isEmpty()) {
            return month < 0 || day >= 0;
        }
        if (numbers.size() != 2 || month < 0 || day >= 0) {
            return false;
        }
        boolean first = numbers.get(0).length() > 2;
        String days = numbers.get(first ? 1 : 0);
        year = year(numbers.get(first ? 0 : 1));
        day = Integer.parseInt(days);
        return days.length() <= 2;
    }

    private TimeText moment() throws SQLException {
        if (day >= 0 && (year < 1 || year > LAST_YEAR || month < 1 || month > 12)) {
            throw outOfRange();
        }
        LocalDate date = day < 0 ? null : YearMonth.of(year, month).atDay(day);
        if (hour < 0) {
            return new TimeText(date, null, null);
        }
        LocalDateTime local = (date == null ? LocalDate.EPOCH : date).atTime(time());
        boolean last = hour == 24 && minute == 0 && second == 0 && nanos == 0;
        local = last ? local.plusDays(1) : second == 60 ? local.plusSeconds(1) : local;
        if (date == null && !local.toLocalDate().equals(LocalDate.EPOCH)) {
            throw outOfRange();
        }
        ZoneId known = zone;
        return new TimeText(
                date == null ? null : local.toLocalDate(),
                local.toLocalTime(),
                known == null ? null : offset(known, local));
    }

    private LocalTime time() throws SQLException {
        int hours = hour;
        if (half != null) {
            if (hour < 1 || hour > 12) {
                throw outOfRange();
            }
            hours = hour % 12 + (half.equals("pm") ? 12 : 0);
        }
        boolean midnight = hours == 24 && minute == 0 && second == 0 && nanos == 0;
        return LocalTime.of(midnight ? 0 : hours, minute, second == 60 ? 59 : second, nanos);
    }

    /** Where clocks are put back it is the later one, where they are put forward that of before, as in PostgreSQL. */
    private static ZoneOffset offset(ZoneId zone, LocalDateTime local) {
        ZoneOffsetTransition transition = zone.getRules().getTransition(local);
        if (transition == null) {
            return zone.getRules().getOffset(local);
        }
        return transition.isGap() ? transition.getOffsetBefore() : transition.getOffsetAfter();
    }

    private SQLException outOfRange() {
        return new SQLException("date/time field value out of range: \"" + ValueCast.shown(text) + "\"", "22008");
    }
}
