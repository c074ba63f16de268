package io.github.hasqlite.core.runtime;

/**
 * A lock that one thread at a time holds, as often as it likes, and that its holders can wait for and be told by. All
 * but {@link #lock} is for its holder. Thread-safe.
 */
public interface Monitor {

    /** Takes the lock, waiting as long as somebody else has it. May block. */
    void lock();

    /** Gives it back. Does not block. */
    void unlock();

    /**
     * Gives the lock away until {@link #signalAll}, and takes it again; may return early without a reason. May block.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    void await() throws InterruptedException;

    /**
     * The same for a limited time.
     *
     * @param nanos how long at most; not at all if not positive
     * @throws InterruptedException if the thread is interrupted
     */
    void await(long nanos) throws InterruptedException;

    /** Wakes all that wait. They go on when the lock is free. Does not block. */
    void signalAll();
}
