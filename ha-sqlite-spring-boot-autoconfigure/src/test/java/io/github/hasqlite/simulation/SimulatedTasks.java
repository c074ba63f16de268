package io.github.hasqlite.simulation;

import io.github.hasqlite.core.runtime.TaskThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A thread of a simulation that does one thing after another, each at its time. */
final class SimulatedTasks implements TaskThread {

    private record Task(Runnable work, long at) {}

    private final SimulatedRuntime runtime;
    private final List<Task> waiting = new ArrayList<>();
    private final String threadName;
    private @Nullable SimulatedStart thread;
    private @Nullable SimulatedThread idle;
    private boolean stopped;

    SimulatedTasks(SimulatedRuntime runtime, String threadName) {
        this.runtime = runtime;
        this.threadName = threadName;
    }

    @Override
    public void schedule(Runnable task, long nanos) {
        if (stopped) {
            throw new RejectedExecutionException(threadName + " was stopped");
        }
        if (runtime.cleared()) {
            return;
        }
        waiting.add(new Task(task, runtime.later(Math.max(0, nanos))));
        SimulatedStart now = thread;
        if (now == null) {
            now = new SimulatedStart(runtime.simulated(threadName, this::run));
            thread = now;
            now.start();
        }
        SimulatedThread asleep = idle;
        if (asleep != null) {
            runtime.scheduler().wake(asleep);
        }
    }

    private void run() {
        while (!stopped) {
            Task next = null;
            for (Task each : waiting) {
                if (next == null || each.at < next.at) {
                    next = each;
                }
            }
            if (next == null || next.at > runtime.scheduler().now()) {
                idle = runtime.scheduler().current();
                boolean unused = Thread.interrupted();
                runtime.scheduler().block(next == null ? SimulatedThread.NEVER : next.at);
                idle = null;
            } else {
                waiting.remove(next);
                next.work.run();
            }
        }
    }

    @Override
    public List<Runnable> stop() {
        stopped = true;
        List<Runnable> notBegun =
                new ArrayList<>(waiting.stream().map(Task::work).toList());
        waiting.clear();
        if (thread != null) {
            thread.interrupt();
        }
        return notBegun;
    }

    @Override
    public boolean awaitEnd(long nanos) throws InterruptedException {
        SimulatedStart now = thread;
        if (now == null) {
            return true;
        }
        now.join(nanos);
        return now.ended();
    }
}
