package io.github.hasqlite.simulation;

import io.github.hasqlite.core.runtime.Permit;
import java.util.ArrayDeque;
import java.util.Deque;

/** A permit of one process, given in the order in which it was asked for. */
final class SimulatedPermit implements Permit {

    /** One of so many times the permit is left alone until one that waits is awake, so that others may come first. */
    private static final int OVERTAKING = 3;

    private final SimulatedRuntime runtime;
    private boolean taken;
    private final Deque<SimulatedThread> queue = new ArrayDeque<>();

    SimulatedPermit(SimulatedRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public void acquire() throws InterruptedException {
        boolean unused = tryAcquireUntil(SimulatedThread.NEVER);
    }

    @Override
    public boolean tryAcquire(long nanos) throws InterruptedException {
        return tryAcquireUntil(runtime.later(nanos));
    }

    private boolean tryAcquireUntil(long deadline) throws InterruptedException {
        if (runtime.cleared()) {
            return true;
        }
        runtime.scheduler().point();
        if (!taken) {
            taken = true;
            return true;
        }
        if (deadline <= runtime.scheduler().now()) {
            return false;
        }
        SimulatedRuntime.throwIfInterrupted();
        SimulatedThread me = runtime.scheduler().current();
        queue.add(me);
        while (queue.contains(me)) {
            if (runtime.scheduler().now() >= deadline) {
                queue.remove(me);
                return false;
            }
            runtime.scheduler().block(deadline);
            if (queue.contains(me) && !taken) {
                queue.remove(me);
                taken = true;
            }
            if (queue.contains(me) && Thread.interrupted()) {
                queue.remove(me);
                throw new InterruptedException();
            }
        }
        return true;
    }

    @Override
    public void release() {
        if (runtime.isDead()) {
            return;
        }
        SimulatedThread first = queue.peek();
        boolean handsOver = runtime.scheduler().random().nextInt(OVERTAKING) != 0;
        if (first != null && handsOver) {
            queue.remove();
        } else {
            taken = false;
        }
        if (first != null) {
            runtime.scheduler().wake(first);
        }
    }
}
