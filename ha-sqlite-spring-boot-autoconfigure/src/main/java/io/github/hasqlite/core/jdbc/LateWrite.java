package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.sqlite.NativeStatement;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;

/**
 * Lets a transaction that read so far begin to write, although others have committed since its snapshot.
 * Used with the write lock held. Not thread-safe.
 */
final class LateWrite {

    /** SQLite takes its lock with the first statement that may write, or says that the snapshot is old. */
    static final String BEGIN_TO_WRITE = "DELETE FROM main.ha_state WHERE 0";

    private final SQLiteConnection connection;
    private final SessionContext context;
    private final NativeTransaction sqlite;
    private final ReadView view;
    private final Savepoints savepoints;
    private final NativeStatement deferringForeignKeys;

    LateWrite(
            SQLiteConnection connection,
            SessionContext context,
            NativeTransaction sqlite,
            ReadView view,
            Savepoints savepoints)
            throws SQLException {
        this.connection = connection;
        this.context = context;
        this.sqlite = sqlite;
        this.view = view;
        this.savepoints = savepoints;
        this.deferringForeignKeys = new NativeStatement(connection, "PRAGMA defer_foreign_keys");
    }

    /**
     * If nothing that the transaction has read has changed, it moves on to the present; otherwise SQLite
     * says SQLITE_BUSY_SNAPSHOT, or the log wants it said another way.
     *
     * @throws SQLException if it cannot write; whether a transaction is open must be asked then
     */
    void moveOn() throws SQLException {
        if (view.isOfThePresent()) {
            return;
        }
        if (!view.isUnchanged(connection)) {
            CommitLog log = context.commitLog();
            if (log != null && log.reportsSerializationFailures()) {
                throw new SerializationFailureException(
                        "what this transaction has read was changed by another one; roll it back and do it again");
            }
            if (log != null) {
                // before anything is made of what the connection sees, which is the past
                sqlite.run(BEGIN_TO_WRITE);
            }
            return;
        }
        // SQLite switches it off with each COMMIT
        boolean deferring = deferringForeignKeys.queryLong() != 0;
        view.detachCursors();
        sqlite.commit();
        if (!savepoints.beganTransaction()) {
            beginAnew();
        }
        for (String savepoint : savepoints.statements()) {
            sqlite.run(savepoint);
        }
        if (deferring) {
            sqlite.run("PRAGMA defer_foreign_keys = ON");
        }
    }

    /** Rows that are not fetched yet keep their snapshot, also beyond the COMMIT. */
    private void beginAnew() throws SQLException {
        try {
            sqlite.beginImmediate();
        } catch (SQLException e) {
            sqlite.beginDeferred();
            throw e;
        }
    }
}
