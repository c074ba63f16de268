package io.github.hasqlite.core.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** One thread of an executor. What has not begun is kept here, because the executor gives back what does not run any more. */
final class JvmTaskThread implements TaskThread {

    private final ScheduledExecutorService executor;
    private final Queue<Task> waiting = new ConcurrentLinkedQueue<>();

    JvmTaskThread(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    /** Whoever takes it out of those that wait runs it. Not a record: two equal ones are two. */
    private final class Task implements Runnable {

        private final Runnable work;

        Task(Runnable work) {
            this.work = work;
        }

        @Override
        public void run() {
            if (waiting.remove(this)) {
                try {
                    work.run();
                } catch (RuntimeException | Error e) {
                    Thread thread = Thread.currentThread();
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                }
            }
        }
    }

    @Override
    public void schedule(Runnable task, long nanos) {
        Task added = new Task(task);
        waiting.add(added);
        try {
            var unused = executor.schedule(added, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            if (waiting.remove(added)) {
                throw e;
            }
        }
    }

    @Override
    public List<Runnable> stop() {
        executor.shutdownNow();
        List<Runnable> notBegun = new ArrayList<>();
        for (Task task = waiting.poll(); task != null; task = waiting.poll()) {
            notBegun.add(task.work);
        }
        return notBegun;
    }

    @Override
    public boolean awaitEnd(long nanos) throws InterruptedException {
        return executor.awaitTermination(nanos, TimeUnit.NANOSECONDS);
    }
}
