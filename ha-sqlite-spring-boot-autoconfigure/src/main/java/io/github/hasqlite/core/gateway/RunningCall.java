package io.github.hasqlite.core.gateway;

import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a session has SQLite do at the moment, so that others can interrupt it. A COMMIT is not: the driver lets it go on,
 * since the stream may know its outcome already. Thread-safe.
 */
final class RunningCall {

    private static final Logger logger = LoggerFactory.getLogger(RunningCall.class);

    /** Of SQLite: interrupted. */
    private static final int INTERRUPT = 9;

    private @Nullable Statement running;
    private @Nullable Thread waiting;
    private long deadline;
    private @Nullable SQLException reason;

    /**
     * Runs a call of the driver. A function that the call calls may run another one meanwhile.
     *
     * @param statement that can be cancelled meanwhile
     * @param deadlineNanos when it is, by the runtime's clock
     * @throws SQLException what it throws, or why it was interrupted
     */
    <T> T run(Statement statement, long deadlineNanos, SqlCall<T> call) throws SQLException {
        Statement outer;
        long outerDeadline;
        SQLException outerReason;
        synchronized (this) {
            outer = running;
            outerDeadline = deadline;
            outerReason = reason;
            running = statement;
            deadline = deadlineNanos;
            reason = null;
        }
        try {
            return call.run();
        } catch (SQLException e) {
            throw explained(e);
        } finally {
            synchronized (this) {
                running = outer;
                deadline = outerDeadline;
                reason = outerReason;
            }
        }
    }

    private synchronized SQLException explained(SQLException e) {
        SQLException why = reason;
        if (why == null || (e.getErrorCode() & 0xff) != INTERRUPT) {
            return e;
        }
        why.initCause(e);
        return why;
    }

    /**
     * Waits for something else than SQLite, which ends when its thread is interrupted.
     *
     * @throws SQLException what it throws, or why it was interrupted
     */
    <T> T waiting(SqlCall<T> call) throws SQLException {
        synchronized (this) {
            waiting = Thread.currentThread();
            reason = null;
        }
        SQLException why = null;
        try {
            return call.run();
        } catch (SQLException e) {
            synchronized (this) {
                why = reason;
            }
            if (why == null) {
                throw e;
            }
            why.addSuppressed(e);
            throw why;
        } finally {
            synchronized (this) {
                waiting = null;
                if (reason != null) {
                    // of ours, whether it came in time or not
                    Thread.interrupted();
                }
                reason = null;
            }
        }
    }

    /**
     * Interrupts what runs, if something does, because somebody asks for that.
     *
     * @param why what its client is told
     */
    void cancel(String why) {
        interrupt(new SQLException(why, SqlStates.CANCELLED, INTERRUPT));
    }

    /** Interrupts what runs for longer than it may; again what was not to be interrupted when that was tried. */
    synchronized void look(long now) {
        SQLException asked = reason;
        if (asked != null) {
            interrupt(asked);
        } else if (running != null && now - deadline >= 0) {
            interrupt(tooLong());
        }
    }

    /** Whether what runs was to be interrupted, or has had its time. */
    synchronized boolean isOver(long now) {
        if (running != null && reason == null && now - deadline >= 0) {
            reason = tooLong();
        }
        return reason != null;
    }

    private static SQLException tooLong() {
        return new SQLTimeoutException(
                "the statement ran for longer than clients' statements may, and was interrupted",
                SqlStates.CANCELLED,
                INTERRUPT);
    }

    /** Interrupts what runs, if something does. */
    synchronized void interrupt(SQLException why) {
        Thread waits = waiting;
        if (waits != null && reason == null) {
            reason = why;
            waits.interrupt();
        }
        Statement present = running;
        if (present != null) {
            if (reason == null) {
                reason = why;
            }
            try {
                present.cancel();
            } catch (SQLException e) {
                logger.debug("A statement has ended before it was cancelled", e);
            }
        }
    }
}
