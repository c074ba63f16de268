package io.github.hasqlite.core.runtime;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Time, chance, threads and waiting as the Java virtual machine has them. */
final class JvmRuntime implements NodeRuntime {

    static final JvmRuntime INSTANCE = new JvmRuntime();

    private final SecureRandom random = new SecureRandom();

    private JvmRuntime() {}

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long currentTimeMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }

    @Override
    public Random random() {
        return random;
    }

    @Override
    public UUID randomUuid() {
        return UUID.randomUUID();
    }

    @Override
    public NodeThread thread(String name, Runnable task) {
        return new JvmThread(daemon(name, task));
    }

    @Override
    public TaskThread taskThread(String name) {
        return new JvmTaskThread(Executors.newSingleThreadScheduledExecutor(task -> daemon(name, task)));
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public Monitor monitor() {
        return new JvmMonitor();
    }

    @Override
    public Permit permit() {
        return new JvmPermit();
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        LockSupport.parkNanos(blocker, nanos);
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> result, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        return result.get(nanos, TimeUnit.NANOSECONDS);
    }

    private record JvmThread(Thread thread) implements NodeThread {

        @Override
        public void start() {
            thread.start();
        }

        @Override
        public void interrupt() {
            thread.interrupt();
        }

        @Override
        public void join(long nanos) throws InterruptedException {
            TimeUnit.NANOSECONDS.timedJoin(thread, nanos);
        }
    }

    /** Whoever waits does so in a loop of its own, as the interface says. */
    @SuppressWarnings("WaitNotInLoop")
    private static final class JvmMonitor implements Monitor {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition told = lock.newCondition();

        @Override
        public void lock() {
            lock.lock();
        }

        @Override
        public void unlock() {
            lock.unlock();
        }

        @Override
        public void await() throws InterruptedException {
            told.await();
        }

        @Override
        public void await(long nanos) throws InterruptedException {
            if (nanos > 0) {
                var unused = told.awaitNanos(nanos);
            }
        }

        @Override
        public void signalAll() {
            told.signalAll();
        }
    }
}
