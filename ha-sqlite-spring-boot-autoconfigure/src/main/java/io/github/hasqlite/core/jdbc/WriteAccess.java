package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The leave of one connection to write: the write lock, and SQLite's switch {@code query_only}, which is on
 * where the application must not write past the session or does not want to write. Not thread-safe.
 */
final class WriteAccess {

    private final PhysicalConnection connection;
    private final WriteLock lock;
    /** The application holds the driver's own connection, past which it must not write. */
    private boolean lent;
    /** The application wants the connection to be for reading only. */
    private boolean queryOnly;
    /** The application may read past the session. */
    private boolean readPast;

    WriteAccess(PhysicalConnection connection, WriteLock lock) {
        this.connection = connection;
        this.lock = lock;
    }

    /**
     * Waits for the lock.
     *
     * @throws SQLException SQLITE_BUSY after the time that the connection waits for others
     */
    void acquire() throws SQLException {
        connection.shield().waitingForLock(() -> lock.acquire(this::busyMillis));
        try {
            allowWrites(true);
        } catch (SQLException e) {
            lock.release();
            throw e;
        }
    }

    void release() throws SQLException {
        try {
            allowWrites(false);
        } finally {
            lock.release();
        }
    }

    /** A connection that is lent refuses all writes, but for those of its session. */
    private void allowWrites(boolean on) throws SQLException {
        if (lent && !queryOnly) {
            setQueryOnly(!on);
        }
    }

    private void setQueryOnly(boolean on) throws SQLException {
        connection.getDatabase()._exec("PRAGMA query_only = " + (on ? "ON" : "OFF"));
    }

    /**
     * The application has said whether it wants to write.
     *
     * @param on whether it does not
     * @param writing whether the lock is held
     */
    void queryOnly(boolean on, boolean writing) throws SQLException {
        queryOnly = on;
        if (lent && !writing) {
            setQueryOnly(true);
        }
    }

    /** Whether the application has said that it does not want to write. */
    boolean isQueryOnly() {
        return queryOnly;
    }

    /** Lets the session write what it has to, although the application does not want to write. */
    void suspendQueryOnly(boolean suspended) throws SQLException {
        if (queryOnly) {
            setQueryOnly(!suspended);
        }
    }

    boolean isLent() {
        return lent;
    }

    /**
     * The application is about to get the driver's own connection.
     *
     * @param writing whether the lock is held
     */
    void lend(boolean writing) throws SQLException {
        lent = true;
        if (!writing) {
            allowWrites(false);
        }
    }

    /** The application is about to get the driver's own connection, and may read with it. */
    void readPast() {
        if (!readPast) {
            readPast = true;
            lock.readPast(true);
        }
    }

    /** Runs what lets others read all that is committed. */
    <T> T readingPast(SqlCall<T> call) throws SQLException {
        lock.readPast(true);
        try {
            return call.run();
        } finally {
            lock.readPast(false);
        }
    }

    /** The connection goes back to the pool. */
    void takeBack() throws SQLException {
        if (readPast) {
            readPast = false;
            lock.readPast(false);
        }
        if (lent || queryOnly) {
            lent = false;
            queryOnly = false;
            setQueryOnly(false);
        }
    }

    /** What a statement's query timeout, the connection's settings or a pragma have set. */
    private long busyMillis() throws SQLException {
        // compiled each time, because the answer is part of the compiled statement
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("PRAGMA busy_timeout")) {
            return result.getLong(1);
        }
    }
}
