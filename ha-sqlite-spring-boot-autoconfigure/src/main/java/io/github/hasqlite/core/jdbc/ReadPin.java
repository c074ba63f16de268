package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.sqlite.NativeStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Fixes what an open transaction that only reads sees, before it shows anything, in a state of which nothing can be
 * taken back. SQLite takes a snapshot with the first statement that reads a table, and does not say which one that is.
 * Belongs to one connection. Not thread-safe.
 */
final class ReadPin {

    private static final long NONE = -1;

    private final PhysicalConnection connection;
    private final NativeTransaction sqlite;
    private final Savepoints savepoints;
    private final ReadGate gate;
    private @Nullable NativeStatement look;
    private boolean set;
    /** What had been taken back before the transaction's snapshot; -1 if it has none. */
    private long before = NONE;

    ReadPin(PhysicalConnection connection, NativeTransaction sqlite, Savepoints savepoints, ReadGate gate) {
        this.connection = connection;
        this.sqlite = sqlite;
        this.savepoints = savepoints;
        this.gate = gate;
    }

    /**
     * Fixes it, if that was not done before in this transaction.
     *
     * @param timeout of the statement; {@code null} if it has none
     */
    void set(@Nullable QueryTimeout timeout) throws SQLException {
        if (set || gate == ReadGate.OPEN) {
            return;
        }
        while (!look(timeout)) {
            if (!savepoints.statements().isEmpty()) {
                throw new SerializationFailureException(
                        "what this transaction would have read was not accepted by the stream; roll it back and do it"
                                + " again");
            }
            // nothing was shown of it: it begins anew, with another snapshot
            sqlite.commit();
            sqlite.beginDeferred();
            before = NONE;
        }
        set = true;
    }

    /** Something else than a statement of the application is about to read, which shows nothing of any row. */
    void looks() {
        if (before == NONE) {
            before = gate.takenBack();
        }
    }

    private boolean look(@Nullable QueryTimeout timeout) throws SQLException {
        NativeStatement statement = look;
        if (statement == null) {
            statement = new NativeStatement(connection, "SELECT count(*) FROM (SELECT 1 FROM main.ha_state LIMIT 1)");
            look = statement;
        }
        looks();
        statement.queryLong();
        return QueryTimeout.limited(
                timeout, () -> connection.shield().waiting(cancelled -> gate.admits(before, cancelled)));
    }

    /** The transaction is over. */
    void clear() {
        set = false;
        before = NONE;
    }
}
