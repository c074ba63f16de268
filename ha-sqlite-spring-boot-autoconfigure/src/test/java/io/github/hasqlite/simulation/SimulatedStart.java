package io.github.hasqlite.simulation;

import io.github.hasqlite.core.runtime.NodeThread;

/** A thread of a simulation, for whoever has made it. */
final class SimulatedStart implements NodeThread {

    private final SimulatedThread thread;
    private final SimulatedRuntime runtime;

    SimulatedStart(SimulatedThread thread) {
        this.thread = thread;
        this.runtime = thread.owner;
    }

    @Override
    public void start() {
        if (!runtime.cleared()) {
            runtime.scheduler().begin(thread);
        }
    }

    @Override
    public void interrupt() {
        if (thread.begun && !thread.ended) {
            thread.thread.interrupt();
            runtime.scheduler().wake(thread);
        }
    }

    boolean ended() {
        return thread.ended;
    }

    @Override
    public void join(long nanos) throws InterruptedException {
        if (runtime.cleared()) {
            return;
        }
        runtime.check();
        SimulatedRuntime.throwIfInterrupted();
        long deadline = runtime.later(nanos);
        while (thread.begun && !thread.ended && runtime.scheduler().now() < deadline) {
            runtime.scheduler().block(Math.min(deadline, runtime.later(1_000_000)));
            SimulatedRuntime.throwIfInterrupted();
        }
    }
}
