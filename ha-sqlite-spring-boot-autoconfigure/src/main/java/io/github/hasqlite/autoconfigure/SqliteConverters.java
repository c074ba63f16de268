package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.core.sqlite.IsoTimes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.data.convert.ConverterBuilder;

/**
 * What Spring Data JDBC stores in SQLite for the types of Java that SQLite does not have. Dates and times are ISO 8601
 * text, so that nodes in several time zones read what was written, with nine digits after the second, so that texts
 * sort as the times do; SQLite's own {@code CURRENT_TIMESTAMP}, which is UTC, can be read, too. Decimals are text, so
 * that no digit is lost.
 */
final class SqliteConverters {

    private static final DateTimeFormatter WITH_OFFSET = new DateTimeFormatterBuilder()
            .append(IsoTimes.DATE_TIME)
            .appendOffsetId()
            .toFormatter();

    private static final DateTimeFormatter WITH_ZONE = new DateTimeFormatterBuilder()
            .append(WITH_OFFSET)
            .optionalStart()
            .appendLiteral('[')
            .appendZoneRegionId()
            .appendLiteral(']')
            .toFormatter();

    private SqliteConverters() {}

    /** Of each type one that writes it and one that reads it; booleans are written as numbers anyway. */
    @SuppressWarnings("JavaUtilDate") // entities have fields of that type
    static Collection<Object> all() {
        List<Object> all = new ArrayList<>();
        all.addAll(text(LocalDate.class, LocalDate::toString, LocalDate::parse));
        all.addAll(text(LocalTime.class, IsoTimes.TIME::format, LocalTime::parse));
        all.addAll(text(LocalDateTime.class, IsoTimes.DATE_TIME::format, text -> LocalDateTime.from(parse(text))));
        all.addAll(
                text(Instant.class, SqliteConverters::utc, text -> zoned(text).toInstant()));
        all.addAll(text(
                OffsetDateTime.class, WITH_OFFSET::format, text -> zoned(text).toOffsetDateTime()));
        all.addAll(text(ZonedDateTime.class, WITH_ZONE::format, SqliteConverters::zoned));
        all.addAll(text(
                Date.class,
                date -> utc(Instant.ofEpochMilli(date.getTime())),
                text -> Date.from(zoned(text).toInstant())));
        all.addAll(text(UUID.class, UUID::toString, UUID::fromString));
        all.addAll(ConverterBuilder.writing(BigDecimal.class, String.class, BigDecimal::toPlainString)
                .getConverters());
        all.addAll(ConverterBuilder.writing(BigInteger.class, String.class, BigInteger::toString)
                .getConverters());
        all.addAll(ConverterBuilder.reading(Number.class, Boolean.class, number -> number.longValue() != 0)
                .getConverters());
        return all;
    }

    private static <T> Collection<?> text(Class<T> type, Function<T, String> write, Function<String, T> read) {
        return ConverterBuilder.writing(type, String.class, write)
                .andReading(read)
                .getConverters();
    }

    private static String utc(Instant instant) {
        return WITH_OFFSET.format(instant.atOffset(ZoneOffset.UTC));
    }

    /** Any of the texts that are written here, and those of SQLite's own functions, which are UTC. */
    private static TemporalAccessor parse(String text) {
        return DateTimeFormatter.ISO_DATE_TIME.parseBest(
                text.replace(' ', 'T'), ZonedDateTime::from, OffsetDateTime::from, LocalDateTime::from);
    }

    private static ZonedDateTime zoned(String text) {
        TemporalAccessor parsed = parse(text);
        if (parsed instanceof ZonedDateTime zoned) {
            return zoned;
        }
        return parsed instanceof OffsetDateTime offset
                ? offset.toZonedDateTime()
                : LocalDateTime.from(parsed).atZone(ZoneOffset.UTC);
    }
}
