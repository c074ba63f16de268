package io.github.hasqlite.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides who runs. One thread has the baton; where it may block it hands the baton to another one that the seed
 * chooses. When nobody can run, time jumps to the next moment for which somebody waits. All state belongs to whoever
 * has the baton.
 */
final class Scheduler {

    private static final int KEPT_EVENTS = Integer.getInteger("ha.sqlite.test.simulation-events", 200);
    private static final boolean EVERY_SWITCH = Boolean.getBoolean("ha.sqlite.test.simulation-switches");
    private static final int MAX_STEP_NANOS = 20_000;
    private static final long MAX_SWITCHES = 3_000_000;
    private static final long MAX_NANOS = TimeUnit.HOURS.toNanos(3);
    private static final long STUCK_SECONDS = 30;

    private final Random random;
    private final int switchPercent;
    private final List<SimulatedThread> threads = new ArrayList<>();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private final Deque<String> trace = new ArrayDeque<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private long hash = 1125899906842597L;
    private long now = 1_000_000_000L;
    private long eventNumber;
    private volatile long switches;
    private volatile @Nullable SimulatedThread running;
    private volatile @Nullable String failure;
    private volatile boolean finished;

    /** Something that happens at some time without a thread. */
    private record Event(long at, long number, Runnable what) {}

    Scheduler(Random random) {
        this.random = random;
        this.switchPercent = new int[] {5, 20, 50, 90}[random.nextInt(4)];
    }

    Random random() {
        return random;
    }

    /** Virtual nanoseconds. */
    long now() {
        return now;
    }

    // ---- from outside

    /**
     * Runs a thread and all that it begins, until it ends or the run has failed.
     *
     * @return what went wrong, or {@code null}
     */
    @Nullable
    String run(SimulatedThread first) throws InterruptedException {
        SimulatedThread next = choose();
        running = next;
        next.giveBaton();
        long seen = -1;
        while (!over.await(STUCK_SECONDS, TimeUnit.SECONDS)) {
            if (seen == switches) {
                fail("the thread that runs has been waiting outside the runtime: " + running);
            }
            seen = switches;
        }
        finished = true;
        return failure;
    }

    /** Ends the run. */
    void finish() {
        over.countDown();
    }

    /** Ends the run with a failure, unless it has failed before. */
    void fail(String what) {
        if (failure == null && !finished) {
            failure = what + "\nlast events:\n" + String.join("\n", trace) + "\nthreads:\n" + stacks();
        }
        finished = true;
        over.countDown();
    }

    private String stacks() {
        StringBuilder text = new StringBuilder();
        for (SimulatedThread each : List.copyOf(threads)) {
            text.append(each).append('\n');
            for (StackTraceElement frame : each.thread.getStackTrace()) {
                String place = frame.toString();
                if (place.contains("hasqlite") || place.contains("hikari") || place.contains("sqlite")) {
                    text.append("    ").append(place).append('\n');
                }
            }
        }
        return text.toString();
    }

    /** Everything that has happened, as far as it is kept. */
    List<String> events() {
        return List.copyOf(trace);
    }

    /** What all events so far come to. */
    long hash() {
        return hash;
    }

    /** Notes an event. */
    void note(String event) {
        hash = hash * 31 + event.hashCode();
        hash = hash * 31 + now;
        trace.addLast(now / 1_000 + "us " + event);
        if (trace.size() > KEPT_EVENTS) {
            trace.removeFirst();
        }
    }

    // ---- threads

    /** The thread that calls. */
    SimulatedThread current() {
        SimulatedThread now = running;
        if (now == null || now.thread != Thread.currentThread()) {
            throw new IllegalStateException(
                    Thread.currentThread() + " waits or wakes somebody, and is none of the simulation");
        }
        return now;
    }

    void begin(SimulatedThread thread) {
        if (thread.begun) {
            throw new IllegalThreadStateException(thread.name + " has begun before");
        }
        thread.begun = true;
        thread.ready = true;
        threads.add(thread);
        thread.thread.start();
    }

    /** The calling thread ends. */
    void ended(SimulatedThread thread) {
        thread.ended = true;
        thread.ready = false;
        threads.remove(thread);
        if (!threads.isEmpty()) {
            hand(choose());
        }
    }

    /** All that have begun and not ended, of one owner. */
    List<SimulatedThread> alive(SimulatedRuntime owner) {
        return threads.stream().filter(each -> each.owner == owner).toList();
    }

    void wake(SimulatedThread thread) {
        if (!thread.ended) {
            thread.ready = true;
        }
    }

    void at(long when, Runnable what) {
        events.add(new Event(when, eventNumber++, what));
    }

    /** A point at which the calling thread may have to let others go first. */
    void point() {
        SimulatedThread me = current();
        me.owner.check();
        now += 1 + random.nextInt(MAX_STEP_NANOS);
        if (random.nextInt(100) < switchPercent) {
            me.ready = true;
            leave(me);
        }
    }

    /** Waits to be woken, or until a moment. */
    void block(long deadline) {
        SimulatedThread me = current();
        me.owner.check();
        me.ready = false;
        me.deadline = deadline;
        if (me.thread.isInterrupted()) {
            me.ready = true;
        }
        leave(me);
    }

    private void leave(SimulatedThread me) {
        SimulatedThread next = choose();
        if (next != me) {
            hand(next);
            me.awaitBaton();
        }
        me.deadline = SimulatedThread.NEVER;
        me.owner.check();
    }

    private void hand(SimulatedThread next) {
        running = next;
        next.giveBaton();
    }

    boolean isOver() {
        return finished;
    }

    private SimulatedThread choose() {
        if (++switches > MAX_SWITCHES || now > MAX_NANOS) {
            fail("there is no end");
        }
        if (finished) {
            // everybody ends at its next step
            threads.forEach(each -> each.ready = true);
        }
        List<SimulatedThread> ready = new ArrayList<>();
        while (true) {
            for (Event due = events.peek(); due != null && due.at <= now; due = events.peek()) {
                events.remove();
                due.what.run();
            }
            long next = events.isEmpty() ? SimulatedThread.NEVER : events.peek().at;
            for (SimulatedThread each : threads) {
                if (each.deadline <= now) {
                    each.ready = true;
                }
                if (each.ready) {
                    ready.add(each);
                } else {
                    next = Math.min(next, each.deadline);
                }
            }
            if (!ready.isEmpty()) {
                SimulatedThread chosen = ready.get(random.nextInt(ready.size()));
                hash = hash * 31 + chosen.name.hashCode();
                if (EVERY_SWITCH) {
                    note("-> " + chosen.name);
                }
                return chosen;
            }
            if (next == SimulatedThread.NEVER) {
                fail("everybody waits for somebody else");
                threads.forEach(each -> each.ready = true);
            } else {
                now = next;
            }
        }
    }
}
