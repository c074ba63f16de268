package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;

/**
 * What a connection has seen, and what may still be taken back of it. Belongs to one connection. Not thread-safe.
 */
final class SeenStates {

    private final ReadGate gate;
    private final InterruptShield shield;
    /** A transaction that has ended had the write lock, and whoever ended it does not know yet whether it saw what stays. */
    private boolean untold;

    private long takenBackBefore;

    SeenStates(ReadGate gate, InterruptShield shield) {
        this.gate = gate;
        this.shield = shield;
    }

    /** Whether nothing is ever taken back. */
    boolean isOpen() {
        return gate == ReadGate.OPEN;
    }

    /** From now on nothing more is committed that may be taken back: waits for what is undecided. */
    void close() throws SQLException {
        var unused = gate.admits(0, () -> false);
    }

    /** Whether what is undecided, and all that was seen of it, is to be taken back. */
    boolean isDoomed() {
        return gate.isDoomed();
    }

    /**
     * Runs what reads outside of a transaction, again if it may have seen what was taken back meanwhile.
     *
     * @param statement whose rows nobody sees if that is not known in time
     */
    <T> T admitted(RunningStatement statement, SqlCall<T> call) throws SQLException {
        while (true) {
            long before = gate.takenBack();
            T result;
            try {
                result = call.run();
            } catch (SQLException e) {
                if (QueryTimeout.isInterrupt(e) || admits(statement, before)) {
                    throw e;
                }
                continue;
            }
            if (admits(statement, before)) {
                return result;
            }
        }
    }

    private boolean admits(RunningStatement statement, long before) throws SQLException {
        try {
            return QueryTimeout.limited(
                    statement.timeout(), () -> shield.waiting(cancelled -> gate.admits(before, cancelled)));
        } catch (SQLException e) {
            statement.shown().interrupt();
            throw e;
        }
    }

    /**
     * A transaction is about to end, and gives the write lock back if it had it.
     *
     * @param wrote whether it had it
     */
    void ends(boolean wrote) {
        untold = wrote && !isOpen();
        takenBackBefore = untold ? gate.takenBack() : 0;
    }

    /** Whoever ended the transaction knows what became of it, and so of what it has seen. */
    void told() {
        untold = false;
    }

    /**
     * Waits until it is known whether what a transaction has seen stays that has ended without being written to the log.
     *
     * @throws SerializationFailureException if it does not
     */
    void requireKept() throws SQLException {
        if (!untold) {
            return;
        }
        untold = false;
        if (!gate.admits(takenBackBefore, () -> false)) {
            throw new SerializationFailureException("what this transaction has read was not accepted by the stream; it"
                    + " was rolled back, nothing of it took effect, do all of it again");
        }
    }
    /**
     * What to throw of a transaction that has ended with an error, which may come from what does not stay.
     *
     * @return the error, once it is known that it does not
     */
    SQLException afterEnd(SQLException failure) {
        try {
            requireKept();
            return failure;
        } catch (SQLException e) {
            e.addSuppressed(failure);
            return e;
        }
    }
}
