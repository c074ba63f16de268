package io.github.hasqlite.hibernate;

import io.github.hasqlite.core.sqlite.IsoTimes;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Calendar;
import java.util.Date;

/**
 * Dates and times as ISO 8601 text: what is a moment is in UTC and ends with a {@code Z}, what is local has no zone.
 * Nine digits follow the second, so that texts sort as the times do.
 */
@SuppressWarnings("JavaUtilDate") // entities have fields of that type
final class IsoTexts {

    private IsoTexts() {}

    /** A date without a time; of a moment, the one that it is here. */
    static String date(Object value) {
        return localDate(value).toString();
    }

    private static LocalDate localDate(Object value) {
        if (value instanceof java.sql.Date date) {
            return date.toLocalDate();
        }
        if (value instanceof Date date) {
            return LocalDate.ofInstant(Instant.ofEpochMilli(date.getTime()), ZoneId.systemDefault());
        }
        if (value instanceof Calendar calendar) {
            return LocalDate.ofInstant(
                    calendar.toInstant(), calendar.getTimeZone().toZoneId());
        }
        return value instanceof Instant instant
                ? LocalDate.ofInstant(instant, ZoneOffset.UTC)
                : LocalDate.from((TemporalAccessor) value);
    }

    /** A time without a date; one with an offset is written as UTC. */
    static String time(Object value) {
        if (value instanceof OffsetTime time) {
            return IsoTimes.TIME.format(time.withOffsetSameInstant(ZoneOffset.UTC)) + "Z";
        }
        return IsoTimes.TIME.format(localTime(value));
    }

    private static LocalTime localTime(Object value) {
        if (value instanceof Date date) {
            return LocalTime.ofInstant(Instant.ofEpochMilli(date.getTime()), ZoneId.systemDefault());
        }
        if (value instanceof Calendar calendar) {
            return LocalTime.ofInstant(
                    calendar.toInstant(), calendar.getTimeZone().toZoneId());
        }
        return LocalTime.from((TemporalAccessor) value);
    }

    /** A date with a time: local where the type is, else the moment in UTC. */
    static String dateTime(Object value) {
        return value instanceof LocalDateTime local ? IsoTimes.DATE_TIME.format(local) : moment(instant(value));
    }

    private static String moment(Instant instant) {
        return IsoTimes.DATE_TIME.format(instant.atOffset(ZoneOffset.UTC)) + "Z";
    }

    private static Instant instant(Object value) {
        if (value instanceof Timestamp timestamp) {
            return timestamp.toInstant();
        }
        if (value instanceof Date date) {
            return Instant.ofEpochMilli(date.getTime());
        }
        if (value instanceof Calendar calendar) {
            return calendar.toInstant();
        }
        return Instant.from((TemporalAccessor) value);
    }

    /**
     * Reads a date.
     *
     * @param text a text of this class or of SQLite's date functions, or milliseconds, as sqlite-jdbc writes dates
     */
    static LocalDate readDate(String text) {
        if (isNumber(text)) {
            return LocalDate.ofInstant(ofMillis(text), ZoneId.systemDefault());
        }
        return LocalDate.parse(text.length() > "yyyy-MM-dd".length() ? text.substring(0, 10) : text);
    }

    /** Reads a local time; of milliseconds, the one that it is here. */
    static LocalTime readTime(String text) {
        if (isNumber(text)) {
            return LocalTime.ofInstant(ofMillis(text), ZoneId.systemDefault());
        }
        return DateTimeFormatter.ISO_TIME.parse(text, LocalTime::from);
    }

    /** Reads a time with an offset; one without is UTC. */
    static OffsetTime readOffsetTime(String text) {
        TemporalAccessor read = isNumber(text)
                ? ofMillis(text).atOffset(ZoneOffset.UTC).toOffsetTime()
                : DateTimeFormatter.ISO_TIME.parseBest(text, OffsetTime::from, LocalTime::from);
        return read instanceof OffsetTime time ? time : LocalTime.from(read).atOffset(ZoneOffset.UTC);
    }

    /** Reads a local date and time; of a moment, the one that it is in UTC, of milliseconds, the one that it is here. */
    static LocalDateTime readLocalDateTime(String text) {
        if (isNumber(text)) {
            return LocalDateTime.ofInstant(ofMillis(text), ZoneId.systemDefault());
        }
        TemporalAccessor read = parse(text);
        return read instanceof OffsetDateTime moment
                ? moment.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
                : LocalDateTime.from(read);
    }

    /** Reads a moment; a text without a zone is UTC, as SQLite's {@code CURRENT_TIMESTAMP} is. */
    static Instant readInstant(String text) {
        if (isNumber(text)) {
            return ofMillis(text);
        }
        TemporalAccessor read = parse(text);
        return read instanceof OffsetDateTime moment
                ? moment.toInstant()
                : LocalDateTime.from(read).toInstant(ZoneOffset.UTC);
    }

    private static TemporalAccessor parse(String text) {
        if (text.length() == "yyyy-MM-dd".length()) {
            return LocalDate.parse(text).atStartOfDay();
        }
        TemporalAccessor read = DateTimeFormatter.ISO_DATE_TIME.parseBest(
                text.replace(' ', 'T'), ZonedDateTime::from, LocalDateTime::from);
        return read instanceof ZonedDateTime zoned ? zoned.toOffsetDateTime() : read;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.chars().skip(text.charAt(0) == '-' ? 1 : 0).allMatch(Character::isDigit);
    }

    private static Instant ofMillis(String text) {
        try {
            return Instant.ofEpochMilli(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new DateTimeException("no date: " + text, e);
        }
    }
}
