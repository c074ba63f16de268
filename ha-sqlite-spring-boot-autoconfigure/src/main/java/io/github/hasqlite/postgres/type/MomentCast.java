package io.github.hasqlite.postgres.type;

import io.github.hasqlite.core.sqlite.IsoTimes;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Casts to dates and times. The time zone is UTC. Stateless. */
final class MomentCast {

    private static final int MICRO = 1000;
    private static final int MICRO_DIGITS = 6;

    /** Words that mean another moment each time, and moments that no text of SQLite is. */
    private static final Set<String> WORDS =
            Set.of("now", "today", "tomorrow", "yesterday", "allballs", "infinity", "-infinity");

    private MomentCast() {}

    static String cast(ColumnType target, @Nullable PgType source, String text) throws SQLException {
        PgType type = target.type();
        TimeText read = parse(type, text);
        LocalDate date = read.date();
        LocalTime time = read.time();
        if (type == PgType.TIME) {
            if (time == null || (source == PgType.DATE)) {
                throw ValueCast.invalid(type, text);
            }
            LocalTime local = source == PgType.TIMESTAMPTZ && date != null
                    ? utc(read, date.atTime(time)).toLocalTime()
                    : time;
            LocalDateTime exact = rounded(LocalDate.EPOCH.atTime(local), target.modifier());
            if (!exact.toLocalDate().equals(LocalDate.EPOCH)) {
                throw new SQLException(
                        "date/time field value out of range: \"" + ValueCast.shown(text)
                                + "\" is 24:00:00, and times are kept up to 23:59:59.999999",
                        "22008");
            }
            return IsoTimes.TIME.format(exact.toLocalTime());
        }
        if (date == null) {
            throw ValueCast.invalid(type, text);
        }
        LocalDateTime local = date.atTime(time == null ? LocalTime.MIDNIGHT : time);
        // what has a zone is a moment; a text that is read as a date or time without one has it for nothing
        LocalDateTime moment = source == PgType.TIMESTAMPTZ || type == PgType.TIMESTAMPTZ ? utc(read, local) : local;
        if (type == PgType.DATE) {
            return StoredTime.of(moment.toLocalDate());
        }
        LocalDateTime exact = rounded(moment, target.modifier());
        return type == PgType.TIMESTAMP ? StoredTime.of(exact) : StoredTime.ofUtc(exact);
    }

    private static TimeText parse(PgType type, String text) throws SQLException {
        String given = text.strip();
        if (given.equalsIgnoreCase("epoch") && type != PgType.TIME) {
            return new TimeText(LocalDate.EPOCH, LocalTime.MIDNIGHT, ZoneOffset.UTC);
        }
        requireNoWord(type, given);
        TimeText read = MomentText.parse(given);
        if (read == null) {
            throw ValueCast.invalid(type, text);
        }
        return read;
    }

    /** @throws SQLException if the text is a word that means a moment, which none that is stored does (0A000) */
    static void requireNoWord(PgType type, String text) throws SQLException {
        if (WORDS.contains(text.toLowerCase(Locale.ROOT))) {
            throw new SQLException(
                    "'" + text + "' as a " + type.display() + " cannot be had in SQLite; write now() or current_date,"
                            + " with an interval added, or a date",
                    "0A000");
        }
    }

    static LocalDateTime utc(TimeText read, LocalDateTime local) {
        ZoneOffset offset = read.offset();
        return offset == null ? local : local.minusSeconds(offset.getTotalSeconds());
    }

    /** To the digits that the type has behind the point, at most six. */
    private static LocalDateTime rounded(LocalDateTime moment, int digits) {
        int kept = digits < 0 || digits > MICRO_DIGITS ? MICRO_DIGITS : digits;
        long unit = MICRO * (long) Math.pow(10, MICRO_DIGITS - kept);
        long nanos = moment.toLocalTime().toNanoOfDay();
        return moment.toLocalDate().atStartOfDay().plusNanos((nanos + unit / 2) / unit * unit);
    }
}
