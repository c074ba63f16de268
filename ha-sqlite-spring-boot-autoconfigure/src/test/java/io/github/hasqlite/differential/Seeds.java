package io.github.hasqlite.differential;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Hands seeds out, one after the other. Thread-safe. */
final class Seeds {

    private final AtomicLong next;
    private final long end;
    private final long deadlineNanos;

    private Seeds(long first, long end, long deadlineNanos) {
        this.next = new AtomicLong(first);
        this.end = end;
        this.deadlineNanos = deadlineNanos;
    }

    /** So many. */
    static Seeds from(long first, long count) {
        return new Seeds(
                first, first + count, System.nanoTime() + Duration.ofDays(1).toNanos());
    }

    /** As many as there is time for. */
    static Seeds during(long first, Duration time) {
        return new Seeds(first, Long.MAX_VALUE, System.nanoTime() + time.toNanos());
    }

    /** The next one, if there is one. */
    OptionalLong next() {
        if (System.nanoTime() - deadlineNanos > 0) {
            return OptionalLong.empty();
        }
        long seed = next.getAndIncrement();
        return seed < end ? OptionalLong.of(seed) : OptionalLong.empty();
    }

    /** No more. */
    void stop() {
        next.set(end);
    }
}
