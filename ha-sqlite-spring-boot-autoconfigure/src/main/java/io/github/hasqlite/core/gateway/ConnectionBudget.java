package io.github.hasqlite.core.gateway;

import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.time.Duration;

/** How many connections of one pool the clients may still have, so that they leave some to the application. Thread-safe. */
final class ConnectionBudget {

    private final NodeRuntime runtime;
    private final Monitor monitor;
    private final String what;
    private final int size;
    private final Duration patience;
    private int free;

    /**
     * All are free.
     *
     * @param what is done with them, for people
     */
    ConnectionBudget(NodeRuntime runtime, String what, int size, Duration patience) {
        this.runtime = runtime;
        this.monitor = runtime.monitor();
        this.what = what;
        this.size = size;
        this.patience = patience;
        this.free = size;
    }

    /**
     * Takes one as soon as one is free.
     *
     * @throws SQLException if none is in time (53300)
     */
    void take() throws SQLException {
        long deadline = runtime.nanoTime() + patience.toNanos();
        monitor.lock();
        try {
            while (free == 0) {
                long left = deadline - runtime.nanoTime();
                if (left <= 0) {
                    throw tooMany();
                }
                monitor.await(left);
            }
            free--;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("the wait for a connection was interrupted", SqlStates.CANCELLED, e);
        } finally {
            monitor.unlock();
        }
    }

    private SQLException tooMany() {
        return new SQLException(
                "clients have all " + size + " connections that they may " + what
                        + " with, and none was given back within " + patience.toMillis()
                        + " ms; try again later, or allow more",
                SqlStates.TOO_MANY);
    }

    void giveBack() {
        monitor.lock();
        try {
            free++;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }
}
