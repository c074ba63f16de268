package io.github.hasqlite.core.sqlite;

import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/**
 * How dates and times are written as ISO 8601 text, whoever writes them: with nine digits after the second, so that
 * texts sort as the times do.
 */
public final class IsoTimes {

    private static final int NANO_DIGITS = 9;

    /** A time without a date and a zone. */
    public static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, NANO_DIGITS, NANO_DIGITS, true)
            .toFormatter();

    /** A date and a time without a zone. */
    public static final DateTimeFormatter DATE_TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral('T')
            .append(TIME)
            .toFormatter();

    private IsoTimes() {}
}
