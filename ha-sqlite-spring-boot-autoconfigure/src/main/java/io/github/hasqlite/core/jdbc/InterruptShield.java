package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps {@link java.sql.Statement#cancel} from interrupting anything but the application's own statement and the fetching
 * of its rows: SQLite interrupts whatever its connection runs, and a commit that is known to the stream already, or a
 * rollback, must come to its end. Belongs to a connection. Its thread raises and lifts it; any thread may interrupt.
 */
final class InterruptShield {

    private boolean raised;
    /** Who waits for the write lock. */
    private @Nullable Thread waiter;
    /** What waits, and not for SQLite, is to end. */
    private volatile boolean cancelled;

    /** Something that waits, and looks now and then whether it is to end. */
    interface Waiting {
        boolean run(BooleanSupplier cancelled) throws SQLException;
    }

    /** Runs what must not be interrupted. */
    <T> T over(SqlCall<T> call) throws SQLException {
        boolean before = set(true);
        try {
            return call.run();
        } finally {
            set(before);
        }
    }

    /** Runs what may be interrupted in the middle of that. */
    <T> T lifted(SqlCall<T> call) throws SQLException {
        boolean before = set(false);
        try {
            return call.run();
        } finally {
            set(before);
        }
    }

    private synchronized boolean set(boolean to) {
        boolean before = raised;
        raised = to;
        return before;
    }

    /** Waits for something else than SQLite; like SQLite, for what is interrupted from now on. */
    boolean waiting(Waiting wait) throws SQLException {
        cancelled = false;
        return wait.run(() -> cancelled);
    }

    /** Waits for the write lock, which can be interrupted wherever it is waited for. */
    void waitingForLock(SqlStateTranslation.Action wait) throws SQLException {
        synchronized (this) {
            cancelled = false;
            waiter = Thread.currentThread();
        }
        try {
            wait.run();
        } finally {
            synchronized (this) {
                waiter = null;
                if (cancelled) {
                    // it was meant for the wait
                    var unused = Thread.interrupted();
                }
            }
        }
    }

    /** Interrupts, unless that must not be now. */
    synchronized void interrupt(SqlStateTranslation.Action interrupt) throws SQLException {
        Thread waiting = waiter;
        if (waiting != null) {
            cancelled = true;
            waiting.interrupt();
        } else if (!raised) {
            cancelled = true;
            interrupt.run();
        }
    }
}
