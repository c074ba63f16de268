package io.github.hasqlite.core.runtime;

/**
 * Something that only one can have at a time, no matter in which thread. Who has waited for less than a moment may be
 * overtaken; who has waited longest then is the next to have it. Thread-safe.
 */
public interface Permit {

    /**
     * Waits for it and takes it. May block.
     *
     * @throws InterruptedException if it is not free and the thread is interrupted; then it is not taken
     */
    void acquire() throws InterruptedException;

    /**
     * The same for a limited time.
     *
     * @param nanos how long to wait at most; 0 for taking it only if it is free
     * @return whether it was taken
     * @throws InterruptedException if it is not free and the thread is interrupted; then it is not taken
     */
    boolean tryAcquire(long nanos) throws InterruptedException;

    /** Gives it back, from whichever thread. Does not block. */
    void release();
}
