package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.NativeStatement;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the statements of one connection: begins and ends transactions as JDBC's auto-commit and the
 * statements themselves demand, so that the application sees what sqlite-jdbc would have shown it.
 * Not thread-safe, like the connection it belongs to.
 */
final class Session {

    private final Transaction transaction;
    private final NativeStatement lastInsertRowid;
    private final boolean reader;
    private final StatementCache compiled;
    private final SessionContext context;
    private final SessionState state = new SessionState();
    private final ControlStatements control;
    private final RecordedStatements recorded;
    private final BatchWrites batches;
    private final SingleWrites singles;
    /** {@code null} if SQLite chooses all keys that are left to it. */
    private final @Nullable KeyedInserts keys;

    private final ShownRows shown = new ShownRows();

    Session(PhysicalConnection connection, SessionContext context, boolean reader) throws SQLException {
        this.reader = reader;
        this.transaction = new Transaction(connection, context, reader);
        this.context = context;
        this.compiled = new StatementCache(connection, context.catalog(), state, transaction);
        WriteRecording recording = WriteRecording.of(transaction, context.commitLog());
        KeyTables tables = context.keys();
        this.keys = tables == null || recording == null
                ? null
                : new KeyedInserts(connection, transaction.counters(), tables);
        this.control = new ControlStatements(connection, transaction, state, reader, this::beginIfImplicit);
        this.recorded = new RecordedStatements(transaction, state, recording, keys);
        this.singles = new SingleWrites(
                transaction,
                recorded,
                new SerializationRetry(transaction, context.writeLock().runtime(), context.commitLog()));
        this.batches = new BatchWrites(
                connection,
                this,
                transaction,
                state,
                singles,
                recorded,
                BoundInserts.of(connection, transaction, keys));
        this.lastInsertRowid = new NativeStatement(connection, "SELECT last_insert_rowid()");
    }

    /** Whether the connection only reads. */
    boolean isReader() {
        return reader;
    }

    boolean inTransaction() {
        return transaction.isActive();
    }

    // ---- JDBC's transaction methods

    boolean isAutoCommit() {
        return !state.manual;
    }

    void setAutoCommit(boolean autoCommit) throws SQLException {
        if (autoCommit != state.manual) {
            return;
        }
        state.requireNotAborted();
        // as in sqlite-jdbc the mode has changed even if COMMIT or BEGIN then fails
        state.manual = !autoCommit;
        boolean begun = state.implicitBegin;
        state.implicitBegin = false;
        if (autoCommit) {
            if (transaction.isActive() || !begun) {
                transaction.commit();
            }
        } else if (transaction.isActive()) {
            transaction.beginDeferred();
        } else {
            state.implicitBegin = true;
        }
    }

    void commit() throws SQLException {
        requireManual();
        state.requireNotAborted();
        boolean active = transaction.isActive();
        if (active || !state.implicitBegin) {
            try {
                transaction.commit();
                state.implicitBegin = true;
            } finally {
                // committed, or rolled back, although the stream did not answer as it should
                state.implicitBegin |= active && !transaction.isActive();
            }
        }
    }

    void rollback() throws SQLException {
        requireManual();
        if (state.aborted) {
            state.aborted = false;
            state.implicitBegin = true;
            transaction.admission().requireKept();
            return;
        }
        if (transaction.isActive() || !state.implicitBegin) {
            transaction.rollback();
            state.rolledBack(transaction.isActive());
            state.implicitBegin = true;
        }
    }

    /** What the time limits of statements count by. */
    QueryTimeouts timeouts() {
        return context.timeouts();
    }

    /** SQLite has rolled the transaction back when a statement was interrupted in time: what comes next must not commit by itself. */
    void abort() {
        state.aborted = true;
    }

    void requireManual() throws SQLException {
        if (!state.manual) {
            throw new SQLException("database in auto-commit mode");
        }
    }

    /** A JDBC savepoint in auto-commit mode turns that mode off, as in sqlite-jdbc. */
    void leaveAutoCommit() {
        if (!state.manual) {
            state.manual = true;
            state.implicitBegin = false;
        }
    }

    /**
     * Ends whatever is open, before the connection goes back to the pool.
     *
     * @throws SQLException if it has seen what does not stay, or that is not known; it is done nevertheless
     */
    void reset() throws SQLException {
        singles.forget();
        state.manual = false;
        state.implicitBegin = false;
        state.aborted = false;
        if (transaction.isActive()) {
            transaction.abandon();
        }
        state.rolledBack(transaction.isActive());
        transaction.access().takeBack();
        transaction.admission().requireKept();
    }

    /**
     * The update count that SQLite answers after a statement that changes no rows: that of the last one
     * which did.
     */
    long lastChanges() throws SQLException {
        return transaction.counters().changes();
    }

    /** How many rows the application's statements have changed since the connection was opened. */
    long totalChanges() throws SQLException {
        return transaction.counters().totalChanges();
    }

    long lastInsertRowid() throws SQLException {
        return lastInsertRowid.queryLong();
    }

    /** Makes sure that what is written past the session does not go unnoticed. */
    void beforeUnwrapping() throws SQLException {
        transaction.preparation().beforeUnwrapping();
        transaction.lend();
        transaction.access().readPast();
        transaction.admission().close();
    }

    // ---- compiled statements

    /** Those that wait for the next one with the same text. */
    StatementCache compiled() {
        return compiled;
    }

    /** Whether this statement may be compiled from another text than its own, so that its rows get keys. */
    boolean mayBeKeyed(ParsedSql sql) {
        return keys != null && KeyedInserts.mayConcern(sql);
    }

    /**
     * What to compile of a statement.
     *
     * @param sql one that {@linkplain #mayBeKeyed may be compiled from another text}
     */
    KeyedInserts.Plan plan(ParsedSql sql) throws SQLException {
        KeyedInserts present = keys;
        if (present == null) {
            return KeyedInserts.Plan.AS_IT_IS;
        }
        transaction.looks();
        return present.plan(sql.text(), compiled.schemaEpoch());
    }

    /** What to compile of a statement that is about to run. */
    String textToRun(ParsedSql parsed, String sql) throws SQLException {
        KeyedInserts present = keys;
        if (present == null || !KeyedInserts.mayConcern(parsed)) {
            return SchemaQuery.shown(parsed, sql);
        }
        return present.textToRun(sql, compiled.schemaEpoch());
    }

    /** A statement that was compiled so is about to run. */
    void runs(KeyedInserts.Plan plan, ParsedSql sql) {
        if (keys != null) {
            keys.runs(plan.leftAlone(), sql.text());
        }
    }

    // ---- statements

    /** The driver is about to run queries of its own on the schema. */
    void readsSchema() {
        transaction.looks();
    }

    /** A statement is about to be compiled, and to be run later. */
    void beforeCompiling(ParsedSql sql) throws SQLException {
        control.beforeCompiling(sql);
        transaction.preparation().beforeCompiling(sql);
    }

    /** It was compiled: with that many a pragma has taken effect. */
    void afterCompiling(ParsedSql sql) throws SQLException {
        control.pragmaSet(sql);
    }

    /**
     * Runs one statement.
     *
     * @param nothing what to answer if the session did itself what the statement asked for
     */
    <T> T execute(ParsedSql sql, RunningStatement statement, SqlCall<T> call, T nothing) throws SQLException {
        state.requireNotAborted();
        if (transaction.access().isLent()) {
            transaction.follow();
        }
        control.requireNotDoomed(sql);
        SqlCall<T> work = () -> run(sql, statement, call, nothing);
        try {
            return transaction
                    .admission()
                    .telling(() ->
                            sql.kind() == StatementKind.READ ? control.interruptible(work) : control.shielded(work));
        } catch (SQLException e) {
            if (QueryTimeout.isInterrupt(e)) {
                shown.interrupt();
            }
            throw e;
        } finally {
            shown.add(statement);
        }
    }

    /** SQLite was interrupted while rows were shown. */
    void endInterrupted() throws SQLException {
        shown.interrupt();
    }

    private <T> T run(ParsedSql sql, RunningStatement statement, SqlCall<T> call, T nothing) throws SQLException {
        return switch (sql.kind()) {
            case READ -> {
                if (!reader
                        && state.manual
                        && sql.locks()
                        && !transaction.access().isQueryOnly()) {
                    transaction.lock();
                }
                beginIfImplicit();
                if (transaction.isActive() && !reader) {
                    state.queried = true;
                    transaction.reads(sql, statement);
                }
                yield transaction.admission().run(statement, call);
            }
            case WRITE -> reader ? plain(statement, call) : write(sql, statement, call);
            case CREATE, DROP, ALTER, HEADER_PRAGMA -> {
                state.changesSchema();
                yield reader ? plain(statement, call) : write(sql, statement, call);
            }
            case MAINTENANCE ->
                transaction.admission().copying(transaction.access(), () -> maintain(sql, statement, call));
            default -> control.run(sql, statement, call, nothing);
        };
    }

    private <T> T plain(RunningStatement statement, SqlCall<T> call) throws SQLException {
        beginIfImplicit();
        return transaction.admission().run(statement, call);
    }

    private void beginIfImplicit() throws SQLException {
        if (!state.implicitBegin || transaction.isActive()) {
            return;
        }
        if (reader
                || context.begin() == PoolSettings.Begin.DEFERRED
                || transaction.access().isQueryOnly()) {
            transaction.beginDeferred();
        } else {
            transaction.beginImmediate();
        }
    }

    /** One of these copies the database into a file. */
    private <T> T maintain(ParsedSql sql, RunningStatement statement, SqlCall<T> call) throws SQLException {
        if (reader) {
            return plain(statement, call);
        }
        if (state.implicitBegin && !transaction.isActive()) {
            transaction.write(sql);
        }
        return transaction.locked(call);
    }

    <T> T write(ParsedSql sql, RunningStatement statement, SqlCall<T> call) throws SQLException {
        followQueries();
        if (transaction.access().isQueryOnly()) {
            // SQLite refuses whatever would write, and sets its counters
            return plain(statement, call);
        }
        if (!isSingle()) {
            transaction.write(sql);
            return recorded.run(sql, statement, call, false, true);
        }
        return singles.run(sql, statement, call);
    }

    /** A query that fails while its rows are fetched, for want of memory or disk, may roll back. */
    private void followQueries() throws SQLException {
        if (state.queried) {
            state.queried = false;
            if (transaction.isActive()) {
                transaction.follow();
            }
        }
    }

    /** Runs a statement that writes once for each row of a batch; in auto-commit mode see {@link BatchWrites#write}. */
    void writeBatch(ParsedSql sql, RunningStatement statement, PreparedBatch batch) throws SQLException {
        state.requireNotAborted();
        control.shielded(SqlCall.of(() -> batches.write(sql, statement, batch)));
    }

    /** A batch is about to be written; whether it is a transaction by itself. */
    boolean beginsBatch() throws SQLException {
        followQueries();
        return isSingle();
    }

    boolean writes(ParsedSql sql) {
        return sql.kind() == StatementKind.WRITE && !reader;
    }

    /** Whether a statement that writes is a transaction by itself. */
    private boolean isSingle() {
        return !transaction.isActive() && !state.implicitBegin;
    }

    /** Whether the rows of this statement keep a transaction open. */
    boolean isWaitingFor(RunningStatement statement) {
        return singles.isWaitingFor(statement);
    }

    /** The rows of a statement are all fetched or given up: an auto-commit write commits now. */
    void rowsClosed(RunningStatement statement) throws SQLException {
        shown.remove(statement);
        singles.rowsClosed(statement);
    }
}
