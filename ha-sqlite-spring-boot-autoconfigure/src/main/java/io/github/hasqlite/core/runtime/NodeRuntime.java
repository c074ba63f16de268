package io.github.hasqlite.core.runtime;

import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The clock, the random numbers, the threads and the waiting of a node. What may block is marked so: it must not be
 * called while a plain monitor is held, see the package. Thread-safe, and so is everything it makes.
 */
public interface NodeRuntime {

    /** The one of the Java virtual machine, as it runs in production. */
    static NodeRuntime ofJvm() {
        return JvmRuntime.INSTANCE;
    }

    // ---- what is measured

    /** The same for one node, whose {@link #work} can be listened to. */
    default NodeRuntime measured() {
        return new MeasuredRuntime(this);
    }

    /** Where the node says how long its work takes; nobody can listen there unless this is {@link #measured}. */
    default Work work() {
        return Work.UNHEARD;
    }

    // ---- time

    /** Nanoseconds since some moment, the same for all that ask this object; never goes back. */
    long nanoTime();

    /** The time of day in milliseconds since 1970; may go back. */
    long currentTimeMillis();

    /** The time of day. */
    default Instant now() {
        return Instant.ofEpochMilli(currentTimeMillis());
    }

    /**
     * Lets the calling thread pause. May block.
     *
     * @param nanos for how long; not at all if not positive
     * @throws InterruptedException if the thread is interrupted
     */
    void sleep(long nanos) throws InterruptedException;

    // ---- chance

    /** Random numbers that nobody can foresee in production. */
    Random random();

    /** A random UUID. */
    UUID randomUuid();

    /** A random name: 32 lower-case hexadecimal digits, of which nobody else has the same. */
    default String randomName() {
        return randomUuid().toString().replace("-", "");
    }

    // ---- threads

    /**
     * A daemon thread that runs once it is {@linkplain NodeThread#start started}.
     *
     * @param name of the thread
     */
    NodeThread thread(String name, Runnable task);

    /**
     * A daemon thread that runs tasks one after the other.
     *
     * @param name of the thread
     */
    TaskThread taskThread(String name);

    // ---- waiting

    /** A lock that threads can wait for and be told by; for what in Java would be a monitor. */
    Monitor monitor();

    /** A permit that is free. */
    Permit permit();

    /**
     * Lets the calling thread wait until it is {@linkplain #unpark unparked}, or was before; may return early without a
     * reason, and returns when the thread is interrupted. May block.
     *
     * @param blocker what it waits for, for those who look at threads
     * @param nanos how long at most
     */
    void parkNanos(Object blocker, long nanos);

    /** Lets a thread go on that is parked, or its next park return at once. Does not block. */
    void unpark(Thread thread);

    /**
     * Waits for a result. May block.
     *
     * @param nanos how long at most
     * @throws ExecutionException if it failed, with why
     * @throws TimeoutException if there is none in time
     * @throws InterruptedException if the thread is interrupted
     */
    <T extends @Nullable Object> T await(CompletableFuture<T> result, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException;
}
