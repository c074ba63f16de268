package io.github.hasqlite.core.runtime;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** A daemon thread that runs tasks one after the other, in the order in which they are due. Thread-safe. */
public interface TaskThread {

    /**
     * Runs a task as soon as those before it have ended. Does not block.
     *
     * @throws RejectedExecutionException if it was stopped
     */
    default void execute(Runnable task) {
        schedule(task, 0);
    }

    /**
     * Runs a task later. Does not block.
     *
     * @param nanos how much later
     * @throws RejectedExecutionException if it was stopped
     */
    void schedule(Runnable task, long nanos);

    /**
     * Begins no other task, and interrupts the one that runs. Does not block.
     *
     * @return what has not begun
     */
    List<Runnable> stop();

    /**
     * Waits until the last task has ended after {@link #stop}. May block.
     *
     * @param nanos how long at most
     * @return whether it has
     * @throws InterruptedException if the calling thread is interrupted
     */
    boolean awaitEnd(long nanos) throws InterruptedException;
}
