package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.sqlite.NativeStatement;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.PragmaText;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.SafeStmtPtr;

/**
 * Runs the statements of one connection: begins and ends transactions as JDBC's auto-commit and the
 * statements themselves demand, so that the application sees what sqlite-jdbc would have shown it.
 * Not thread-safe, like the connection it belongs to.
 */
final class Session {

    private final Transaction transaction;
    private final NativeStatement lastInsertRowid;
    private final NativeStatement foreignKeys;
    private final NativeStatement queryOnly;
    private final boolean reader;
    private final StatementCache compiled;
    private final SessionContext context;
    private final StatementGuard guard;
    private final SerializationRetry retry;
    /** {@code null} if nothing is replicated. */
    private final @Nullable WriteRecording recording;
    /** {@code null} if SQLite chooses all keys that are left to it. */
    private final @Nullable KeyedInserts keys;
    /** Counts the schema changes of this connection, which others may not see yet or ever. */
    private long ownSchemaChanges;
    /** Rolling back would change the schema, too. */
    private boolean schemaTouched;

    /** JDBC's auto-commit is off. */
    private boolean manual;
    /** The next statement begins a transaction; for the application it has begun already. */
    private boolean implicitBegin;
    /** The last statement that failed made SQLite roll the transaction back. */
    private boolean rolledBack;
    /** A query of the transaction may have failed since, while its rows were fetched. */
    private boolean queried;
    /** The statement whose rows keep the transaction of an auto-commit write open. */
    private @Nullable RunningStatement openRows;
    /** A query timeout has ended the transaction, which for the application goes on until it rolls back. */
    private boolean aborted;

    Session(PhysicalConnection connection, SessionContext context, boolean reader) throws SQLException {
        this.reader = reader;
        this.transaction = new Transaction(connection, context, reader);
        this.context = context;
        this.compiled = new StatementCache(connection);
        this.guard = new StatementGuard(connection, reader);
        this.retry = new SerializationRetry(transaction, context.writeLock().runtime(), context.commitLog());
        this.recording = WriteRecording.of(transaction, context.commitLog());
        KeyTables tables = context.keys();
        this.keys = tables == null || recording == null
                ? null
                : new KeyedInserts(connection, transaction.counters(), tables);
        this.foreignKeys = new NativeStatement(connection, "PRAGMA foreign_keys");
        this.queryOnly = new NativeStatement(connection, "PRAGMA query_only");
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
        return !manual;
    }

    void setAutoCommit(boolean autoCommit) throws SQLException {
        if (autoCommit != manual) {
            return;
        }
        requireNotAborted();
        // as in sqlite-jdbc the mode has changed even if COMMIT or BEGIN then fails
        manual = !autoCommit;
        boolean begun = implicitBegin;
        implicitBegin = false;
        if (autoCommit) {
            if (transaction.isActive() || !begun) {
                transaction.commit();
            }
        } else if (transaction.isActive()) {
            transaction.beginDeferred();
        } else {
            implicitBegin = true;
        }
    }

    void commit() throws SQLException {
        requireManual();
        requireNotAborted();
        boolean active = transaction.isActive();
        if (active || !implicitBegin) {
            try {
                transaction.commit();
                implicitBegin = true;
            } finally {
                // committed, or rolled back, although the stream did not answer as it should
                implicitBegin |= active && !transaction.isActive();
            }
        }
    }

    void rollback() throws SQLException {
        requireManual();
        if (aborted) {
            aborted = false;
            implicitBegin = true;
            return;
        }
        if (transaction.isActive() || !implicitBegin) {
            transaction.rollback();
            rolledBack();
            implicitBegin = true;
        }
    }

    /** What the time limits of statements count by. */
    QueryTimeouts timeouts() {
        return context.timeouts();
    }

    /** SQLite has rolled the transaction back when a statement was interrupted in time: what comes next must not commit by itself. */
    void abort() {
        aborted = true;
    }

    private void requireNotAborted() throws SQLException {
        if (aborted) {
            throw new SQLException(
                    "the transaction was rolled back when a statement ran into its query timeout; end it with rollback()",
                    SqlStates.TRANSACTION_ABORTED);
        }
    }

    void requireManual() throws SQLException {
        if (!manual) {
            throw new SQLException("database in auto-commit mode");
        }
    }

    /** A JDBC savepoint in auto-commit mode turns that mode off, as in sqlite-jdbc. */
    void leaveAutoCommit() {
        if (!manual) {
            manual = true;
            implicitBegin = false;
        }
    }

    /** Ends whatever is open, before the connection goes back to the pool. */
    void reset() throws SQLException {
        openRows = null;
        manual = false;
        implicitBegin = false;
        aborted = false;
        if (transaction.isActive()) {
            transaction.abandon();
        }
        rolledBack();
        transaction.takeBack();
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
        transaction.beforeUnwrapping();
        transaction.lend();
    }

    // ---- compiled statements

    /** Changes with every schema change that this connection may see. */
    long schemaEpoch() {
        return context.catalog().epoch() + ownSchemaChanges;
    }

    StatementCache.@Nullable Compiled takeCompiled(String sql) throws SQLException {
        return compiled.take(sql, schemaEpoch());
    }

    /** Keeps a compiled statement for the next one with the same text, if it still fits the schema. */
    void giveBack(String sql, StatementCache.Compiled statement, long epoch) throws SQLException {
        if (epoch == schemaEpoch()) {
            compiled.put(sql, statement);
        } else {
            statement.pointer().close();
        }
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
        return present == null ? KeyedInserts.Plan.AS_IT_IS : present.plan(sql.text(), schemaEpoch());
    }

    /** What to compile of a statement that is about to run. */
    String textToRun(ParsedSql parsed, String sql) throws SQLException {
        KeyedInserts present = keys;
        if (present == null || !KeyedInserts.mayConcern(parsed)) {
            return SchemaQuery.shown(parsed, sql);
        }
        KeyedInserts.Plan plan = plan(parsed);
        present.runs(plan, sql);
        String keyed = plan.sql();
        return keyed == null ? sql : keyed;
    }

    /** A statement that was compiled so is about to run. */
    void runs(KeyedInserts.Plan plan, ParsedSql sql) {
        if (keys != null) {
            keys.runs(plan, sql.text());
        }
    }

    SafeStmtPtr noStatement() {
        return compiled.none();
    }

    // ---- statements

    /** The driver is about to run queries of its own on the schema. */
    void readsSchema() {
        if (transaction.isActive() && !reader) {
            transaction.readsSchema();
        }
    }

    /** A statement is about to be compiled, and to be run later. */
    void beforeCompiling(ParsedSql sql) throws SQLException {
        if (sql.isPragma() && isReplicated()) {
            guard.before(sql);
        }
        transaction.beforeCompiling(sql);
    }

    /** It was compiled: with that many a pragma has taken effect. */
    void afterCompiling(ParsedSql sql) throws SQLException {
        pragmaSet(sql);
    }

    private boolean isReplicated() {
        return reader || transaction.recorder() != null;
    }

    /**
     * Runs one statement.
     *
     * @param nothing what to answer if the session did itself what the statement asked for
     */
    <T> T execute(ParsedSql sql, RunningStatement statement, SqlCall<T> call, T nothing) throws SQLException {
        requireNotAborted();
        if (transaction.isLent()) {
            transaction.follow();
        }
        return switch (sql.kind()) {
            case READ -> {
                if (!reader && manual && sql.locks() && !transaction.isQueryOnly()) {
                    transaction.lock();
                }
                beginIfImplicit();
                if (transaction.isActive() && !reader) {
                    queried = true;
                    transaction.reads(sql, statement);
                }
                yield call.run();
            }
            case WRITE -> reader ? plain(call) : write(sql, statement, call);
            case CREATE, DROP, ALTER, HEADER_PRAGMA -> {
                ownSchemaChanges++;
                schemaTouched = true;
                yield reader ? plain(call) : write(sql, statement, call);
            }
            case MAINTENANCE -> reader ? plain(call) : maintain(sql, call);
            default -> control(sql, call, nothing);
        };
    }

    private void rolledBack() {
        if (schemaTouched) {
            ownSchemaChanges++;
            schemaTouched = transaction.isActive();
        }
    }

    private <T> T control(ParsedSql sql, SqlCall<T> call, T nothing) throws SQLException {
        if (sql.kind() == StatementKind.OTHER) {
            return other(sql, call);
        }
        boolean certain = sql.kind() == StatementKind.BEGIN || sql.kind() == StatementKind.COMMIT;
        try {
            T result = controlled(sql, call, nothing);
            if (!certain) {
                transaction.follow();
            }
            return result;
        } catch (SQLException | RuntimeException e) {
            followAfter(e);
            throw e;
        }
    }

    private <T> T controlled(ParsedSql sql, SqlCall<T> call, T nothing) throws SQLException {
        if (sql.kind() != StatementKind.EMPTY) {
            beginIfImplicit();
        }
        return switch (sql.kind()) {
            case BEGIN -> transaction.begin(call);
            case BEGIN_IMMEDIATE -> reader ? transaction.begin(call) : transaction.beginImmediate(call);
            case COMMIT -> {
                transaction.requireValid(sql);
                yield endedByText(() -> transaction.commit(call, nothing));
            }
            case ROLLBACK -> {
                T result = endedByText(() -> transaction.rollback(call));
                rolledBack();
                yield result;
            }
            case SAVEPOINT -> transaction.savepoint(sql, call);
            case RELEASE -> {
                if (!transaction.commitsWithRelease(sql.name())) {
                    yield transaction.release(sql, call);
                }
                transaction.requireValid(sql);
                yield endedByText(() -> transaction.commit(call, nothing));
            }
            case ROLLBACK_TO -> {
                T result = transaction.rollbackTo(sql, call);
                rolledBack();
                yield result;
            }
            default -> call.run();
        };
    }

    /** A pragma, ATTACH or DETACH, a command of the driver's own, or what SQLite does not know. */
    private <T> T other(ParsedSql sql, SqlCall<T> call) throws SQLException {
        boolean replicated = isReplicated();
        if (replicated) {
            guard.before(sql);
        }
        beginIfImplicit();
        // may attach or detach a database, or change what LIKE means
        ownSchemaChanges++;
        Recorder recorder = transaction.recorder();
        if (recorder != null) {
            recorder.functionsUnknown();
        }
        try {
            T result = call.run();
            if (replicated) {
                guard.after(sql);
            }
            pragmaSet(sql);
            return result;
        } catch (SQLException | RuntimeException e) {
            followAfter(e);
            throw e;
        }
    }

    private void pragmaSet(ParsedSql sql) throws SQLException {
        Recorder recorder = transaction.recorder();
        if (reader || !sql.isPragma() || !PragmaText.of(sql.text()).sets()) {
            return;
        }
        if (sql.name().equals("query_only")) {
            transaction.queryOnly(queryOnly.queryLong() != 0);
        } else if (recorder != null && recorder.pragmaSet(sql.name())) {
            transaction.renewTemporary();
        }
    }

    /** A statement failed that may have ended the transaction, or was not what it seemed to be. */
    private void followAfter(Exception failure) {
        try {
            boolean active = transaction.isActive();
            transaction.follow();
            if (active && !transaction.isActive()) {
                rolledBack();
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /** After the application's own COMMIT or ROLLBACK nothing begins by itself, as in sqlite-jdbc. */
    private <T> T endedByText(SqlCall<T> call) throws SQLException {
        try {
            return call.run();
        } finally {
            if (!transaction.isActive()) {
                implicitBegin = false;
            }
        }
    }

    private <T> T plain(SqlCall<T> call) throws SQLException {
        beginIfImplicit();
        return call.run();
    }

    private void beginIfImplicit() throws SQLException {
        if (!implicitBegin || transaction.isActive()) {
            return;
        }
        if (reader || context.begin() == PoolSettings.Begin.DEFERRED || transaction.isQueryOnly()) {
            transaction.beginDeferred();
        } else {
            transaction.beginImmediate();
        }
    }

    private <T> T maintain(ParsedSql sql, SqlCall<T> call) throws SQLException {
        if (implicitBegin && !transaction.isActive()) {
            transaction.write(sql);
        }
        return transaction.locked(call);
    }

    private <T> T write(ParsedSql sql, RunningStatement statement, SqlCall<T> call) throws SQLException {
        followQueries();
        if (transaction.isQueryOnly()) {
            // SQLite refuses whatever would write, and sets its counters
            return plain(call);
        }
        if (!isSingle()) {
            transaction.write(sql);
            return record(sql, statement, call, false, true);
        }
        return retry.untilSerialized(sql, () -> {
            transaction.write(sql);
            T result = record(sql, statement, call, true, true);
            if (statement.hasOpenRows() && !retry.mayLose()) {
                openRows = statement;
                return result;
            }
            try {
                if (statement.hasOpenRows()) {
                    statement.keepRows();
                }
                commitSingle();
            } finally {
                if (transaction.isActive()) {
                    transaction.abandon();
                }
            }
            return result;
        });
    }

    /** A query that fails while its rows are fetched, for want of memory or disk, may roll back. */
    private void followQueries() throws SQLException {
        if (queried) {
            queried = false;
            if (transaction.isActive()) {
                transaction.follow();
            }
        }
    }

    /**
     * Runs a statement that writes once for each row of a batch. In auto-commit mode one transaction
     * holds them all; rows before one that fails stay, as in sqlite-jdbc, where each row is a
     * transaction.
     */
    void writeBatch(ParsedSql sql, RunningStatement statement, int rows, BatchRow row) throws SQLException {
        requireNotAborted();
        followQueries();
        boolean alone = isSingle();
        if (alone && foreignKeys.queryLong() != 0) {
            // a deferred one is checked at the end of each transaction
            writeOneByOne(sql, statement, rows, row);
            return;
        }
        if (alone) {
            retry.untilSerialized(sql, () -> {
                transaction.write(sql);
                writeRows(sql, statement, rows, row, true);
                commitSingle();
                return Boolean.TRUE;
            });
        } else {
            transaction.write(sql);
            writeRows(sql, statement, rows, row, false);
        }
    }

    private void writeRows(ParsedSql sql, RunningStatement statement, int rows, BatchRow row, boolean single)
            throws SQLException {
        ChangeAudit audit = transaction.audit();
        for (int i = 0; i < rows; i++) {
            int current = i;
            try {
                if (audit != null && i == 0) {
                    audit.statementBegins();
                }
                record(sql, statement, () -> row.call(current), single, false);
                if (audit != null && i == rows - 1) {
                    audit.statementEnds(sql, statement.hasOpenRows());
                }
            } catch (UncapturedChangeException e) {
                giveUpUncaptured();
                throw e;
            } catch (SQLException e) {
                if (single && rolledBack) {
                    // ON CONFLICT ROLLBACK took the rows before with it
                    restore(sql, statement, current, row, e);
                }
                throw e;
            }
        }
    }

    private void restore(ParsedSql sql, RunningStatement statement, int rows, BatchRow row, SQLException cause) {
        ChangeCounters counters = transaction.counters();
        try {
            // they have been counted
            counters.beforeOwnStatement();
            try {
                writeOneByOne(sql, statement, rows, row);
            } finally {
                counters.afterOwnStatement();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void writeOneByOne(ParsedSql sql, RunningStatement statement, int rows, BatchRow row) throws SQLException {
        for (int i = 0; i < rows; i++) {
            int current = i;
            write(sql, statement, () -> row.call(current));
        }
    }

    /** Runs one row of a batch. */
    @FunctionalInterface
    interface BatchRow {
        void run(int index) throws SQLException;

        default Boolean call(int index) throws SQLException {
            run(index);
            return Boolean.TRUE;
        }
    }

    boolean writes(ParsedSql sql) {
        return sql.kind() == StatementKind.WRITE && !reader;
    }

    /** Whether a statement that writes is a transaction by itself. */
    private boolean isSingle() {
        return !transaction.isActive() && !implicitBegin;
    }

    /**
     * Runs a statement and records what it does.
     *
     * @param audited whether it is compared with what was captured; the rows of a batch are all together
     */
    private <T> T record(ParsedSql sql, RunningStatement statement, SqlCall<T> call, boolean single, boolean audited)
            throws SQLException {
        Recorder recorder = transaction.recorder();
        int mark = recorder == null ? 0 : recorder.mark();
        try {
            return recording == null ? call.run() : recorded(recording, sql, statement, call, audited);
        } catch (SQLException | RuntimeException | Error e) {
            writeFailed(sql, single, mark, e);
            throw e;
        } finally {
            if (recorder != null) {
                recorder.disarm();
            }
        }
    }

    private <T> T recorded(
            WriteRecording writing, ParsedSql sql, RunningStatement statement, SqlCall<T> call, boolean audited)
            throws SQLException {
        KeyedInserts present = keys;
        if (present == null) {
            return writing.run(sql, statement, call, audited);
        }
        long unchecked = present.unchecked();
        int mark = writing.recorder().mark();
        try {
            return writing.run(sql, statement, call, audited);
        } catch (SQLException e) {
            if (!present.collided(e, unchecked) || !transaction.statementFailed(sql, mark)) {
                throw present.cause(e);
            }
        }
        if (!audited) {
            writing.audit().statementBegins();
        }
        try {
            return writing.run(sql, statement, call, audited);
        } catch (SQLException e) {
            throw present.cause(e);
        }
    }

    /** What has escaped cannot be told from the rest any more. */
    private void giveUpUncaptured() throws SQLException {
        transaction.abandon();
        rolledBack = true;
        implicitBegin = false;
        rolledBack();
    }

    private void writeFailed(ParsedSql sql, boolean single, int mark, Throwable failure)
            throws SerializationFailureException {
        try {
            if (failure instanceof UncapturedChangeException) {
                giveUpUncaptured();
                return;
            }
            rolledBack = !transaction.statementFailed(sql, mark);
            if (rolledBack) {
                implicitBegin = false;
                rolledBack();
            } else if (single && sql.kind().isSchema()) {
                // SQLite keeps in memory what a failed ALTER has done so far until all is rolled back
                transaction.abandon();
            } else if (single) {
                commitSingle();
            } else if (sql.kind() == StatementKind.ALTER) {
                transaction.reloadSchema();
            }
        } catch (SerializationFailureException e) {
            // what the statement had kept is gone
            e.addSuppressed(failure);
            throw e;
        } catch (UncapturedChangeException e) {
            failure.addSuppressed(e);
            writeFailed(sql, single, mark, e);
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private void commitSingle() throws SQLException {
        try {
            transaction.commit();
        } finally {
            if (transaction.isActive()) {
                transaction.abandon();
            }
        }
    }

    /** Whether the rows of this statement keep a transaction open. */
    boolean isWaitingFor(RunningStatement statement) {
        return openRows == statement;
    }

    /** The rows of a statement are all fetched or given up: an auto-commit write commits now. */
    void rowsClosed(RunningStatement statement) throws SQLException {
        if (openRows == statement) {
            openRows = null;
            if (transaction.isActive()) {
                commitSingle();
            }
        }
    }
}
