package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;

/**
 * What a connection has seen, and what may still be taken back of it. Belongs to one connection. Not thread-safe.
 */
final class SeenStates {

    private final ReadGate gate;
    /** The transaction that has ended had the write lock, so that it may have seen what is undecided. */
    private boolean asked;

    private long takenBackBefore;

    SeenStates(ReadGate gate) {
        this.gate = gate;
    }

    /** Whether nothing is ever taken back. */
    boolean isOpen() {
        return gate == ReadGate.OPEN;
    }

    /** From now on nothing more is committed that may be taken back: waits for what is undecided. */
    void close() throws SQLException {
        var unused = gate.admits(0);
    }

    /** Runs what reads outside of a transaction, again if it may have seen what was taken back meanwhile. */
    <T> T admitted(SqlCall<T> call) throws SQLException {
        while (true) {
            long before = gate.takenBack();
            try {
                T result = call.run();
                if (gate.admits(before)) {
                    return result;
                }
            } catch (SQLException e) {
                if (gate.admits(before)) {
                    throw e;
                }
            }
        }
    }

    /**
     * A transaction is about to end, and gives the write lock back if it had it.
     *
     * @param wrote whether it had it
     */
    void ends(boolean wrote) {
        asked = wrote;
        takenBackBefore = wrote ? gate.takenBack() : 0;
    }

    /**
     * Waits until it is known whether what a transaction has seen stays that has ended without being written to the log.
     *
     * @throws SerializationFailureException if it does not
     */
    void requireKept() throws SQLException {
        if (!asked) {
            return;
        }
        asked = false;
        if (!gate.admits(takenBackBefore)) {
            throw new SerializationFailureException("what this transaction has read was not accepted by the stream; it"
                    + " was rolled back, nothing of it took effect, do all of it again");
        }
    }
}
