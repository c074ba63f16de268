package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Who uses an application's connection at the moment: one thread at a time, others wait for it. So a connection that
 * another thread closes goes back to the pool only once nobody works on it. Thread-safe.
 */
final class ConnectionUse {

    /** How often somebody who waits looks; two threads seldom use one connection. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final NodeRuntime runtime;
    private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    /** How many calls of the user are within each other. */
    private int depth;

    ConnectionUse(NodeRuntime runtime) {
        this.runtime = runtime;
    }

    /**
     * Runs what uses the connection.
     *
     * @throws SQLException what it throws, with an SQLState; 08003 if the connection is closed
     */
    <T> T call(SqlCall<T> call) throws SQLException {
        enter();
        try {
            if (depth == 1 && ended.get()) {
                throw new SQLException("database connection closed");
            }
            return call.run();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        } finally {
            leave();
        }
    }

    /** See {@link #call}. */
    void run(SqlStateTranslation.Action action) throws SQLException {
        call(SqlCall.of(action::run));
    }

    /** Runs what may still be done on a closed connection, if only by doing nothing. */
    void evenIfEnded(SqlStateTranslation.Action action) throws SQLException {
        enter();
        try {
            action.run();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        } finally {
            leave();
        }
    }

    /** From now on nobody else begins to use it; answers whether that is so since this call. */
    boolean end() {
        return ended.compareAndSet(false, true);
    }

    boolean isEnded() {
        return ended.get();
    }

    /** Whether another thread uses it just now. */
    boolean isOfOthers() {
        Thread present = user.get();
        return present != null && present != Thread.currentThread();
    }

    /**
     * Runs what gives the connection back, once nobody else uses it.
     *
     * @param interrupt has others come to an end, again and again: an interrupt that comes too early has no effect
     */
    void whenFree(SqlStateTranslation.Action interrupt, SqlStateTranslation.Action action) throws SQLException {
        Thread me = Thread.currentThread();
        if (isOfOthers()) {
            await(me, interrupt);
            depth++;
        } else {
            enter();
        }
        try {
            action.run();
        } finally {
            leave();
        }
    }

    private void enter() throws SQLException {
        Thread me = Thread.currentThread();
        if (user.get() != me && !user.compareAndSet(null, me)) {
            await(me, () -> {});
        }
        depth++;
    }

    private void await(Thread me, SqlStateTranslation.Action meanwhile) throws SQLException {
        boolean interrupted = false;
        try {
            while (!user.compareAndSet(null, me)) {
                meanwhile.run();
                runtime.parkNanos(this, LOOK_NANOS);
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                me.interrupt();
            }
        }
    }

    private void leave() {
        depth--;
        if (depth == 0) {
            user.set(null);
        }
    }
}
