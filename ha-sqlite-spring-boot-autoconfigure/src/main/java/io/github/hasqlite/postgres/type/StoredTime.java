package io.github.hasqlite.postgres.type;

import io.github.hasqlite.core.sqlite.IsoTimes;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;

/** Dates and times as the data source stores them, so that texts sort as the times do, whoever wrote them. */
final class StoredTime {

    private StoredTime() {}

    /**
     * A text as a client writes it.
     *
     * @throws IllegalArgumentException if it is none of the type
     * @throws SQLException if there is no such day or time (22008)
     */
    static String of(PgType type, String text) throws SQLException {
        TimeText read = MomentText.parse(text.strip());
        if (read == null) {
            throw new IllegalArgumentException(text);
        }
        LocalDate date = read.date();
        LocalTime time = read.time();
        if (type == PgType.TIME) {
            if (time == null) {
                throw new IllegalArgumentException(text);
            }
            return IsoTimes.TIME.format(time);
        }
        if (date == null) {
            throw new IllegalArgumentException(text);
        }
        if (type == PgType.DATE) {
            return date.toString();
        }
        LocalDateTime local = date.atTime(time == null ? LocalTime.MIDNIGHT : time);
        if (type == PgType.TIMESTAMP) {
            // as PostgreSQL does, which has no place for the zone
            return of(local);
        }
        ZoneOffset offset = read.offset() == null ? ZoneOffset.UTC : read.offset();
        return ofUtc(local.minusSeconds(offset.getTotalSeconds()));
    }

    static String of(LocalDateTime local) {
        return IsoTimes.DATE_TIME.format(local);
    }

    static String ofUtc(LocalDateTime utc) {
        return IsoTimes.DATE_TIME.format(utc) + "Z";
    }
}
