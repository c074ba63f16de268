package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.Change;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.capture.Capture;
import io.github.hasqlite.core.sqlite.NativeStatement;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
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
import org.sqlite.jdbc4.JDBC4PreparedStatement;

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
    private final @Nullable ChangeAudit audit;
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
    /** The application holds the driver's own connection, past which it must not write. */
    private boolean lent;
    /** The application wants the connection to be for reading only. */
    private boolean queryOnly;

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
            this.audit = null;
        } else {
            Capture capture = new Capture(connection, context.catalog());
            this.recorder = new Recorder(connection, capture, counters, context.validator()::present);
            this.appender = log.open(connection);
            this.audit = new ChangeAudit(connection, counters, capture);
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

    /** Compares what is written with what is captured, or {@code null} if nothing is replicated. */
    @Nullable
    ChangeAudit audit() {
        return audit;
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
                beganToWrite();
                return call.run();
            }
            T result = call.run();
            active = true;
            beganToWrite();
            return result;
        } finally {
            if (!writing) {
                releaseLock();
            }
        }
    }

    /** A query is about to run inside the transaction. */
    void reads(ParsedSql sql, RunningStatement statement) throws SQLException {
        if (recorder != null && !sql.constant()) {
            recorder.reads(sql);
        }
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
                beganToWrite();
            } finally {
                if (!writing) {
                    releaseLock();
                }
            }
        }
        prepare(sql, true);
        if (recorder != null && recorder.looksAt(sql)) {
            own(() -> recorder.begun(sql));
        }
    }

    private void beganToWrite() throws SQLException {
        writing = true;
        if (audit != null) {
            audit.restart();
        }
        if (lent && recorder != null) {
            recorder.watchSchema();
        }
    }

    /** The statement is about to run: finds out how what it writes to virtual tables travels. */
    void beginVirtual(ParsedSql sql) throws SQLException {
        Recorder present = recorder;
        if (present != null && present.mayWriteVirtual(sql)) {
            own(() -> present.beginVirtual(sql));
        }
    }

    private void acquireToWrite() throws SQLException {
        CommitLog log = context.commitLog();
        if (log != null && appender != null) {
            log.awaitTurn();
        }
        context.writeLock().acquire(this::busyMillis);
        allowWrites(true);
    }

    private void releaseLock() throws SQLException {
        try {
            allowWrites(false);
        } finally {
            context.writeLock().release();
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

    /** The application has said whether it wants to write. */
    void queryOnly(boolean on) throws SQLException {
        queryOnly = on;
        if (lent && !writing) {
            setQueryOnly(true);
        }
    }

    /** Whether the application has said that it does not want to write. */
    boolean isQueryOnly() {
        return queryOnly;
    }

    boolean isLent() {
        return lent;
    }

    /** The application is about to get the driver's own connection, and may write through it. */
    void lend() throws SQLException {
        if (recorder != null && !lent) {
            lent = true;
            if (writing) {
                recorder.watchSchema();
            } else {
                allowWrites(false);
            }
        }
    }

    /** The connection goes back to the pool. */
    void takeBack() throws SQLException {
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
        if (present != null) {
            present.functionsUnknown();
        }
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
            allowWrites(true);
            own(() -> present.prepare(inTransaction));
        } finally {
            releaseLock();
        }
    }

    /** Holds the write lock while something runs that SQLite must not see inside a transaction. */
    <T> T locked(SqlCall<T> call) throws SQLException {
        if (writing) {
            T result = call.run();
            if (audit != null) {
                audit.restart();
            }
            return result;
        }
        context.writeLock().acquire(this::busyMillis);
        try {
            allowWrites(true);
            T result = call.run();
            if (active) {
                beganToWrite();
            }
            return result;
        } finally {
            if (!writing) {
                releaseLock();
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
    boolean statementFailed(ParsedSql sql, int mark) throws SQLException {
        DB database = connection.getDatabase();
        long changesNow = database.changes();
        if (endedByItself()) {
            ended(false);
            return false;
        }
        if (recorder != null) {
            recorder.failed(mark, changesNow);
        }
        if (audit != null && sql.kind().isSchema()) {
            audit.restart();
        } else if (audit != null) {
            // what it did before it failed may stay
            audit.statementEnds(sql, false);
        }
        return true;
    }

    /** What replication needs of TEMP objects, beside its triggers, is made anew. */
    void renewTemporary() throws SQLException {
        CommitLog.Appender log = appender;
        if (log != null) {
            own(() -> locked(() -> {
                log.renew();
                return Boolean.TRUE;
            }));
        }
    }

    /** Makes what is believed of the transaction what SQLite says, whatever a text seemed to do. */
    void follow() throws SQLException {
        boolean open = !endedByItself();
        if (active && !open) {
            ended(false);
        }
        active = open;
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

    /**
     * Runs a statement that other nodes would refuse, if it turns out to be about something that stays here:
     * a TEMP table or an attached database, or something that exists already.
     */
    <T> T unlessSchemaChanges(ParsedSql sql, SqlCall<T> call, String refusal) throws SQLException {
        Recorder present = recorder;
        DB database = connection.getDatabase();
        database._exec("SAVEPOINT ha_schema");
        try {
            T result = call.run();
            if (present != null && present.hasChangedSchema()) {
                database._exec("ROLLBACK TO ha_schema");
                throw RefusedStatementException.notSupported(sql.text(), "other nodes would not run this: " + refusal);
            }
            return result;
        } finally {
            release("ha_schema");
        }
    }

    /** The statement may have taken the savepoint with it when it failed. */
    private void release(String savepoint) throws SQLException {
        try {
            connection.getDatabase()._exec("RELEASE " + savepoint);
        } catch (SQLException e) {
            follow();
        }
    }

    /**
     * Fails if SQLite will not understand the statement with which the application commits: where being
     * published is the commit, that would come too late.
     */
    void requireValid(ParsedSql sql) throws SQLException {
        if (recorder != null && writing && !isPlainCommit(sql.text())) {
            new JDBC4PreparedStatement(connection, sql.text()).close();
        }
    }

    private static boolean isPlainCommit(String text) {
        return text.equalsIgnoreCase("COMMIT") || text.equalsIgnoreCase("COMMIT;");
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
        requireAllCaptured();
        List<Change> changes = recorder.drain();
        if (changes.isEmpty()) {
            T result = call.run();
            ended(true);
            return result;
        }
        boolean open = false;
        try {
            if (queryOnly) {
                setQueryOnly(false);
            }
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
            if (queryOnly) {
                setQueryOnly(true);
            }
        }
    }

    private void requireAllCaptured() throws SQLException {
        if (audit != null && recorder != null) {
            try {
                audit.beforeCommit();
                recorder.requireSameSchema();
            } catch (UncapturedChangeException e) {
                abandon();
                throw e;
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

    private void ended(boolean committed) throws SQLException {
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
            releaseLock();
        }
    }
}
