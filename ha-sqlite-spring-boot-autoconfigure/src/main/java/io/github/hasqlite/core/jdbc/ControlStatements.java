package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.sqlite.NativeStatement;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.PragmaText;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.SQLException;
import java.util.Set;

/**
 * Runs the statements of a session that neither read nor write rows: those that begin and end transactions and
 * savepoints, pragmas, ATTACH and DETACH. Not thread-safe.
 */
final class ControlStatements {

    /** Pragmas that read rows. */
    private static final Set<String> CHECKS = Set.of("integrity_check", "quick_check", "foreign_key_check");

    private final Transaction transaction;
    private final SessionState state;
    private final InterruptShield shield;
    private final StatementGuard guard;
    private final NativeStatement queryOnly;
    private final boolean reader;
    private final boolean replicated;
    private final ImplicitBegin implicit;

    /** Begins the transaction that for the application has begun already. */
    @FunctionalInterface
    interface ImplicitBegin {
        void begin() throws SQLException;
    }

    ControlStatements(
            PhysicalConnection connection,
            Transaction transaction,
            SessionState state,
            boolean reader,
            ImplicitBegin implicit)
            throws SQLException {
        this.transaction = transaction;
        this.state = state;
        this.shield = connection.shield();
        this.guard = new StatementGuard(connection, reader);
        this.queryOnly = new NativeStatement(connection, "PRAGMA query_only");
        this.reader = reader;
        this.replicated = reader || transaction.recorder() != null;
        this.implicit = implicit;
    }

    /** A statement is about to be compiled, and to be run later. */
    void beforeCompiling(ParsedSql sql) throws SQLException {
        if (sql.isPragma() && replicated) {
            guard.before(sql);
        }
    }

    /** Runs one of them. */
    <T> T run(ParsedSql sql, RunningStatement statement, SqlCall<T> call, T nothing) throws SQLException {
        if (sql.kind() == StatementKind.OTHER) {
            return other(sql, statement, call);
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

    /** What is on top of what does not stay ends as soon as possible, since readers wait for that. */
    void requireNotDoomed(ParsedSql sql) throws SQLException {
        if (state.manual
                && !sql.kind().endsTransaction()
                && transaction.admission().isDoomed()) {
            transaction.abandon();
            state.rolledBack(false);
            state.aborted = true;
            transaction.admission().told();
            throw new SerializationFailureException(
                    "the stream has not accepted what this transaction stands on; it was"
                            + " rolled back, end it with rollback() and do all of it again");
        }
    }

    private <T> T controlled(ParsedSql sql, SqlCall<T> call, T nothing) throws SQLException {
        if (sql.kind() != StatementKind.EMPTY) {
            implicit.begin();
        }
        return switch (sql.kind()) {
            case BEGIN -> transaction.begin(call);
            case BEGIN_IMMEDIATE -> reader ? transaction.begin(call) : transaction.beginImmediate(call);
            case COMMIT -> {
                transaction.trial().requireValid(sql);
                yield endedByText(() -> transaction.commit(call, nothing));
            }
            case ROLLBACK -> {
                T result = endedByText(() -> transaction.rollback(call));
                state.rolledBack(transaction.isActive());
                yield result;
            }
            case SAVEPOINT -> transaction.savepoint(sql, call);
            case RELEASE -> {
                if (!transaction.savepoints().commitsWithRelease(sql.name())) {
                    yield transaction.savepoints().release(sql.name(), call);
                }
                transaction.trial().requireValid(sql);
                yield endedByText(() -> transaction.commit(call, nothing));
            }
            case ROLLBACK_TO -> {
                T result = transaction.savepoints().rollBackTo(sql.name(), call);
                state.rolledBack(transaction.isActive());
                yield result;
            }
            default -> call.run();
        };
    }

    /** A pragma, ATTACH or DETACH, a command of the driver's own, or what SQLite does not know. */
    private <T> T other(ParsedSql sql, RunningStatement statement, SqlCall<T> call) throws SQLException {
        if (replicated) {
            guard.before(sql);
        }
        implicit.begin();
        if (!reader && transaction.isActive() && sql.isPragma()) {
            transaction.reads(PragmaText.of(sql.text()), sql, statement);
        }
        if (sql.isPragma() && PragmaText.of(sql.text()).sets()) {
            transaction.looks();
        } else {
            transaction.admission().pin(statement);
        }
        // may attach or detach a database, or change what LIKE means
        state.mayChangeSchema();
        Recorder recorder = transaction.recorder();
        if (recorder != null) {
            recorder.functionsUnknown();
        }
        try {
            T result = runOther(sql, statement, call);
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

    private <T> T runOther(ParsedSql sql, RunningStatement statement, SqlCall<T> call) throws SQLException {
        ReadAdmission admission = transaction.admission();
        if (!sql.isPragma()) {
            // one of these is the driver's command to copy the database into a file
            return admission.copying(transaction.access(), call);
        }
        return CHECKS.contains(sql.name()) ? admission.run(statement, call) : call.run();
    }

    /** A pragma may have taken effect, be it only compiled. */
    void pragmaSet(ParsedSql sql) throws SQLException {
        Recorder recorder = transaction.recorder();
        if (reader || !sql.isPragma() || !PragmaText.of(sql.text()).sets()) {
            return;
        }
        if (sql.name().equals("query_only")) {
            transaction.access().queryOnly(queryOnly.queryLong() != 0, transaction.isWriting());
        } else if (recorder != null && recorder.pragmaSet(sql.name())) {
            transaction.preparation().renewTemporary();
        }
    }

    /** A statement failed that may have ended the transaction, or was not what it seemed to be. */
    private void followAfter(Exception failure) {
        try {
            boolean active = transaction.isActive();
            transaction.follow();
            if (active && !transaction.isActive()) {
                state.rolledBack(transaction.isActive());
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Runs a statement that may be interrupted, with what replication runs beside it. SQLite may have rolled the
     * transaction back then, whichever of them it met, and for the application it goes on until it rolls back itself.
     */
    <T> T interruptible(SqlCall<T> call) throws SQLException {
        boolean open = state.manual && (transaction.isActive() || state.implicitBegin);
        try {
            return call.run();
        } catch (SQLException e) {
            if (open && QueryTimeout.isInterrupt(e)) {
                followAfter(e);
                state.aborted = !transaction.isActive();
            }
            throw e;
        }
    }

    /** The same for a statement that may write: only itself can be interrupted by {@link java.sql.Statement#cancel}. */
    <T> T shielded(SqlCall<T> call) throws SQLException {
        return interruptible(() -> shield.over(call));
    }

    /** After the application's own COMMIT or ROLLBACK nothing begins by itself, as in sqlite-jdbc. */
    private <T> T endedByText(SqlCall<T> call) throws SQLException {
        try {
            return call.run();
        } finally {
            if (!transaction.isActive()) {
                state.implicitBegin = false;
            }
        }
    }
}
