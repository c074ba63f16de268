package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a start be given up that waits for servers or other nodes: Spring's shutdown hook waits until the context has
 * started, and a node may wait for as long as {@code ha.sqlite.bootstrap.timeout} says. So while it waits, the end of the
 * Java virtual machine interrupts it.
 */
final class StartInterruption implements AutoCloseable {

    /** Libraries forget that a thread was interrupted, so it is said again. */
    private static final long AGAIN_MILLIS = 200;

    private final Thread starting;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupt, "ha-sqlite-start-interruption");

    private StartInterruption(Thread starting) {
        this.starting = starting;
    }

    /**
     * From now on until it is closed, by the calling thread.
     *
     * @throws ReplicationStartException if the Java virtual machine ends already
     */
    static StartInterruption ofThisThread() {
        StartInterruption interruption = new StartInterruption(Thread.currentThread());
        try {
            Runtime.getRuntime().addShutdownHook(interruption.hook);
            return interruption;
        } catch (IllegalStateException e) {
            throw new ReplicationStartException("the application is told to end while it starts", "Start again.", e);
        }
    }

    private void interrupt() {
        try {
            do {
                starting.interrupt();
            } while (starting.isAlive() && !ended.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // what comes next in the start is not to wait either
            Thread.currentThread().interrupt();
        }
    }
}
