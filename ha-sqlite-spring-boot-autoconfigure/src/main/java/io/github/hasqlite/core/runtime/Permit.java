package io.github.hasqlite.core.runtime;

/** Something that only one can have at a time, no matter in which thread, and that is had in the order of asking. Thread-safe. */
public interface Permit {

    /**
     * Takes it as soon as it is free and nobody has waited longer. May block.
     *
     * @throws InterruptedException if the thread is interrupted; then it is not taken
     */
    void acquire() throws InterruptedException;

    /**
     * The same for a limited time.
     *
     * @param nanos how long to wait at most; 0 for taking it only if it is free and nobody waits
     * @return whether it was taken
     * @throws InterruptedException if the thread is interrupted; then it is not taken
     */
    boolean tryAcquire(long nanos) throws InterruptedException;

    /** Gives it back, from whichever thread. Does not block. */
    void release();
}
