package io.github.hasqlite.core.runtime;

import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Another runtime, with the work of one node. */
final class MeasuredRuntime implements NodeRuntime {

    private final NodeRuntime runtime;
    private final Work work;

    MeasuredRuntime(NodeRuntime runtime) {
        this.runtime = runtime;
        this.work = new Work(runtime);
    }

    @Override
    public Work work() {
        return work;
    }

    @Override
    public long nanoTime() {
        return runtime.nanoTime();
    }

    @Override
    public long currentTimeMillis() {
        return runtime.currentTimeMillis();
    }

    @Override
    public Instant now() {
        return runtime.now();
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        runtime.sleep(nanos);
    }

    @Override
    public Random random() {
        return runtime.random();
    }

    @Override
    public UUID randomUuid() {
        return runtime.randomUuid();
    }

    @Override
    public String randomName() {
        return runtime.randomName();
    }

    @Override
    public NodeThread thread(String name, Runnable task) {
        return runtime.thread(name, task);
    }

    @Override
    public TaskThread taskThread(String name) {
        return runtime.taskThread(name);
    }

    @Override
    public Monitor monitor() {
        return runtime.monitor();
    }

    @Override
    public Permit permit() {
        return runtime.permit();
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        runtime.parkNanos(blocker, nanos);
    }

    @Override
    public void unpark(Thread thread) {
        runtime.unpark(thread);
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> result, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        return runtime.await(result, nanos);
    }
}
