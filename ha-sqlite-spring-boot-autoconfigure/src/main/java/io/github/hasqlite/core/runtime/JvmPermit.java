package io.github.hasqlite.core.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A permit that whoever runs takes when it is free: to wake the one that has waited longest, and to leave the permit alone
 * until that one runs, would take longer than many transactions do. That one is woken all the same, and takes its chance.
 * So that nobody waits for ever, it claims the permit if it has waited for {@link #PATIENCE_NANOS}, and is then handed it
 * the next time that it is given back; also asleep, if it has waited for {@link #LONG_NANOS}.
 */
final class JvmPermit implements Permit {

    /** Longer than a dozen threads wait for each other's short transactions: waking it costs little beside that. */
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Much shorter than anybody notices, longer than most transactions take. */
    private static final long PATIENCE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** How long one that claims it looks whether it is handed over before it goes to sleep: about what a transaction takes. */
    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /**
     * How often who finds it taken lets other threads run before it goes to sleep: where there are more threads than
     * processors, who has the permit may be among them, and all that costs less than to be woken. Measured: a quarter more
     * transactions a second of 16 threads on two processors.
     */
    private static final int YIELDS = 20;

    private final AtomicBoolean taken = new AtomicBoolean();
    /** In the order of asking. */
    private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();

    private enum Wait {
        /** Sleeps, or is about to. */
        ASLEEP,
        /** Is about to look whether the permit is free. */
        WOKEN,
        /** Is to be handed the permit; awake or not. */
        CLAIMS,
        /** Has the permit. */
        HANDED_OVER,
        /** Waits no more: it has the permit by itself, or none. */
        GONE
    }

    private static final class Waiter {

        final Thread thread = Thread.currentThread();
        final long since = System.nanoTime();
        final AtomicReference<Wait> state = new AtomicReference<>(Wait.ASLEEP);

        boolean is(Wait wanted) {
            return state.get() == wanted;
        }

        /** How long it has waited, in nanoseconds. */
        long waited() {
            return System.nanoTime() - since;
        }

        /** Whether it may not be overtaken any more. */
        boolean isNext() {
            return state.get() == Wait.CLAIMS || waited() >= LONG_NANOS;
        }

        /** Gives it the permit, by whoever has it; not if it waits no more. */
        boolean takesOver() {
            return state.updateAndGet(is -> is == Wait.GONE ? is : Wait.HANDED_OVER) == Wait.HANDED_OVER;
        }

        /** Whether it is so now; not if the permit has been handed over. */
        boolean becomes(Wait to) {
            return state.updateAndGet(is -> is == Wait.HANDED_OVER ? is : to) == to;
        }
    }

    @Override
    public void acquire() throws InterruptedException {
        boolean unused = tryAcquire(Long.MAX_VALUE);
    }

    @Override
    public boolean tryAcquire(long nanos) throws InterruptedException {
        if (taken.compareAndSet(false, true)) {
            return true;
        }
        if (nanos <= 0) {
            return false;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return yieldFor() || waitFor(nanos);
    }

    /** Nothing but speed depends on whom the scheduler lets run. */
    @SuppressWarnings("ThreadPriorityCheck")
    private boolean yieldFor() {
        for (int i = 0; i < YIELDS; i++) {
            Thread.yield();
            if (taken.compareAndSet(false, true)) {
                return true;
            }
        }
        return false;
    }

    private boolean waitFor(long nanos) throws InterruptedException {
        Waiter me = new Waiter();
        waiters.add(me);
        while (true) {
            long waited = me.waited();
            Wait now = waited >= PATIENCE_NANOS && waiters.peek() == me ? Wait.CLAIMS : Wait.ASLEEP;
            if (!me.becomes(now)) {
                return true;
            }
            // looked at behind that: so whoever gives it back later sees that this one has to be woken, or gets it
            if (taken.compareAndSet(false, true)) {
                leave(me);
                return true;
            }
            boolean interrupted = Thread.interrupted();
            if (interrupted || waited >= nanos) {
                return giveUp(me, interrupted);
            }
            if (now == Wait.ASLEEP || spinsInVain(me)) {
                LockSupport.parkNanos(this, nanos - waited);
            }
        }
    }

    /** Whether the permit has not been handed over soon. */
    private static boolean spinsInVain(Waiter me) {
        long until = System.nanoTime() + SPIN_NANOS;
        while (me.is(Wait.CLAIMS)) {
            if (System.nanoTime() - until >= 0) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private void leave(Waiter me) {
        me.state.set(Wait.GONE);
        waiters.remove(me);
    }

    private boolean giveUp(Waiter me, boolean interrupted) throws InterruptedException {
        if (me.becomes(Wait.GONE)) {
            waiters.remove(me);
            // it may have been woken in the place of the next one
            wakeNext();
        } else if (interrupted) {
            release();
        } else {
            return true;
        }
        if (interrupted) {
            throw new InterruptedException();
        }
        return false;
    }

    @Override
    public void release() {
        Waiter next = waiters.peek();
        while (next != null && next.isNext()) {
            // before it has the permit, because whoever gives it back must not find it here
            waiters.remove(next);
            if (next.takesOver()) {
                LockSupport.unpark(next.thread);
                return;
            }
            next = waiters.peek();
        }
        taken.set(false);
        wakeNext();
    }

    /** Sees to it that the one that has waited longest looks, if the permit is free: whoever has it does so when it gives it back. */
    private void wakeNext() {
        Waiter next = waiters.peek();
        if (next == null || taken.get()) {
            return;
        }
        if (next.is(Wait.CLAIMS)) {
            // it may have looked before the permit was free
            if (taken.compareAndSet(false, true)) {
                release();
            }
        } else if (next.state.compareAndSet(Wait.ASLEEP, Wait.WOKEN)) {
            LockSupport.unpark(next.thread);
        }
    }
}
