package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.NativeStatement;
import io.github.hasqlite.core.sqlite.ParsedSql;
import java.sql.SQLException;

/** Runs the statements of a session that write once for each row of a batch. Not thread-safe. */
final class BatchWrites {

    private final Session session;
    private final Transaction transaction;
    private final SessionState state;
    private final RecordedStatements recorded;
    private final NativeStatement foreignKeys;

    BatchWrites(
            PhysicalConnection connection,
            Session session,
            Transaction transaction,
            SessionState state,
            RecordedStatements recorded)
            throws SQLException {
        this.session = session;
        this.transaction = transaction;
        this.state = state;
        this.recorded = recorded;
        this.foreignKeys = new NativeStatement(connection, "PRAGMA foreign_keys");
    }

    /**
     * Runs a statement that writes once for each row of a batch. In auto-commit mode one transaction
     * holds them all; rows before one that fails stay, as in sqlite-jdbc, where each row is a
     * transaction.
     */
    void write(ParsedSql sql, RunningStatement statement, int rows, Row row) throws SQLException {
        boolean alone = session.beginsBatch();
        if (alone && foreignKeys.queryLong() != 0) {
            // a deferred one is checked at the end of each transaction
            writeOneByOne(sql, statement, rows, row);
            return;
        }
        if (alone) {
            session.untilSerialized(sql, () -> {
                transaction.write(sql);
                writeRows(sql, statement, rows, row, true);
                transaction.commitSingle();
                return Boolean.TRUE;
            });
        } else {
            transaction.write(sql);
            writeRows(sql, statement, rows, row, false);
        }
    }

    private void writeRows(ParsedSql sql, RunningStatement statement, int rows, Row row, boolean single)
            throws SQLException {
        ChangeAudit audit = transaction.audit();
        for (int i = 0; i < rows; i++) {
            int current = i;
            try {
                if (audit != null && i == 0) {
                    audit.statementBegins();
                }
                recorded.run(sql, statement, () -> row.call(current), single, false);
                if (audit != null && i == rows - 1) {
                    audit.statementEnds(sql, statement.hasOpenRows());
                }
            } catch (UncapturedChangeException e) {
                recorded.giveUp();
                throw e;
            } catch (SQLException e) {
                if (single && state.rolledBack) {
                    // ON CONFLICT ROLLBACK took the rows before with it
                    restore(sql, statement, current, row, e);
                }
                throw e;
            }
        }
    }

    private void restore(ParsedSql sql, RunningStatement statement, int rows, Row row, SQLException cause) {
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

    private void writeOneByOne(ParsedSql sql, RunningStatement statement, int rows, Row row) throws SQLException {
        for (int i = 0; i < rows; i++) {
            int current = i;
            session.write(sql, statement, () -> row.call(current));
        }
    }

    /** Runs one row of a batch. */
    @FunctionalInterface
    interface Row {
        void run(int index) throws SQLException;

        default Boolean call(int index) throws SQLException {
            run(index);
            return Boolean.TRUE;
        }
    }
}
