package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

/**
 * The time that one execution of a statement and the fetching of its rows may take. It interrupts SQLite only while
 * SQLite runs the application's statement, so never a COMMIT, whose outcome the stream may know already. Used by the
 * thread of the connection, and by the one that interrupts.
 */
final class QueryTimeout {

    private final QueryTimeouts timeouts;
    private final Session session;
    private final DB database;
    private final InterruptShield shield;
    private final int seconds;
    private final long deadline;
    /** It was in a transaction that the application ends. */
    private final boolean inTransaction;

    private boolean interruptible;
    private boolean interrupted;

    private QueryTimeout(PhysicalConnection connection, int seconds) {
        this.session = connection.session();
        this.timeouts = session.timeouts();
        this.database = connection.getDatabase();
        this.shield = connection.shield();
        this.seconds = seconds;
        this.deadline = timeouts.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        this.inTransaction = session.inTransaction() && !session.isAutoCommit();
    }

    /**
     * Begins to count.
     *
     * @param seconds of the statement; 0 for any time
     * @return {@code null} if there is no limit
     */
    static @Nullable QueryTimeout begin(PhysicalConnection connection, int seconds) {
        return seconds == 0 ? null : new QueryTimeout(connection, seconds);
    }

    /** Runs what may be interrupted, with the limit if there is one. */
    static <T> T limited(@Nullable QueryTimeout timeout, SqlCall<T> call) throws SQLException {
        return timeout == null ? call.run() : timeout.run(call);
    }

    private <T> T run(SqlCall<T> call) throws SQLException {
        synchronized (this) {
            interruptible = true;
        }
        timeouts.add(this);
        try {
            return call.run();
        } finally {
            timeouts.remove(this);
            synchronized (this) {
                interruptible = false;
            }
        }
    }

    /** Called at intervals while the statement runs. */
    synchronized void interruptIfOver(long now) {
        if (interruptible && now - deadline >= 0) {
            interrupted = true;
            try {
                shield.interrupt(database::interrupt);
            } catch (SQLException e) {
                throw new IllegalStateException("a statement could not be interrupted", e);
            }
        }
    }

    private synchronized boolean isInterrupted() {
        return interrupted;
    }

    /** The error of the application's statement, which is this one's if that has interrupted it. */
    static SQLException explain(@Nullable QueryTimeout timeout, SQLException e) {
        SQLException complete = SqlStates.complete(e);
        return timeout == null || !timeout.isInterrupted() || !isInterrupt(e) ? complete : timeout.explain(complete);
    }

    /** Whether a statement was interrupted, by whomever. */
    static boolean isInterrupt(SQLException e) {
        return (e.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_INTERRUPT.code;
    }

    /** What a statement is told whose rows have ended because another one of its connection was interrupted. */
    static SQLException ofOthers() {
        return SqlStates.complete(DB.newSQLException(
                SQLiteErrorCode.SQLITE_INTERRUPT.code,
                "another statement of the connection was interrupted, which ends the rows of all; run this one again"));
    }

    private SQLException explain(SQLException e) {
        boolean rolledBack = inTransaction && !session.inTransaction();
        if (rolledBack) {
            session.abort();
        }
        return new SQLTimeoutException(
                "the statement ran for longer than its query timeout of " + seconds + " s and was interrupted; "
                        + (rolledBack
                                ? "SQLite has rolled back its transaction"
                                : "what it had changed so far is undone"),
                SqlStates.CANCELLED,
                SQLiteErrorCode.SQLITE_INTERRUPT.code,
                e);
    }
}
