package io.github.hasqlite.testing;

import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.runtime.Permit;
import io.github.hasqlite.core.runtime.TaskThread;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A runtime whose clocks stand still until the test moves them. Threads and waiting are those of the Java virtual
 * machine, so whoever sleeps or waits does so in real time. Thread-safe.
 */
public final class TestRuntime implements NodeRuntime {

    private final NodeRuntime real = NodeRuntime.ofJvm();
    private final AtomicLong nanos = new AtomicLong();
    private final long startMillis;

    /**
     * A runtime that begins at some time of day.
     *
     * @param startMillis since 1970
     */
    public TestRuntime(long startMillis) {
        this.startMillis = startMillis;
    }

    /** Moves both clocks; back, if negative. */
    public void move(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public long currentTimeMillis() {
        return startMillis + Duration.ofNanos(nanos.get()).toMillis();
    }

    @Override
    public void sleep(long duration) throws InterruptedException {
        real.sleep(duration);
    }

    @Override
    public Random random() {
        return real.random();
    }

    @Override
    public UUID randomUuid() {
        return real.randomUuid();
    }

    @Override
    public NodeThread thread(String name, Runnable task) {
        return real.thread(name, task);
    }

    @Override
    public TaskThread taskThread(String name) {
        return real.taskThread(name);
    }

    @Override
    public Monitor monitor() {
        return real.monitor();
    }

    @Override
    public Permit permit() {
        return real.permit();
    }

    @Override
    public void parkNanos(Object blocker, long duration) {
        real.parkNanos(blocker, duration);
    }

    @Override
    public void unpark(Thread thread) {
        real.unpark(thread);
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> result, long duration)
            throws InterruptedException, ExecutionException, TimeoutException {
        return real.await(result, duration);
    }
}
