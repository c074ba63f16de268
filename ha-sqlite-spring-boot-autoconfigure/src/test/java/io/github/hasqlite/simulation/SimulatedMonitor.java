package io.github.hasqlite.simulation;

import io.github.hasqlite.core.runtime.Monitor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A monitor of one process. Whoever waits for it gives the baton to others. */
final class SimulatedMonitor implements Monitor {

    private final SimulatedRuntime runtime;
    private @Nullable SimulatedThread holder;
    private int depth;
    private final List<SimulatedThread> entering = new ArrayList<>();
    private final List<SimulatedThread> told = new ArrayList<>();

    SimulatedMonitor(SimulatedRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public void lock() {
        if (runtime.cleared()) {
            return;
        }
        SimulatedThread me = runtime.scheduler().current();
        if (holder != me) {
            runtime.scheduler().point();
            enter(me, 1);
        } else {
            depth++;
        }
    }

    private void enter(SimulatedThread me, int times) {
        while (holder != null) {
            entering.add(me);
            runtime.scheduler().block(SimulatedThread.NEVER);
            entering.remove(me);
        }
        holder = me;
        depth = times;
    }

    @Override
    public void unlock() {
        if (runtime.isDead()) {
            return;
        }
        if (holder != runtime.scheduler().current()) {
            throw new IllegalMonitorStateException();
        }
        if (--depth == 0) {
            leave();
        }
    }

    private void leave() {
        holder = null;
        depth = 0;
        entering.forEach(runtime.scheduler()::wake);
    }

    @Override
    public void await() throws InterruptedException {
        awaitUntil(SimulatedThread.NEVER);
    }

    @Override
    public void await(long nanos) throws InterruptedException {
        if (nanos > 0) {
            awaitUntil(runtime.later(nanos));
        }
    }

    private void awaitUntil(long deadline) throws InterruptedException {
        if (runtime.cleared()) {
            throw new InterruptedException("the process is dead");
        }
        runtime.check();
        SimulatedRuntime.throwIfInterrupted();
        SimulatedThread me = runtime.scheduler().current();
        if (holder != me) {
            throw new IllegalMonitorStateException();
        }
        int times = depth;
        leave();
        told.add(me);
        runtime.scheduler().block(deadline);
        told.remove(me);
        boolean interrupted = Thread.interrupted();
        enter(me, times);
        if (interrupted) {
            throw new InterruptedException();
        }
    }

    @Override
    public void signalAll() {
        if (!runtime.cleared()) {
            told.forEach(runtime.scheduler()::wake);
            told.clear();
        }
    }
}
