package io.github.hasqlite.core.runtime;

/** A daemon thread of a node. Thread-safe. */
public interface NodeThread {

    /**
     * Begins to run. Does not block.
     *
     * @throws IllegalThreadStateException if it has begun before
     */
    void start();

    /** Interrupts it, if it runs. Does not block. */
    void interrupt();

    /**
     * Waits until it has ended; not at all if it has not begun. May block.
     *
     * @param nanos how long at most
     * @throws InterruptedException if the calling thread is interrupted
     */
    void join(long nanos) throws InterruptedException;
}
