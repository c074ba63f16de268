package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.PragmaText;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.DB;

/**
 * The native transaction of one connection, open or not: takes and gives back the write lock, and
 * brings what was recorded into the log with COMMIT. Knows nothing of JDBC's auto-commit. Not
 * thread-safe.
 */
final class Transaction {

    private final PhysicalConnection connection;
    private final SessionContext context;
    private final NativeTransaction sqlite;
    private final WriteAccess access;
    private final ReadView view;
    private final LateWrite late;
    private final ChangeCounters counters;
    private final @Nullable Recording recording;
    private final @Nullable Recorder recorder;
    private final @Nullable LoggedCommit loggedCommit;
    private final CapturePreparation preparation;
    private final StatementTrial trial;
    private final Savepoints savepoints;
    private final ReadAdmission admission;
    private boolean active;
    private boolean writing;
    /** A schema command has run that nobody records. */
    private boolean changesSchema;

    Transaction(PhysicalConnection connection, SessionContext context, boolean reader) throws SQLException {
        this.connection = connection;
        this.context = context;
        this.sqlite = new NativeTransaction(connection);
        this.access = new WriteAccess(connection, context.writeLock());
        this.view = new ReadView(context);
        this.counters = new ChangeCounters(connection);
        this.recording = Recording.open(connection, context, counters, reader);
        this.recorder = recording == null ? null : recording.recorder();
        this.loggedCommit = recording == null
                ? null
                : new LoggedCommit(
                        this,
                        sqlite,
                        access,
                        context,
                        recording,
                        new DeferredForeignKeys(connection, context.validator()));
        this.preparation = new CapturePreparation(this, access, recording);
        this.trial = new StatementTrial(connection, this, sqlite);
        this.savepoints = new Savepoints(recorder);
        this.admission = new ReadAdmission(this, connection, sqlite, savepoints, context.commitLog());
        this.late = new LateWrite(connection, context, sqlite, view, savepoints);
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
        return recording == null ? null : recording.audit();
    }

    /** Has capture ready in time for what is about to run. */
    CapturePreparation preparation() {
        return preparation;
    }

    /** Runs or compiles statements only to learn what they would do. */
    StatementTrial trial() {
        return trial;
    }

    /** Whether it has begun to write, and has the write lock. */
    boolean isWriting() {
        return writing;
    }

    // ---- beginning

    void beginDeferred() throws SQLException {
        sqlite.beginDeferred();
        active = true;
    }

    /** Takes the write lock before anything is read or written. */
    void beginImmediate() throws SQLException {
        startWriting(SqlCall.of(sqlite::beginImmediate));
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
        if (!active) {
            return startWriting(call);
        }
        if (!writing) {
            startWriting(this::moveOn);
        }
        return call.run();
    }

    /** Makes this a write transaction before it reads what nobody else is to change until it ends. */
    void lock() throws SQLException {
        if (writing) {
            return;
        }
        if (!active) {
            beginImmediate();
            return;
        }
        startWriting(this::moveOn);
        if (recorder != null) {
            sqlite.run(LateWrite.BEGIN_TO_WRITE);
        }
    }

    /** A query is about to run inside the transaction. */
    void reads(ParsedSql sql, RunningStatement statement) throws SQLException {
        if (recorder != null && !sql.constant()) {
            recorder.reads(sql);
        }
        if (!writing) {
            view.take();
            if (!sql.constant()) {
                view.add(sql, statement);
            }
        }
    }

    /** A pragma is about to run inside the transaction. */
    void reads(PragmaText pragma, ParsedSql sql, RunningStatement statement) throws SQLException {
        if (!writing) {
            view.take();
            if (pragma.reads()) {
                view.add(sql, statement);
            }
        }
    }

    /**
     * Something other than a statement of the application is about to read. With its first query, whoever asks it, a
     * transaction that is open begins to look at the database as it is then.
     */
    void looks() {
        if (active && !writing) {
            view.take();
            admission.looks();
        }
    }

    /** Lets what is read be shown once it cannot be taken back any more. */
    ReadAdmission admission() {
        return admission;
    }

    /** Takes the write lock and makes this a write transaction, if it is none yet. */
    void write(ParsedSql sql) throws SQLException {
        if (!writing && active) {
            startWriting(this::moveOn);
        } else if (!writing) {
            preparation.prepareAhead(sql);
            startWriting(SqlCall.of(() -> {
                preparation.prepare(sql, false);
                sqlite.beginImmediate();
            }));
        }
        preparation.prepare(sql, true);
        preparation.requirePresent();
        if (recorder == null) {
            changesSchema |= sql.kind().isSchema();
        } else if (recorder.looksAt(sql)) {
            counters.own(() -> recorder.begun(sql));
        }
    }

    /** Takes the write lock, and gives it back if what is to be done with it, to begin to write, fails. */
    private <T> T startWriting(SqlCall<T> call) throws SQLException {
        CommitLog log = context.commitLog();
        if (log != null && recording != null) {
            log.awaitTurn();
        }
        access.acquire();
        try {
            T result = call.run();
            active = true;
            beganToWrite();
            return result;
        } finally {
            if (!writing) {
                access.release();
            }
        }
    }

    private Boolean moveOn() throws SQLException {
        try {
            late.moveOn();
            return Boolean.TRUE;
        } catch (SQLException e) {
            follow();
            throw e;
        }
    }

    private void beganToWrite() throws SQLException {
        writing = true;
        if (recording != null) {
            recording.beganToWrite(access.isLent());
        }
    }

    /** The leave of the connection to write. */
    WriteAccess access() {
        return access;
    }

    /** The application is about to get the driver's own connection, and may write through it. */
    void lend() throws SQLException {
        if (recorder != null && !access.isLent()) {
            access.lend(writing);
            if (writing) {
                recorder.watchSchema();
            }
        }
    }

    /** Holds the write lock while something runs that SQLite must not see inside a transaction. */
    <T> T locked(SqlCall<T> call) throws SQLException {
        if (writing) {
            T result = call.run();
            if (recording != null) {
                recording.audit().restart();
            }
            return result;
        }
        access.acquire();
        try {
            T result = call.run();
            if (active) {
                beganToWrite();
            }
            return result;
        } finally {
            if (!writing) {
                access.release();
            }
        }
    }

    /**
     * A statement failed. Finds out what SQLite did to the transaction and follows.
     *
     * @param mark where the recording stood before the statement
     * @return whether the transaction is still open
     */
    boolean statementFailed(ParsedSql sql, int mark) throws SQLException {
        DB database = connection.getDatabase();
        long changesNow = database.changes();
        if (sqlite.endedByItself()) {
            ended(false);
            return false;
        }
        if (recording != null) {
            recording.failed(sql, mark, changesNow);
        }
        return true;
    }

    /** Makes what is believed of the transaction what SQLite says, whatever a text seemed to do. */
    void follow() throws SQLException {
        boolean open = !sqlite.endedByItself();
        if (active && !open) {
            ended(false);
        }
        active = open;
    }

    <T> T savepoint(ParsedSql sql, SqlCall<T> call) throws SQLException {
        T result = call.run();
        savepoints.set(sql, !active);
        active = true;
        return result;
    }

    /** Those of the open transaction. */
    Savepoints savepoints() {
        return savepoints;
    }

    // ---- ending

    /** Commits and waits as the commit mode demands. */
    void commit() throws SQLException {
        commit(SqlCall.of(sqlite::commit), Boolean.TRUE);
    }

    /** Commits the transaction of one statement, of which nothing stays open. */
    void commitSingle() throws SQLException {
        try {
            commit();
        } finally {
            if (active) {
                abandon();
            }
        }
    }

    /**
     * Commits with the application's own statement.
     *
     * @param nothing what to answer if the transaction ended without that statement
     */
    <T> T commit(SqlCall<T> call, T nothing) throws SQLException {
        if (!writing || recording == null || loggedCommit == null) {
            T result = call.run();
            ended(true);
            return result;
        }
        LoggedCommit logged = loggedCommit;
        return admission.telling(() -> connection.shield().over(() -> logged.run(call, nothing)));
    }

    /** Rolls back for the application, which gets SQLite's error if nothing is open. */
    void rollback() throws SQLException {
        rollback(SqlCall.of(sqlite::rollback));
    }

    /** Rolls back what is open, unless SQLite has done so by itself. */
    void abandon() throws SQLException {
        try {
            sqlite.rollBackOpen();
        } finally {
            ended(false);
        }
    }

    /** Rolls back with the application's own statement. */
    <T> T rollback(SqlCall<T> call) throws SQLException {
        T result;
        try {
            result = call.run();
        } catch (SQLException e) {
            if (sqlite.endedByItself()) {
                ended(false);
            }
            throw e;
        }
        ended(false);
        admission.requireKept();
        return result;
    }

    /** The transaction is over: gives back the write lock, if it had it. */
    void ended(boolean committed) throws SQLException {
        boolean wrote = writing;
        if (changesSchema && committed) {
            context.catalog().changed();
        }
        changesSchema = false;
        active = false;
        writing = false;
        savepoints.clear();
        view.clear();
        if (recorder != null) {
            recorder.ended(committed);
        }
        admission.ends(wrote);
        if (wrote) {
            if (committed) {
                context.writeLock().committed(counters.pagesOfCommit());
            }
            access.release();
        }
    }
}
