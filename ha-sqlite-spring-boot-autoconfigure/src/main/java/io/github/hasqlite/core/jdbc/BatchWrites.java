package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.NativeStatement;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Runs the statements of a session that write once for each row of a batch. Not thread-safe. */
final class BatchWrites {

    private final Session session;
    private final Transaction transaction;
    private final SessionState state;
    private final SingleWrites singles;
    private final RecordedStatements recorded;
    private final NativeStatement foreignKeys;
    /** {@code null} if nothing is replicated. */
    private final @Nullable BoundInserts inserts;

    BatchWrites(
            PhysicalConnection connection,
            Session session,
            Transaction transaction,
            SessionState state,
            SingleWrites singles,
            RecordedStatements recorded,
            @Nullable BoundInserts inserts)
            throws SQLException {
        this.session = session;
        this.transaction = transaction;
        this.state = state;
        this.singles = singles;
        this.recorded = recorded;
        this.inserts = inserts;
        this.foreignKeys = new NativeStatement(connection, "PRAGMA foreign_keys");
    }

    /**
     * Runs a statement that writes once for each row of a batch. In auto-commit mode one transaction
     * holds them all; rows before one that fails stay, as in sqlite-jdbc, where each row is a
     * transaction.
     */
    void write(ParsedSql sql, RunningStatement statement, PreparedBatch batch) throws SQLException {
        boolean alone = session.beginsBatch();
        if (alone && foreignKeys.queryLong() != 0) {
            // a deferred one is checked at the end of each transaction
            writeOneByOne(sql, statement, batch.rows(), batch);
            return;
        }
        if (alone) {
            singles.untilSerialized(sql, SqlCall.of(() -> {
                transaction.write(sql);
                writeRows(sql, statement, batch, true);
                transaction.commitSingle();
            }));
        } else {
            transaction.write(sql);
            writeRows(sql, statement, batch, false);
        }
    }

    private void writeRows(ParsedSql sql, RunningStatement statement, PreparedBatch batch, boolean single)
            throws SQLException {
        ChangeAudit audit = transaction.audit();
        BoundBatch bound = inserts == null ? null : inserts.of(sql, batch);
        int row = 0;
        try {
            if (audit != null) {
                audit.statementBegins();
            }
            if (bound != null) {
                try {
                    recorded.runBound(sql, statement, bound, single);
                } finally {
                    row = bound.done();
                }
            }
            for (; row < batch.rows(); row++) {
                int current = row;
                recorded.run(sql, statement, () -> batch.call(current), single, false);
            }
            if (audit != null) {
                audit.statementEnds(sql, statement.hasOpenRows());
            }
        } catch (UncapturedChangeException e) {
            recorded.giveUp();
            throw e;
        } catch (SQLException e) {
            if (single && state.rolledBack) {
                // ON CONFLICT ROLLBACK took the rows before with it
                restore(sql, statement, row, batch, e);
            }
            throw e;
        }
    }

    private void restore(ParsedSql sql, RunningStatement statement, int rows, PreparedBatch batch, SQLException cause) {
        ChangeCounters counters = transaction.counters();
        try {
            // they have been counted
            counters.beforeOwnStatement();
            try {
                writeOneByOne(sql, statement, rows, batch);
            } finally {
                counters.afterOwnStatement();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void writeOneByOne(ParsedSql sql, RunningStatement statement, int rows, PreparedBatch batch)
            throws SQLException {
        for (int i = 0; i < rows; i++) {
            int current = i;
            session.write(sql, statement, () -> batch.call(current));
        }
    }
}
