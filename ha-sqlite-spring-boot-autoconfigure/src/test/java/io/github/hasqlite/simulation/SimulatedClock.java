package io.github.hasqlite.simulation;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What one process takes for the time. Its two clocks may run fast or slow, and the one for the time of day may be set
 * while the process runs, forward or back. Used by whoever has the baton.
 */
final class SimulatedClock {

    private static final long EPOCH_MILLIS = 1_700_000_000_000L;
    private static final int MAX_OFFSET_MILLIS = 60_000;
    private static final int MAX_DRIFT_PERCENT = 10;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    /** By how much somebody sets the clock. */
    private static final long[] JUMPS = {
        1, TimeUnit.SECONDS.toMillis(3), TimeUnit.HOURS.toMillis(1), TimeUnit.DAYS.toMillis(400)
    };

    private final Random random;
    private final double rate;
    private final boolean jumps;
    private final long nanoOffset;
    private long offsetMillis;
    private long look;

    private SimulatedClock(Random random, boolean wild) {
        this.random = random;
        this.jumps = wild;
        this.rate = wild ? 1 + (random.nextInt(2 * MAX_DRIFT_PERCENT + 1) - MAX_DRIFT_PERCENT) / 100.0 : 1;
        this.offsetMillis = random.nextInt(2 * MAX_OFFSET_MILLIS) - MAX_OFFSET_MILLIS;
        this.nanoOffset = random.nextInt();
    }

    /** One of a process that begins. */
    static SimulatedClock of(Random random, boolean wild) {
        return new SimulatedClock(new Random(random.nextLong()), wild);
    }

    /** Nanoseconds that only grow. */
    long nanos(long now) {
        return (long) (now * rate) + nanoOffset;
    }

    /** The time of day, milliseconds since 1970. */
    long millis(long now) {
        for (; jumps && look < now / LOOK_NANOS; look++) {
            if (random.nextInt(4) == 0) {
                offsetMillis += (random.nextBoolean() ? 1 : -1) * JUMPS[random.nextInt(JUMPS.length)];
            }
        }
        return EPOCH_MILLIS + offsetMillis + TimeUnit.NANOSECONDS.toMillis((long) (now * rate));
    }

    /** How long it takes until so many of its nanoseconds are over. */
    long lasts(long nanos) {
        return rate == 1 ? nanos : (long) Math.ceil(nanos / rate);
    }
}
