package io.github.hasqlite.postgres.type;

import io.github.hasqlite.core.sqlite.IsoTimes;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;

/** Dates and times as the data source stores them, so that texts sort as the times do, whoever wrote them. */
final class StoredTime {

    private static final int LAST_YEAR = 9999;

    private StoredTime() {}

    /** @throws SQLException if it is of no year from 1 to 9999 (22008) */
    static String of(LocalDate date) throws SQLException {
        requireYear(date.getYear());
        return date.toString();
    }

    /** @throws SQLException as above */
    static String of(LocalDateTime local) throws SQLException {
        requireYear(local.getYear());
        return IsoTimes.DATE_TIME.format(local);
    }

    /** @throws SQLException as above */
    static String ofUtc(LocalDateTime utc) throws SQLException {
        return of(utc) + "Z";
    }

    /** Others have more digits, and would not sort as texts. */
    private static void requireYear(int year) throws SQLException {
        if (year < 1 || year > LAST_YEAR) {
            throw outOfRange("of the year " + year);
        }
    }

    static SQLException outOfRange(String what) {
        return new SQLException(
                "date/time field value out of range: what is " + what
                        + " cannot be kept, only dates from the year 1 to " + LAST_YEAR,
                "22008");
    }
}
