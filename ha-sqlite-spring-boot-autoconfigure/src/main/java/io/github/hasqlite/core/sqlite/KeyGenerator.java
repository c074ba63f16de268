package io.github.hasqlite.core.sqlite;

import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.UUID;

/**
 * Makes keys that nodes do not have to agree on.
 *
 * <p>An id has 42 bits of milliseconds since 2020-01-01T00:00:00Z above 21 random bits, 63 bits in all,
 * and is positive until May 2159. Within one process ids grow strictly: the random bits are drawn anew
 * each millisecond with the highest one left 0, further ids of that millisecond count on from there, and
 * if they run out or the clock goes back, the milliseconds count on. Two ids that different processes
 * make in the same millisecond are equal with a probability of 1 in 2<sup>20</sup>, about one in a
 * million: with two nodes that each make ten ids a second at random times, one collision in about four
 * months. Keys of busier clusters are better UUIDs, which have 74 random bits.
 *
 * <p>A UUID is of version 7 of RFC 9562: 48 bits of milliseconds since 1970 above 74 random bits, which
 * within one millisecond grow by random steps.
 *
 * <p>Thread-safe.
 */
public final class KeyGenerator {

    /** 2020-01-01T00:00:00Z. */
    static final long EPOCH_MILLIS = 1_577_836_800_000L;

    /**
     * The one of this process: what is unique in it must not depend on how many data sources there are. SQL functions
     * reach it from any connection, which knows no node, so it goes by the time of the Java virtual machine.
     */
    public static final KeyGenerator PROCESS = new KeyGenerator(NodeRuntime.ofJvm());

    private static final int RANDOM_BITS = 21;
    private static final int SEQUENCE_BITS = 12;
    private static final int STEP_BITS = 32;
    private static final long VERSION = 7L << SEQUENCE_BITS;
    private static final long VARIANT = 1L << 63;
    private static final long LOW = (1L << 62) - 1;

    private final NodeRuntime runtime;
    private long lastId;
    private long uuidMillis;
    private long uuidHigh;
    private long uuidLow;

    /**
     * Creates a generator of its own.
     *
     * @param runtime whose time of day and random numbers are in the keys
     */
    KeyGenerator(NodeRuntime runtime) {
        this.runtime = runtime;
    }

    /** A positive number greater than all before. */
    synchronized long nextId() {
        long fresh = ((runtime.currentTimeMillis() - EPOCH_MILLIS) << RANDOM_BITS)
                | runtime.random().nextInt(1 << (RANDOM_BITS - 1));
        // in the same millisecond, or if the clock went back, the last one counts on
        boolean later = fresh >> RANDOM_BITS > lastId >> RANDOM_BITS;
        lastId = later ? fresh : lastId + 1;
        return lastId;
    }

    /** A UUID of version 7, in lower case, that sorts behind all before. */
    synchronized String nextUuid() {
        long now = runtime.currentTimeMillis();
        if (now > uuidMillis) {
            uuidMillis = now;
            uuidHigh = runtime.random().nextInt(1 << SEQUENCE_BITS);
            uuidLow = runtime.random().nextLong() & LOW;
        } else {
            uuidLow += 1 + (runtime.random().nextLong() >>> (Long.SIZE - STEP_BITS));
            if (uuidLow > LOW) {
                uuidLow &= LOW;
                uuidHigh++;
            }
            if (uuidHigh == 1 << SEQUENCE_BITS) {
                uuidHigh = 0;
                uuidMillis++;
            }
        }
        return new UUID((uuidMillis << 16) | VERSION | uuidHigh, VARIANT | uuidLow).toString();
    }
}
