package io.github.hasqlite.core.gateway;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The transaction of a session. One that has failed is rolled back at once, so that it holds nothing while its client
 * thinks; but not if it has savepoints, to which the client may go back. Inside the session's gate but for {@link #state}
 * and {@link #interruptIfOver}.
 */
final class ClientTransaction {

    private final GatewayContext context;
    private final RunningCall running;
    private @Nullable ClientConnection connection;
    private int savepoints;
    private volatile TransactionState state = TransactionState.NONE;
    private volatile long begun;
    private volatile Duration limit;
    /** Why it has failed, if its client does not know yet. */
    private @Nullable SQLException untold;

    ClientTransaction(GatewayContext context, RunningCall running) {
        this.context = context;
        this.running = running;
        this.limit = context.settings().transactionTimeout();
    }

    /** Of the one that is open, too. */
    void limit(Duration to) {
        limit = to;
    }

    TransactionState state() {
        return state;
    }

    /**
     * The connection of the transaction.
     *
     * @return {@code null} if there is no transaction
     * @throws SQLException if it has failed (25P02, 25P03)
     */
    @Nullable
    ClientConnection connection() throws SQLException {
        SQLException why = untold;
        if (why != null) {
            untold = null;
            throw why;
        }
        if (state == TransactionState.FAILED) {
            throw new SQLException(
                    "the transaction has failed; nothing is done in it any more: end it with ROLLBACK",
                    SqlStates.TRANSACTION_ABORTED);
        }
        return connection;
    }

    /** The connection of the transaction, also of one that has failed; {@code null} if it has given it back. */
    @Nullable
    ClientConnection present() {
        return connection;
    }

    /** Begins with the text of a BEGIN. */
    void begin(String sql, boolean readOnly, long lockMillis) throws SQLException {
        if (state != TransactionState.NONE) {
            throw new SQLException("there is already a transaction in progress; end it first", SqlStates.NESTED);
        }
        ClientConnection taken = context.connect(readOnly);
        try {
            taken.waitForLocks(lockMillis);
            taken.control(sql);
        } catch (SQLException | RuntimeException | Error e) {
            try (taken) {
                throw e;
            }
        }
        connection = taken;
        savepoints = 0;
        begun = context.runtime().nanoTime();
        state = TransactionState.OPEN;
    }

    /**
     * Commits, or ends one that has failed.
     *
     * @return whether it was committed
     * @throws SQLException why it was not committed, or that this is not known, or not in time; there is no transaction
     *     afterwards
     */
    boolean commit() throws SQLException {
        if (state == TransactionState.FAILED) {
            SQLException why = untold;
            rollback();
            if (why != null) {
                // nobody has said so yet, and whoever commits takes it that all is well
                throw why;
            }
            return false;
        }
        try (ClientConnection ending = require()) {
            ending.control("COMMIT");
            return true;
        } finally {
            over();
        }
    }

    /** Takes everything back; does nothing if there is no transaction. */
    void rollback() throws SQLException {
        try {
            giveBack();
        } finally {
            over();
        }
    }

    private void over() {
        connection = null;
        untold = null;
        state = TransactionState.NONE;
    }

    /** SAVEPOINT or RELEASE. */
    void savepoint(String sql, int change) throws SQLException {
        ClientConnection present = connection();
        if (present == null) {
            require();
        } else {
            present.control(sql);
            savepoints = Math.max(0, savepoints + change);
        }
    }

    /** Whether its client may go back to somewhere in it. */
    boolean hasSavepoints() {
        return savepoints > 0;
    }

    /** ROLLBACK TO, after which one that has failed goes on. */
    void rollbackTo(String sql) throws SQLException {
        require().control(sql);
        untold = null;
        state = TransactionState.OPEN;
    }

    private ClientConnection require() throws SQLException {
        ClientConnection present = connection;
        if (present == null) {
            connection();
            throw new SQLException("there is no transaction in progress; begin one first", SqlStates.NO_TRANSACTION);
        }
        return present;
    }

    /** A statement in it has failed. */
    void fail() throws SQLException {
        if (state != TransactionState.OPEN) {
            return;
        }
        state = TransactionState.FAILED;
        if (savepoints == 0) {
            giveBack();
        }
    }

    /** A connection that is given back rolls back what is open. */
    private void giveBack() throws SQLException {
        ClientConnection ending = connection;
        connection = null;
        if (ending != null) {
            ending.close();
        }
    }

    boolean isOver(long now) {
        return state != TransactionState.NONE && connection != null && hasHadItsTime(now);
    }

    private boolean hasHadItsTime(long now) {
        return now - begun >= limit.toNanos();
    }

    /** Interrupts a statement in a transaction that was open for too long. From any thread. */
    void interruptIfOver(long now) {
        if (state == TransactionState.OPEN && hasHadItsTime(now)) {
            running.interrupt(timeout());
        }
    }

    /** Rolls it back because it was open for too long; its client is told with its next statement. */
    void expire() throws SQLException {
        state = TransactionState.FAILED;
        untold = timeout();
        giveBack();
    }

    private SQLException timeout() {
        return new SQLException(
                "the transaction was open for longer than "
                        + limit.toMillis()
                        + " ms, as long as a client's may be, and is rolled back; end it and begin again",
                SqlStates.TRANSACTION_TIMEOUT);
    }
}
