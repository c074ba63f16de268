package io.github.hasqlite.postgres.type;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A date, a time or both, as SQLite's functions, the data source and PostgreSQL's clients write them.
 *
 * @param date {@code null} if it has none
 * @param time {@code null} if it has none
 * @param offset {@code null} if it has none
 */
record TimeText(
        @Nullable LocalDate date,
        @Nullable LocalTime time,
        @Nullable ZoneOffset offset) {

    private static final Pattern SHAPE = Pattern.compile("(?:(\\d{4})-(\\d{2})-(\\d{2}))?[T ]?"
            + "(?:(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9}))?)?)?\\s?"
            + "(Z|[+-]\\d{2}(?::?\\d{2}(?::?\\d{2})?)?)?");

    private static final int LONGEST = 48;
    private static final int YEAR = 1;
    private static final int HOUR = 4;
    private static final int SECOND = 6;
    private static final int FRACTION = 7;
    private static final int OFFSET = 8;

    /** {@code null} if it is none of them. */
    static @Nullable TimeText parse(String text) {
        if (text.length() > LONGEST || text.isEmpty() || !Character.isDigit(text.charAt(0))) {
            return null;
        }
        Matcher shape = SHAPE.matcher(text);
        if (!shape.matches()) {
            return null;
        }
        try {
            LocalDate date = shape.group(YEAR) == null
                    ? null
                    : LocalDate.of(number(shape, YEAR), number(shape, YEAR + 1), number(shape, YEAR + 2));
            if (date != null && date.getYear() == 0) {
                return null;
            }
            LocalTime time = shape.group(HOUR) == null ? null : time(shape);
            String offset = shape.group(OFFSET);
            return new TimeText(date, time, offset == null ? null : ZoneOffset.of(offset));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static LocalTime time(Matcher shape) {
        int second = shape.group(SECOND) == null ? 0 : number(shape, SECOND);
        String fraction = shape.group(FRACTION);
        int nanos = fraction == null ? 0 : Integer.parseInt((fraction + "00000000").substring(0, 9));
        return LocalTime.of(number(shape, HOUR), number(shape, HOUR + 1), second, nanos);
    }

    private static int number(Matcher shape, int group) {
        return Integer.parseInt(shape.group(group));
    }
}
