package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Runs statements that write, and records what they do; says what is left of the transaction if one fails. Not thread-safe. */
final class RecordedStatements {

    private final Transaction transaction;
    private final SessionState state;
    /** {@code null} if nothing is replicated. */
    private final @Nullable WriteRecording recording;
    /** {@code null} if SQLite chooses all keys that are left to it. */
    private final @Nullable KeyedInserts keys;

    RecordedStatements(
            Transaction transaction,
            SessionState state,
            @Nullable WriteRecording recording,
            @Nullable KeyedInserts keys) {
        this.transaction = transaction;
        this.state = state;
        this.recording = recording;
        this.keys = keys;
    }

    /**
     * Runs a statement and records what it does.
     *
     * @param audited whether it is compared with what was captured; the rows of a batch are all together
     */
    <T> T run(ParsedSql sql, RunningStatement statement, SqlCall<T> call, boolean single, boolean audited)
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

    /** Runs the rows of a batch that can be captured from what is bound to them; the recording is never absent then. */
    void runBound(ParsedSql sql, RunningStatement statement, BoundBatch batch, boolean single) throws SQLException {
        WriteRecording writing = recording;
        if (writing == null) {
            return;
        }
        int mark = writing.recorder().mark();
        try {
            writing.run(sql, statement, batch::run, false);
        } catch (SQLException | RuntimeException | Error e) {
            writeFailed(sql, single, mark, e);
            throw e;
        } finally {
            writing.recorder().disarm();
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
        long total = transaction.counters().totalChanges();
        try {
            return writing.run(sql, statement, call, audited);
        } catch (SQLException e) {
            if (!present.collided(e, unchecked) || !transaction.statementFailed(sql, mark)) {
                throw present.cause(e);
            }
        }
        // SQLite goes on counting what triggers had changed before the row was refused
        transaction.counters().forgetSince(total);
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
    void giveUp() throws SQLException {
        transaction.abandon();
        state.rolledBack = true;
        state.implicitBegin = false;
        state.rolledBack(transaction.isActive());
    }

    private void writeFailed(ParsedSql sql, boolean single, int mark, Throwable failure)
            throws SerializationFailureException {
        try {
            if (failure instanceof UncapturedChangeException) {
                giveUp();
                return;
            }
            state.rolledBack = !transaction.statementFailed(sql, mark);
            if (state.rolledBack) {
                state.implicitBegin = false;
                state.rolledBack(transaction.isActive());
                transaction.admission().requireKept();
            } else if (single && sql.kind().isSchema()) {
                // SQLite keeps in memory what a failed ALTER has done so far until all is rolled back
                transaction.abandon();
            } else if (single) {
                transaction.commitSingle();
            } else if (sql.kind() == StatementKind.ALTER) {
                transaction.trial().reloadSchema();
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
}
