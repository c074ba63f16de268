package io.github.hasqlite.postgres.type;

import io.github.hasqlite.core.sqlite.IsoTimes;
import java.time.LocalDateTime;

/** Dates and times as the data source stores them, so that texts sort as the times do, whoever wrote them. */
final class StoredTime {

    private StoredTime() {}

    static String of(LocalDateTime local) {
        return IsoTimes.DATE_TIME.format(local);
    }

    static String ofUtc(LocalDateTime utc) {
        return IsoTimes.DATE_TIME.format(utc) + "Z";
    }
}
