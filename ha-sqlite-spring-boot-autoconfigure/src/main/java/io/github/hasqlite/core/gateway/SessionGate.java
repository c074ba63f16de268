package io.github.hasqlite.core.gateway;

import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;

/**
 * Lets one thread at a time use a session: its client's, the one that looks for what has taken too long, or the one
 * that closes it. Nobody is inside while a client thinks, or takes its time with rows. Not reentrant. Thread-safe.
 */
final class SessionGate {

    private final Monitor monitor;
    private boolean taken;

    SessionGate(NodeRuntime runtime) {
        this.monitor = runtime.monitor();
    }

    /** Goes in, as soon as nobody is inside; not to be interrupted, because who is inside is soon out. */
    void enter() {
        boolean interrupted = false;
        monitor.lock();
        try {
            while (taken) {
                try {
                    monitor.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            taken = true;
        } finally {
            monitor.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Goes in if nobody is inside. */
    boolean tryEnter() {
        monitor.lock();
        try {
            if (taken) {
                return false;
            }
            taken = true;
            return true;
        } finally {
            monitor.unlock();
        }
    }

    void leave() {
        monitor.lock();
        try {
            taken = false;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }
}
