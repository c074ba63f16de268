package io.github.hasqlite.core.commit;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/**
 * Where in the stream a read replica begins that has followed none yet. The names are those of NATS and of the Go
 * implementation's option.
 *
 * @param start where it begins
 * @param sequence the first message, from 1, for {@link Start#BY_START_SEQUENCE}
 * @param time from when on, for {@link Start#BY_START_TIME}
 */
public record DeliverPolicy(Start start, long sequence, Instant time) {

    /** Where the stream's history begins, or with a snapshot. */
    public static final DeliverPolicy ALL = new DeliverPolicy(Start.ALL, 0, Instant.EPOCH);

    private static final String SEQUENCE = "by_start_sequence=";
    private static final String TIME = "by_start_time=";

    /** As the Go implementation writes it, in UTC. */
    private static final DateTimeFormatter GO = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    /** Where a replica begins. */
    public enum Start {
        /** With all that the others have. */
        ALL,
        /** Behind the newest message. */
        NEW,
        /** At the newest message. */
        LAST,
        /** At a message. */
        BY_START_SEQUENCE,
        /** At the first message that was stored at a time or later. */
        BY_START_TIME
    }

    /**
     * Reads what is configured: {@code all}, {@code new}, {@code last}, {@code by_start_sequence=42} or {@code
     * by_start_time=2026-11-26T10:00:00Z}, where the time may be written as {@code 2026-11-26 10:00:00}, in UTC.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static DeliverPolicy of(String text) {
        String given = text.strip().toLowerCase(Locale.ROOT);
        return switch (given) {
            case "all", "" -> ALL;
            case "new" -> new DeliverPolicy(Start.NEW, 0, Instant.EPOCH);
            case "last" -> new DeliverPolicy(Start.LAST, 0, Instant.EPOCH);
            default -> {
                String name = given.substring(0, given.indexOf('=') + 1).replace('-', '_');
                String value = given.substring(name.length()).strip();
                yield switch (name) {
                    case SEQUENCE -> new DeliverPolicy(Start.BY_START_SEQUENCE, sequence(value), Instant.EPOCH);
                    case TIME -> new DeliverPolicy(Start.BY_START_TIME, 0, time(value));
                    default -> throw new IllegalArgumentException("unknown: " + text);
                };
            }
        };
    }

    private static long sequence(String value) {
        long sequence = Long.parseLong(value);
        if (sequence < 1) {
            throw new IllegalArgumentException("sequences begin at 1: " + value);
        }
        return sequence;
    }

    private static Instant time(String value) {
        String upper = value.toUpperCase(Locale.ROOT);
        try {
            return upper.indexOf('T') < 0
                    ? LocalDateTime.parse(upper, GO).toInstant(ZoneOffset.UTC)
                    : DateTimeFormatter.ISO_DATE_TIME.parse(upper, Instant::from);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("no time: " + value, e);
        }
    }
}
