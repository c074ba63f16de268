package io.github.hasqlite.postgres.type;

import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates and times as {@code to_char} writes them, in the words of its language C. Stateless. */
public final class MomentPattern {

    private static final Pattern PART = Pattern.compile(
            "(FM)?((?i:YYYY|YY|HH24|HH12|HH|MI|MS|US|MM|SS(?!SS)|DDD|DD|IYYY|IW|ID|Q)"
                    + "|MONTH|Month|month|MON|Mon|mon|DAY|Day|day|DY|Dy|dy|(?i:D)|AM|PM|am|pm)|\"([^\"]*)\"|([^A-Za-z\"\\\\]+)");

    private static final int WIDEST = 9;
    private static final int MICRO = 1000;
    private static final int MILLI = 1_000_000;
    private static final int HALF = 12;

    private MomentPattern() {}

    /**
     * A moment in a pattern.
     *
     * @param type of the value
     * @throws SQLException if the pattern has what is not known here (0A000)
     */
    public static String of(String pattern, PgType type, Object value) throws SQLException {
        LocalDateTime moment = MomentFields.moment(type, value);
        Matcher part = PART.matcher(pattern);
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < pattern.length()) {
            if (!part.find(at) || part.start() != at) {
                throw new SQLException(
                        "to_char: the pattern '" + ValueCast.shown(pattern.substring(at)) + "' is not supported here;"
                                + " YYYY, MM, DD, HH24, MI, SS, MS, US, Mon, Month, Dy, Day and the like are",
                        "0A000");
            }
            if (part.group(2) != null) {
                text.append(field(part.group(2), moment, part.group(1) != null));
            } else {
                text.append(part.group(3) != null ? part.group(3) : part.group());
            }
            at = part.end();
        }
        return text.toString();
    }

    private static String field(String name, LocalDateTime moment, boolean filled) {
        return switch (name.matches("(?i)(am|pm)") ? name : name.toUpperCase(Locale.ROOT)) {
            case "YYYY" -> number(moment.getYear(), 4, filled);
            case "YY" -> number(moment.getYear() % 100, 2, filled);
            case "IYYY" -> number(moment.get(IsoFields.WEEK_BASED_YEAR), 4, filled);
            case "IW" -> number(moment.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, filled);
            case "MM" -> number(moment.getMonthValue(), 2, filled);
            case "DD" -> number(moment.getDayOfMonth(), 2, filled);
            case "DDD" -> number(moment.getDayOfYear(), 3, filled);
            case "HH24" -> number(moment.getHour(), 2, filled);
            case "HH12", "HH" -> number((moment.getHour() + HALF - 1) % HALF + 1, 2, filled);
            case "MI" -> number(moment.getMinute(), 2, filled);
            case "SS" -> number(moment.getSecond(), 2, filled);
            case "MS" -> number(moment.getNano() / MILLI, 3, filled);
            case "US" -> number(moment.getNano() / MICRO, 6, filled);
            case "Q" -> number(moment.get(IsoFields.QUARTER_OF_YEAR), 1, true);
            case "ID" -> number(moment.getDayOfWeek().getValue(), 1, true);
            case "D" -> number(moment.getDayOfWeek().getValue() % 7 + 1, 1, true);
            case "AM", "PM" -> moment.getHour() < HALF ? "AM" : "PM";
            case "am", "pm" -> moment.getHour() < HALF ? "am" : "pm";
            default -> word(name, moment, filled);
        };
    }

    private static String number(int number, int width, boolean filled) {
        String digits = Integer.toString(number);
        return filled ? digits : "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    /** Long names are filled with blanks, as wide as the longest one is. */
    private static String word(String name, LocalDateTime moment, boolean filled) {
        boolean whole = name.length() > 3 || name.equalsIgnoreCase("day");
        TextStyle style = whole ? TextStyle.FULL : TextStyle.SHORT;
        String word = name.toLowerCase(Locale.ROOT).startsWith("m")
                ? moment.getMonth().getDisplayName(style, Locale.ENGLISH)
                : moment.getDayOfWeek().getDisplayName(style, Locale.ENGLISH);
        String cased = Character.isLowerCase(name.charAt(0))
                ? word.toLowerCase(Locale.ROOT)
                : Character.isUpperCase(name.charAt(1)) ? word.toUpperCase(Locale.ROOT) : word;
        return whole && !filled ? cased + " ".repeat(WIDEST - cased.length()) : cased;
    }
}
