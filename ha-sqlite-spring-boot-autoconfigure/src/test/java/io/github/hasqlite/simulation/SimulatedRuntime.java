package io.github.hasqlite.simulation;

import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.runtime.Permit;
import io.github.hasqlite.core.runtime.TaskThread;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The runtime of one process of a simulation. Its threads wait for the baton of the {@link Scheduler}. When the process
 * dies, each of them ends at its next step. What is left of it can be closed after that: then nobody waits for anything.
 */
final class SimulatedRuntime implements NodeRuntime {

    private enum State {
        RUNS,
        DEAD,
        CLEARED_AWAY
    }

    private final String node;
    private final String name;
    private final Scheduler scheduler;
    private final Random random;
    private final SimulatedClock clock;
    private State state = State.RUNS;

    /**
     * The one of a process.
     *
     * @param node whose process it is
     * @param life which one of that node, counted from 1
     * @param wildClock whether its clocks drift, and are set while it runs
     */
    SimulatedRuntime(String node, int life, Scheduler scheduler, boolean wildClock) {
        this.node = node;
        this.name = node + life;
        this.scheduler = scheduler;
        this.random = new Random(scheduler.random().nextLong());
        this.clock = SimulatedClock.of(random, wildClock);
    }

    boolean isOf(SimulatedNode other) {
        return node.equals(other.name());
    }

    String name() {
        return name;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /** Ends the calling thread if its process is dead. */
    void check() {
        if (state == State.DEAD || scheduler.isOver()) {
            throw new SimulatedCrash();
        }
    }

    boolean isDead() {
        return state != State.RUNS;
    }

    /** Kills the process, and returns when all its threads have ended; called by a thread of another one. */
    void kill() {
        state = State.DEAD;
        List<SimulatedThread> alive = scheduler.alive(this);
        alive.forEach(scheduler::wake);
        while (!scheduler.alive(this).isEmpty()) {
            scheduler.alive(this).forEach(scheduler::wake);
            scheduler.block(scheduler.now() + 1);
        }
        state = State.CLEARED_AWAY;
    }

    boolean cleared() {
        return state == State.CLEARED_AWAY;
    }

    /** A point at which others may go first. */
    void point() {
        if (!cleared()) {
            scheduler.point();
        }
    }

    // ---- time

    @Override
    public long nanoTime() {
        return clock.nanos(scheduler.now());
    }

    @Override
    public long currentTimeMillis() {
        return clock.millis(scheduler.now());
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        if (cleared()) {
            throw new InterruptedException("the process is dead");
        }
        check();
        throwIfInterrupted();
        scheduler.block(later(Math.max(0, nanos)));
        throwIfInterrupted();
    }

    long later(long nanos) {
        long at = scheduler.now() + clock.lasts(nanos);
        return at < 0 ? SimulatedThread.NEVER : at;
    }

    static void throwIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    // ---- chance

    @Override
    public Random random() {
        return random;
    }

    @Override
    public UUID randomUuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    // ---- threads

    @Override
    public NodeThread thread(String threadName, Runnable task) {
        return new SimulatedStart(simulated(threadName, task));
    }

    SimulatedThread simulated(String threadName, Runnable task) {
        SimulatedThread[] self = new SimulatedThread[1];
        self[0] = new SimulatedThread(name + "/" + threadName, this, () -> {
            try {
                check();
                task.run();
            } catch (SimulatedCrash e) {
                // that is how it ends
            } catch (RuntimeException | Error e) {
                java.io.StringWriter text = new java.io.StringWriter();
                e.printStackTrace(new java.io.PrintWriter(text));
                scheduler.fail(self[0].name + " failed: " + text);
            } finally {
                scheduler.ended(self[0]);
            }
        });
        return self[0];
    }

    @Override
    public TaskThread taskThread(String threadName) {
        return new SimulatedTasks(this, threadName);
    }

    // ---- waiting

    @Override
    public Monitor monitor() {
        return new SimulatedMonitor(this);
    }

    @Override
    public Permit permit() {
        return new SimulatedPermit(this);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        if (cleared()) {
            Thread.currentThread().interrupt();
            return;
        }
        SimulatedThread me = scheduler.current();
        scheduler.point();
        if (!me.unparked && !me.thread.isInterrupted()) {
            scheduler.block(later(nanos));
        }
        me.unparked = false;
    }

    @Override
    public void unpark(Thread thread) {
        for (SimulatedThread each : scheduler.alive(this)) {
            if (each.thread == thread) {
                each.unparked = true;
                scheduler.wake(each);
            }
        }
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> result, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (cleared()) {
            throw new InterruptedException("the process is dead");
        }
        scheduler.point();
        throwIfInterrupted();
        long deadline = later(nanos);
        SimulatedThread me = scheduler.current();
        var unused = result.whenComplete((value, failure) -> scheduler.wake(me));
        while (!result.isDone()) {
            if (scheduler.now() >= deadline) {
                throw new TimeoutException();
            }
            scheduler.block(deadline);
            throwIfInterrupted();
        }
        return result.get();
    }

    @Override
    public String toString() {
        return name;
    }
}
