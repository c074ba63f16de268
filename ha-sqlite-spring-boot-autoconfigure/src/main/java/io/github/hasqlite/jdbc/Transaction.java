package io.github.hasqlite.jdbc;

import io.github.hasqlite.Change;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.capture.Capture;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

/**
 * The native transaction of one connection, open or not: takes and gives back the write lock, and
 * brings what was recorded into the log with COMMIT. Knows nothing of JDBC's auto-commit. Not
 * thread-safe.
 */
final class Transaction {

    /** Rough numbers are enough: they only say when a checkpoint is worth it. */
    private static final int PAGES_A_COMMIT = 3;

    private static final int ROWS_A_PAGE = 10;

    private final PhysicalConnection connection;
    private final SessionContext context;
    private final NativeStatement beginDeferred;
    private final NativeStatement beginImmediate;
    private final NativeStatement commit;
    private final NativeStatement rollback;
    private final NativeStatement savepoint;
    private final NativeStatement release;
    private final ChangeCounters counters;
    private final @Nullable Recorder recorder;
    private final CommitLog.@Nullable Appender appender;
    private final DeferredForeignKeys foreignKeys;
    private final Savepoints savepoints = new Savepoints();
    private final List<ReadValidator.Query> queries = new ArrayList<>();
    /** What ran them, which may still be showing rows. */
    private final Set<RunningStatement> cursors = Collections.newSetFromMap(new IdentityHashMap<>());

    private boolean active;
    private boolean openedBySavepoint;
    private boolean writing;
    private boolean snapshotTaken;
    private long commitsAtSnapshot;

    Transaction(PhysicalConnection connection, SessionContext context, boolean reader) throws SQLException {
        this.connection = connection;
        this.context = context;
        this.beginDeferred = new NativeStatement(connection, "BEGIN");
        this.beginImmediate = new NativeStatement(connection, "BEGIN IMMEDIATE");
        this.commit = new NativeStatement(connection, "COMMIT");
        this.rollback = new NativeStatement(connection, "ROLLBACK");
        this.savepoint = new NativeStatement(connection, "SAVEPOINT ha_commit");
        this.release = new NativeStatement(connection, "RELEASE ha_commit");
        this.counters = new ChangeCounters(connection);
        this.foreignKeys = new DeferredForeignKeys(connection, context.validator());
        CommitLog log = context.commitLog();
        if (reader || log == null) {
            this.recorder = null;
            this.appender = null;
        } else {
            this.recorder = new Recorder(connection, new Capture(connection, context.catalog()));
            this.appender = log.open(connection);
        }
    }

    boolean isActive() {
        return active;
    }

    /** Records what is written, or {@code null} if nothing is replicated. */
    @Nullable
    Recorder recorder() {
        return recorder;
    }

    ChangeCounters counters() {
        return counters;
    }

    // ---- beginning

    void beginDeferred() throws SQLException {
        beginDeferred.run();
        active = true;
    }

    /** The application's own BEGIN. */
    <T> T begin(SqlCall<T> call) throws SQLException {
        T result = call.run();
        active = true;
        return result;
    }

    /**
     * The application's own BEGIN IMMEDIATE. Inside a transaction SQLite refuses it, but not before it
     * has made that transaction one that writes.
     */
    <T> T beginImmediate(SqlCall<T> call) throws SQLException {
        if (writing) {
            return call.run();
        }
        acquireToWrite();
        try {
            if (active) {
                upgrade();
                writing = true;
                return call.run();
            }
            T result = call.run();
            active = true;
            writing = true;
            return result;
        } finally {
            if (!writing) {
                context.writeLock().release();
            }
        }
    }

    /** A query is about to run inside the transaction. */
    void reads(ParsedSql sql, RunningStatement statement) {
        if (writing) {
            return;
        }
        readsSchema();
        if (!sql.constant() && queries.size() <= ReadValidator.MAX_QUERIES) {
            queries.add(new ReadValidator.Query(sql.text(), statement.boundValues()));
            cursors.add(statement);
        }
    }

    /** From now on the transaction looks at the database as it is. */
    void readsSchema() {
        if (!writing && !snapshotTaken) {
            commitsAtSnapshot = context.writeLock().commits();
            snapshotTaken = true;
        }
    }

    /** Takes the write lock and makes this a write transaction, if it is none yet. */
    void write(ParsedSql sql) throws SQLException {
        if (!writing) {
            acquireToWrite();
            try {
                if (active) {
                    upgrade();
                } else {
                    prepare(sql, false);
                    beginImmediate.run();
                    active = true;
                }
                writing = true;
            } finally {
                if (!writing) {
                    context.writeLock().release();
                }
            }
        }
        prepare(sql, true);
        if (recorder != null && sql.kind().isSchema()) {
            own(() -> recorder.begun(sql));
        }
    }

    private void acquireToWrite() throws SQLException {
        CommitLog log = context.commitLog();
        if (log != null && appender != null) {
            log.awaitTurn();
        }
        context.writeLock().acquire(this::busyMillis);
    }

    /** What a statement's query timeout, the connection's settings or a pragma have set. */
    private long busyMillis() throws SQLException {
        // compiled each time, because the answer is part of the compiled statement
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("PRAGMA busy_timeout")) {
            return result.getLong(1);
        }
    }

    /** Runs statements that the application must not see in its counters. */
    private void own(OwnStatements statements) throws SQLException {
        counters.beforeOwnStatement();
        try {
            statements.run();
        } finally {
            counters.afterOwnStatement();
        }
    }

    @FunctionalInterface
    private interface OwnStatements {
        void run() throws SQLException;
    }

    private void prepare(ParsedSql sql, boolean inTransaction) throws SQLException {
        if (recorder != null && !recorder.isPrepared(sql)) {
            own(() -> recorder.prepare(inTransaction));
        }
    }

    /** A statement is about to be compiled, and to be run later. */
    void beforeCompiling(ParsedSql sql) throws SQLException {
        if (recorder != null && !recorder.isPrepared(sql)) {
            own(recorder::removeOutdated);
        }
    }

    /**
     * A transaction that read so far begins to write. If others committed since its snapshot and
     * nothing that it read has changed, it moves on to the present; otherwise SQLite will say
     * SQLITE_BUSY_SNAPSHOT to the statement, or the log wants it said another way.
     */
    private void upgrade() throws SQLException {
        if (!snapshotTaken || commitsAtSnapshot == context.writeLock().commits()) {
            return;
        }
        if (queries.size() > ReadValidator.MAX_QUERIES || !context.validator().unchanged(connection, queries)) {
            CommitLog log = context.commitLog();
            if (log != null && log.reportsSerializationFailures()) {
                throw new SerializationFailureException(
                        "what this transaction has read was changed by another one; roll it back and do it again");
            }
            return;
        }
        for (RunningStatement cursor : cursors) {
            cursor.detachRows();
        }
        commit.run();
        active = false;
        if (!openedBySavepoint) {
            beginAnew();
        }
        active = true;
        for (String savepoint : savepoints.statements()) {
            connection.getDatabase()._exec(savepoint);
        }
    }

    /** Rows that are not fetched yet keep their snapshot, also beyond the COMMIT. */
    private void beginAnew() throws SQLException {
        try {
            beginImmediate.run();
        } catch (SQLException e) {
            beginDeferred();
            throw e;
        }
    }

    /** Installs the triggers, which refuse what is written without the session's knowledge. */
    void beforeUnwrapping() throws SQLException {
        Recorder present = recorder;
        if (present == null || present.isCurrent()) {
            return;
        }
        boolean inTransaction = active;
        if (writing) {
            own(() -> present.prepare(inTransaction));
            return;
        }
        context.writeLock().acquire(this::busyMillis);
        try {
            own(() -> present.prepare(inTransaction));
        } finally {
            context.writeLock().release();
        }
    }

    /** Holds the write lock while something runs that SQLite must not see inside a transaction. */
    <T> T locked(SqlCall<T> call) throws SQLException {
        if (writing) {
            return call.run();
        }
        context.writeLock().acquire(this::busyMillis);
        try {
            T result = call.run();
            if (active) {
                writing = true;
            }
            return result;
        } finally {
            if (!writing) {
                context.writeLock().release();
            }
        }
    }

    // ---- failing

    /**
     * A statement failed. Finds out what SQLite did to the transaction and follows.
     *
     * @param mark where the recording stood before the statement
     * @return whether the transaction is still open
     */
    boolean statementFailed(int mark) throws SQLException {
        DB database = connection.getDatabase();
        long changesNow = database.changes();
        if (endedByItself()) {
            ended(false);
            return false;
        }
        if (recorder != null) {
            recorder.failed(mark, changesNow);
        }
        return true;
    }

    /** Whether SQLite has rolled everything back, as it does when a disk is full, or nothing was open. */
    private boolean endedByItself() throws SQLException {
        if (!beginDeferred.succeeds()) {
            return false;
        }
        rollback.run();
        return true;
    }

    /** Makes SQLite forget what a failed ALTER has left in its memory, so that triggers fit again. */
    void reloadSchema() throws SQLException {
        connection.getDatabase()._exec("PRAGMA writable_schema = RESET");
    }

    // ---- savepoints

    <T> T savepoint(ParsedSql sql, SqlCall<T> call) throws SQLException {
        T result = call.run();
        if (!active) {
            active = true;
            openedBySavepoint = true;
        }
        savepoints.set(sql.name(), recorder == null ? 0 : recorder.mark(), sql.text());
        return result;
    }

    /** Whether releasing this savepoint commits. */
    boolean commitsWithRelease(String savepoint) {
        return openedBySavepoint && savepoints.find(savepoint) == 0;
    }

    <T> T release(ParsedSql sql, SqlCall<T> call) throws SQLException {
        T result = call.run();
        int index = savepoints.find(sql.name());
        if (index >= 0) {
            savepoints.removeFrom(index);
        }
        return result;
    }

    <T> T rollbackTo(ParsedSql sql, SqlCall<T> call) throws SQLException {
        T result = call.run();
        int index = savepoints.find(sql.name());
        if (index >= 0) {
            if (recorder != null) {
                recorder.cutTo(savepoints.mark(index));
            }
            savepoints.removeFrom(index + 1);
        }
        return result;
    }

    // ---- ending

    /** Commits and waits as the commit mode demands. */
    void commit() throws SQLException {
        commit(
                () -> {
                    commit.run();
                    return Boolean.TRUE;
                },
                Boolean.TRUE);
    }

    /**
     * Commits with the application's own statement.
     *
     * @param nothing what to answer if the transaction ended without that statement
     */
    <T> T commit(SqlCall<T> call, T nothing) throws SQLException {
        if (!writing || recorder == null || appender == null) {
            T result = call.run();
            ended(true);
            return result;
        }
        List<Change> changes = recorder.drain();
        if (changes.isEmpty()) {
            T result = call.run();
            ended(true);
            return result;
        }
        boolean open = false;
        try {
            return appender.places(changes) ? place(appender, changes, call, nothing) : append(appender, changes, call);
        } catch (SQLException | RuntimeException e) {
            if (active && endedByItself()) {
                ended(false);
            }
            if (active) {
                recorder.restore(changes);
                open = true;
            }
            throw e;
        } finally {
            if (!open) {
                recorder.release(changes);
            }
        }
    }

    private <T> T append(CommitLog.Appender log, List<Change> changes, SqlCall<T> call) throws SQLException {
        counters.beforeOwnStatement();
        CommitLog.Entry entry;
        try {
            entry = log.append(changes);
        } finally {
            counters.afterOwnStatement();
        }
        T result;
        try {
            counters.beforeCommit();
            result = call.run();
            counters.afterCommit();
        } catch (SQLException e) {
            try {
                own(entry::withdraw);
            } catch (SQLException again) {
                // the transaction must not be tried again with that in it
                e.addSuppressed(again);
                abandon();
            }
            throw e;
        }
        try {
            entry.committed();
        } finally {
            ended(true);
        }
        entry.await();
        return result;
    }

    private <T> T place(CommitLog.Appender log, List<Change> changes, SqlCall<T> call, T nothing) throws SQLException {
        foreignKeys.check();
        requireNothingWriting();
        CommitLog.Placement placement;
        try {
            placement = log.place(changes);
        } catch (SQLException e) {
            abandon();
            throw e;
        }
        T result = nothing;
        boolean committed = false;
        try {
            if (placement.commitsHere()) {
                own(placement::settle);
                counters.beforeCommit();
                result = call.run();
                counters.afterCommit();
                committed = true;
                if (placement.changesSchema()) {
                    context.catalog().changed();
                }
            }
        } catch (SQLException e) {
            throw placement.notCommitted(e);
        } finally {
            if (!committed) {
                rollBackOpen();
            }
            active = false;
            placement.done(committed);
            ended(committed);
        }
        placement.await();
        return result;
    }

    /**
     * While rows of a RETURNING clause are still to be fetched, SQLite refuses to commit. It refuses a
     * savepoint then, too, so that this is found out before anything is published.
     */
    private void requireNothingWriting() throws SQLException {
        if (!savepoint.succeeds()) {
            throw DB.newSQLException(
                    SQLiteErrorCode.SQLITE_BUSY.code, "cannot commit transaction - SQL statements in progress");
        }
        release.run();
    }

    /** Rolls back for the application, which gets SQLite's error if nothing is open. */
    void rollback() throws SQLException {
        rollback(() -> {
            rollback.run();
            return Boolean.TRUE;
        });
    }

    /** Rolls back what is open, unless SQLite has done so by itself. */
    void abandon() throws SQLException {
        rollBackOpen();
        ended(false);
    }

    private void rollBackOpen() throws SQLException {
        if (!rollback.succeeds() && !endedByItself()) {
            rollback.run();
        }
    }

    /** Rolls back with the application's own statement. */
    <T> T rollback(SqlCall<T> call) throws SQLException {
        T result;
        try {
            result = call.run();
        } catch (SQLException e) {
            if (endedByItself()) {
                ended(false);
            }
            throw e;
        }
        ended(false);
        return result;
    }

    private void ended(boolean committed) {
        boolean wrote = writing;
        active = false;
        writing = false;
        openedBySavepoint = false;
        snapshotTaken = false;
        savepoints.clear();
        queries.clear();
        cursors.clear();
        if (recorder != null) {
            recorder.ended(committed);
        }
        if (wrote) {
            if (committed) {
                context.writeLock().committed(PAGES_A_COMMIT + counters.rowsSinceLastAsked() / ROWS_A_PAGE);
            }
            context.writeLock().release();
        }
    }
}
