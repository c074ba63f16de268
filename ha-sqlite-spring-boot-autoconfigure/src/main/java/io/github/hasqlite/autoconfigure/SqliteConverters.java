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
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.springframework.core.convert.converter.Converter;
import org.springframework.data.convert.ReadingConverter;
import org.springframework.data.convert.WritingConverter;

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

    static Collection<Object> all() {
        return List.of(
                LocalDateWriter.INSTANCE,
                LocalTimeWriter.INSTANCE,
                LocalDateTimeWriter.INSTANCE,
                InstantWriter.INSTANCE,
                OffsetDateTimeWriter.INSTANCE,
                ZonedDateTimeWriter.INSTANCE,
                DateWriter.INSTANCE,
                UuidWriter.INSTANCE,
                DecimalWriter.INSTANCE,
                IntegerWriter.INSTANCE,
                LocalDateReader.INSTANCE,
                LocalTimeReader.INSTANCE,
                LocalDateTimeReader.INSTANCE,
                InstantReader.INSTANCE,
                OffsetDateTimeReader.INSTANCE,
                ZonedDateTimeReader.INSTANCE,
                DateReader.INSTANCE,
                UuidReader.INSTANCE,
                BooleanReader.INSTANCE);
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

    @WritingConverter
    private enum LocalDateWriter implements Converter<LocalDate, String> {
        INSTANCE;

        @Override
        public String convert(LocalDate source) {
            return source.toString();
        }
    }

    @WritingConverter
    private enum LocalTimeWriter implements Converter<LocalTime, String> {
        INSTANCE;

        @Override
        public String convert(LocalTime source) {
            return IsoTimes.TIME.format(source);
        }
    }

    @WritingConverter
    private enum LocalDateTimeWriter implements Converter<LocalDateTime, String> {
        INSTANCE;

        @Override
        public String convert(LocalDateTime source) {
            return IsoTimes.DATE_TIME.format(source);
        }
    }

    @WritingConverter
    private enum InstantWriter implements Converter<Instant, String> {
        INSTANCE;

        @Override
        public String convert(Instant source) {
            return utc(source);
        }
    }

    @WritingConverter
    private enum OffsetDateTimeWriter implements Converter<OffsetDateTime, String> {
        INSTANCE;

        @Override
        public String convert(OffsetDateTime source) {
            return WITH_OFFSET.format(source);
        }
    }

    @WritingConverter
    private enum ZonedDateTimeWriter implements Converter<ZonedDateTime, String> {
        INSTANCE;

        @Override
        public String convert(ZonedDateTime source) {
            return WITH_ZONE.format(source);
        }
    }

    @WritingConverter
    @SuppressWarnings("JavaUtilDate")
    private enum DateWriter implements Converter<Date, String> {
        INSTANCE;

        @Override
        public String convert(Date source) {
            return utc(Instant.ofEpochMilli(source.getTime()));
        }
    }

    @WritingConverter
    private enum UuidWriter implements Converter<UUID, String> {
        INSTANCE;

        @Override
        public String convert(UUID source) {
            return source.toString();
        }
    }

    @WritingConverter
    private enum DecimalWriter implements Converter<BigDecimal, String> {
        INSTANCE;

        @Override
        public String convert(BigDecimal source) {
            return source.toPlainString();
        }
    }

    @WritingConverter
    private enum IntegerWriter implements Converter<BigInteger, String> {
        INSTANCE;

        @Override
        public String convert(BigInteger source) {
            return source.toString();
        }
    }

    @ReadingConverter
    private enum LocalDateReader implements Converter<String, LocalDate> {
        INSTANCE;

        @Override
        public LocalDate convert(String source) {
            return LocalDate.parse(source);
        }
    }

    @ReadingConverter
    private enum LocalTimeReader implements Converter<String, LocalTime> {
        INSTANCE;

        @Override
        public LocalTime convert(String source) {
            return LocalTime.parse(source);
        }
    }

    @ReadingConverter
    private enum LocalDateTimeReader implements Converter<String, LocalDateTime> {
        INSTANCE;

        @Override
        public LocalDateTime convert(String source) {
            return LocalDateTime.from(parse(source));
        }
    }

    @ReadingConverter
    private enum InstantReader implements Converter<String, Instant> {
        INSTANCE;

        @Override
        public Instant convert(String source) {
            return zoned(source).toInstant();
        }
    }

    @ReadingConverter
    private enum OffsetDateTimeReader implements Converter<String, OffsetDateTime> {
        INSTANCE;

        @Override
        public OffsetDateTime convert(String source) {
            return zoned(source).toOffsetDateTime();
        }
    }

    @ReadingConverter
    private enum ZonedDateTimeReader implements Converter<String, ZonedDateTime> {
        INSTANCE;

        @Override
        public ZonedDateTime convert(String source) {
            return zoned(source);
        }
    }

    @ReadingConverter
    @SuppressWarnings("JavaUtilDate")
    private enum DateReader implements Converter<String, Date> {
        INSTANCE;

        @Override
        public Date convert(String source) {
            return Date.from(zoned(source).toInstant());
        }
    }

    @ReadingConverter
    private enum UuidReader implements Converter<String, UUID> {
        INSTANCE;

        @Override
        public UUID convert(String source) {
            return UUID.fromString(source);
        }
    }

    @ReadingConverter
    private enum BooleanReader implements Converter<Number, Boolean> {
        INSTANCE;

        @Override
        public Boolean convert(Number source) {
            return source.longValue() != 0;
        }
    }
}
