package io.github.hasqlite.simulation;

import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.runtime.Permit;
import io.github.hasqlite.core.runtime.TaskThread;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The runtime of one process of a simulation. Its threads wait for the baton of the {@link Scheduler}. When the process
 * dies, each of them ends at its next step. What is left of it can be closed after that: then nobody waits for anything.
 */
final class SimulatedRuntime implements NodeRuntime {

    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private enum State {
        RUNS,
        DEAD,
        CLEARED_AWAY
    }

    private final String name;
    private final Scheduler scheduler;
    private final Random random;
    private final long clockOffsetMillis;
    private final long nanoOffset;
    private State state = State.RUNS;

    SimulatedRuntime(String name, Scheduler scheduler, long clockOffsetMillis) {
        this.name = name;
        this.scheduler = scheduler;
        this.random = new Random(scheduler.random().nextLong());
        this.clockOffsetMillis = clockOffsetMillis;
        this.nanoOffset = random.nextInt();
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

    private boolean cleared() {
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
        return scheduler.now() + nanoOffset;
    }

    @Override
    public long currentTimeMillis() {
        return EPOCH_MILLIS + clockOffsetMillis + scheduler.now() / 1_000_000;
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

    private long later(long nanos) {
        long at = scheduler.now() + nanos;
        return at < 0 ? SimulatedThread.NEVER : at;
    }

    private static void throwIfInterrupted() throws InterruptedException {
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
        return new Started(simulated(threadName, task));
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

    private final class Started implements NodeThread {

        private final SimulatedThread thread;
        private final List<SimulatedThread> joining = new ArrayList<>();

        Started(SimulatedThread thread) {
            this.thread = thread;
        }

        @Override
        public void start() {
            if (!cleared()) {
                scheduler.begin(thread);
            }
        }

        @Override
        public void interrupt() {
            if (thread.begun && !thread.ended) {
                thread.thread.interrupt();
                scheduler.wake(thread);
            }
        }

        @Override
        public void join(long nanos) throws InterruptedException {
            if (cleared()) {
                return;
            }
            check();
            throwIfInterrupted();
            long deadline = later(nanos);
            while (thread.begun && !thread.ended && scheduler.now() < deadline) {
                scheduler.block(Math.min(deadline, later(1_000_000)));
                throwIfInterrupted();
            }
        }
    }

    @Override
    public TaskThread taskThread(String threadName) {
        return new Tasks(threadName);
    }

    private record Task(Runnable work, long at) {}

    private final class Tasks implements TaskThread {

        private final List<Task> waiting = new ArrayList<>();
        private final String threadName;
        private @Nullable Started thread;
        private @Nullable SimulatedThread idle;
        private boolean stopped;

        Tasks(String threadName) {
            this.threadName = threadName;
        }

        @Override
        public void schedule(Runnable task, long nanos) {
            if (stopped) {
                throw new RejectedExecutionException(threadName + " was stopped");
            }
            if (cleared()) {
                return;
            }
            waiting.add(new Task(task, later(Math.max(0, nanos))));
            Started now = thread;
            if (now == null) {
                now = new Started(simulated(threadName, this::run));
                thread = now;
                now.start();
            }
            SimulatedThread asleep = idle;
            if (asleep != null) {
                scheduler.wake(asleep);
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
                if (next == null || next.at > scheduler.now()) {
                    idle = scheduler.current();
                    boolean unused = Thread.interrupted();
                    scheduler.block(next == null ? SimulatedThread.NEVER : next.at);
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
            Started now = thread;
            if (now == null) {
                return true;
            }
            now.join(nanos);
            return now.thread.ended;
        }
    }

    // ---- waiting

    @Override
    public Monitor monitor() {
        return new OwnMonitor();
    }

    private final class OwnMonitor implements Monitor {

        private @Nullable SimulatedThread holder;
        private int depth;
        private final List<SimulatedThread> entering = new ArrayList<>();
        private final List<SimulatedThread> told = new ArrayList<>();

        @Override
        public void lock() {
            if (cleared()) {
                return;
            }
            SimulatedThread me = scheduler.current();
            if (holder != me) {
                scheduler.point();
                enter(me, 1);
            } else {
                depth++;
            }
        }

        private void enter(SimulatedThread me, int times) {
            while (holder != null) {
                entering.add(me);
                scheduler.block(SimulatedThread.NEVER);
                entering.remove(me);
            }
            holder = me;
            depth = times;
        }

        @Override
        public void unlock() {
            if (isDead()) {
                return;
            }
            if (holder != scheduler.current()) {
                throw new IllegalMonitorStateException();
            }
            if (--depth == 0) {
                leave();
            }
        }

        private void leave() {
            holder = null;
            depth = 0;
            entering.forEach(scheduler::wake);
        }

        @Override
        public void await() throws InterruptedException {
            awaitUntil(SimulatedThread.NEVER);
        }

        @Override
        public void await(long nanos) throws InterruptedException {
            if (nanos > 0) {
                awaitUntil(later(nanos));
            }
        }

        private void awaitUntil(long deadline) throws InterruptedException {
            if (cleared()) {
                throw new InterruptedException("the process is dead");
            }
            check();
            throwIfInterrupted();
            SimulatedThread me = scheduler.current();
            if (holder != me) {
                throw new IllegalMonitorStateException();
            }
            int times = depth;
            leave();
            told.add(me);
            scheduler.block(deadline);
            told.remove(me);
            boolean interrupted = Thread.interrupted();
            enter(me, times);
            if (interrupted) {
                throw new InterruptedException();
            }
        }

        @Override
        public void signalAll() {
            if (!cleared()) {
                told.forEach(scheduler::wake);
                told.clear();
            }
        }
    }

    @Override
    public Permit permit() {
        return new OwnPermit();
    }

    private final class OwnPermit implements Permit {

        private boolean taken;
        private final Deque<SimulatedThread> queue = new ArrayDeque<>();

        @Override
        public void acquire() throws InterruptedException {
            boolean unused = tryAcquireUntil(SimulatedThread.NEVER);
        }

        @Override
        public boolean tryAcquire(long nanos) throws InterruptedException {
            return tryAcquireUntil(later(nanos));
        }

        private boolean tryAcquireUntil(long deadline) throws InterruptedException {
            if (cleared()) {
                return true;
            }
            scheduler.point();
            throwIfInterrupted();
            if (!taken && queue.isEmpty()) {
                taken = true;
                return true;
            }
            if (deadline <= scheduler.now()) {
                return false;
            }
            SimulatedThread me = scheduler.current();
            queue.add(me);
            while (queue.contains(me)) {
                if (scheduler.now() >= deadline) {
                    queue.remove(me);
                    return false;
                }
                scheduler.block(deadline);
                if (queue.contains(me) && Thread.interrupted()) {
                    queue.remove(me);
                    throw new InterruptedException();
                }
            }
            return true;
        }

        @Override
        public void release() {
            if (isDead()) {
                return;
            }
            SimulatedThread first = queue.poll();
            if (first == null) {
                taken = false;
            } else {
                // it has it now
                scheduler.wake(first);
            }
        }
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
}
