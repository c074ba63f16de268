package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Guards what becomes of undecided commits, and wakes those who wait for it only when it is free again, because they ask
 * for it next. Thread-safe.
 */
final class FateMonitor {

    private final NodeRuntime runtime;
    private final Monitor monitor;
    private final List<Thread> toWake = new ArrayList<>();

    FateMonitor(NodeRuntime runtime) {
        this.runtime = runtime;
        this.monitor = runtime.monitor();
    }

    /** Does something that nobody else does at the same time. */
    <T extends @Nullable Object> T locked(Supplier<T> action) {
        monitor.lock();
        try {
            return action.get();
        } finally {
            unlock();
        }
    }

    /** Does something that nobody else does at the same time. */
    void locked(Runnable action) {
        monitor.lock();
        try {
            action.run();
        } finally {
            unlock();
        }
    }

    private void unlock() {
        List<Thread> woken = List.copyOf(toWake);
        toWake.clear();
        monitor.unlock();
        woken.forEach(runtime::unpark);
    }

    /** Something to wait for. */
    interface Condition {
        boolean holds();
    }

    /**
     * Waits as long as something holds, which is looked at when somebody {@linkplain #changed says so}.
     *
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     */
    void awaitWhile(Condition condition, long deadlineNanos) throws InterruptedException {
        monitor.lock();
        try {
            while (condition.holds() && runtime.nanoTime() < deadlineNanos) {
                monitor.await(deadlineNanos - runtime.nanoTime());
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Something has changed for those who {@linkplain #awaitWhile wait}. Inside of what is {@linkplain #locked done}. */
    void changed() {
        monitor.signalAll();
    }

    /** A commit has found its fate. Inside of what is {@linkplain #locked done}. */
    void decide(UndecidedCommit commit, Fate fate) {
        commit.fate().complete(fate);
        Thread waiting = commit.waiting();
        if (waiting != null) {
            toWake.add(waiting);
        }
    }
}
