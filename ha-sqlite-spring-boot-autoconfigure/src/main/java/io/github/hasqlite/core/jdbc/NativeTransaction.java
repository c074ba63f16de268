package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.NativeStatement;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

/** The compiled statements that begin and end a connection's transactions. Not thread-safe. */
final class NativeTransaction {

    private final SQLiteConnection connection;
    private final NativeStatement beginDeferred;
    private final NativeStatement beginImmediate;
    private final NativeStatement commit;
    private final NativeStatement rollback;
    private final NativeStatement savepoint;
    private final NativeStatement release;

    NativeTransaction(SQLiteConnection connection) throws SQLException {
        this.connection = connection;
        this.beginDeferred = new NativeStatement(connection, "BEGIN");
        this.beginImmediate = new NativeStatement(connection, "BEGIN IMMEDIATE");
        this.commit = new NativeStatement(connection, "COMMIT");
        this.rollback = new NativeStatement(connection, "ROLLBACK");
        this.savepoint = new NativeStatement(connection, "SAVEPOINT ha_commit");
        this.release = new NativeStatement(connection, "RELEASE ha_commit");
    }

    void beginDeferred() throws SQLException {
        beginDeferred.run();
    }

    void beginImmediate() throws SQLException {
        beginImmediate.run();
    }

    void commit() throws SQLException {
        commit.run();
    }

    void rollback() throws SQLException {
        rollback.run();
    }

    /** Runs any other statement. */
    void run(String sql) throws SQLException {
        connection.getDatabase()._exec(sql);
    }

    /** Whether SQLite has rolled everything back, as it does when a disk is full, or nothing was open. */
    boolean endedByItself() throws SQLException {
        if (!beginDeferred.succeeds()) {
            return false;
        }
        if (!rollback.succeeds()) {
            rollback.run();
        }
        return true;
    }

    /**
     * Rolls back what is open, unless SQLite has done so by itself.
     *
     * @throws SQLException if SQLite refuses; the connection is closed then, which rolls back, too
     */
    void rollBackOpen() throws SQLException {
        if (rollback.succeeds() || endedByItself()) {
            return;
        }
        try {
            rollback.run();
        } catch (SQLException e) {
            try (connection) {
                throw e;
            }
        }
    }

    /**
     * While rows of a RETURNING clause are still to be fetched, SQLite refuses to commit. It refuses a
     * savepoint then, too, so that this is found out before anything is published.
     *
     * @throws SQLException SQLITE_BUSY, as SQLite would, if that is so
     */
    void requireNothingWriting() throws SQLException {
        if (!savepoint.succeeds()) {
            throw DB.newSQLException(
                    SQLiteErrorCode.SQLITE_BUSY.code, "cannot commit transaction - SQL statements in progress");
        }
        release.run();
    }
}
