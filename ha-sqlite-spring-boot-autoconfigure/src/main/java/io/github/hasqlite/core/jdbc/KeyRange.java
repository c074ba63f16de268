package io.github.hasqlite.core.jdbc;

/** Numbers of one block, some of which may be handed out. Thread-safe. */
final class KeyRange {

    private static final long MIN_STEP = 10;

    private final long first;
    private final long last;
    private final long step;
    /** No greater one may be handed out yet: the greater ones are kept for the time after a crash. */
    private volatile long free;

    /**
     * None of the numbers may be handed out.
     *
     * @param first the smallest one
     * @param last the greatest one
     */
    KeyRange(long first, long last) {
        this.first = first;
        this.last = last;
        this.step = Math.max(MIN_STEP, (last - first) / 4);
        this.free = first - 1;
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }

    /** The greatest one that may be handed out. */
    long free() {
        return free;
    }

    /** Whether more are to be made free soon, if this is the one that was handed out. */
    boolean isNearlyUsed(long number) {
        long present = free;
        return present < last && number >= present - step / 2;
    }

    /** Where the next step ends. */
    long stepFrom(long number) {
        long from = Math.max(number, free);
        return last - from <= step ? last : from + step;
    }

    /** What is greater is kept, and nothing else. */
    void free(long to) {
        free = to;
    }
}
