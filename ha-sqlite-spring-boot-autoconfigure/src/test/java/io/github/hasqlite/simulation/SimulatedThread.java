package io.github.hasqlite.simulation;

import java.util.concurrent.locks.LockSupport;

/** A thread of a simulation. It runs only while it has the baton. */
final class SimulatedThread {

    /** It waits for as long as it takes. */
    static final long NEVER = Long.MAX_VALUE;

    final String name;
    final SimulatedRuntime owner;
    final Thread thread;

    /** Whether it may be given the baton. */
    boolean ready;

    boolean begun;
    boolean ended;
    /** When it goes on without being woken. */
    long deadline = NEVER;
    /** Whether the next park returns at once. */
    boolean unparked;

    private volatile boolean baton;

    SimulatedThread(String name, SimulatedRuntime owner, Runnable body) {
        this.name = name;
        this.owner = owner;
        this.thread = new Thread(
                () -> {
                    awaitBaton();
                    body.run();
                },
                name);
        this.thread.setDaemon(true);
    }

    void giveBaton() {
        baton = true;
        LockSupport.unpark(thread);
    }

    /** Keeps an interrupt for whoever looks next. */
    void awaitBaton() {
        boolean interrupted = false;
        while (!baton) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        baton = false;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name + (ended ? " ended" : ready ? " ready" : " waits");
    }
}
