package io.github.hasqlite.core.history;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Nanoseconds since 1970, as messages have them, and what they are for people. */
final class Times {

    private Times() {}

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(0, nanos);
    }

    static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
}
