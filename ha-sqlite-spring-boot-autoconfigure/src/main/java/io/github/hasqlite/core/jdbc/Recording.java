package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.capture.Capture;
import io.github.hasqlite.core.sqlite.ParsedSql;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What follows the transactions of one connection that writes and is replicated.
 *
 * @param recorder records what is written
 * @param audit compares what is written with what is captured
 * @param appender brings what was recorded into the log
 */
record Recording(Recorder recorder, ChangeAudit audit, CommitLog.Appender appender) {

    /** One for the connection, or {@code null} if nothing is replicated. */
    static @Nullable Recording open(
            PhysicalConnection connection, SessionContext context, ChangeCounters counters, boolean reader)
            throws SQLException {
        CommitLog log = context.commitLog();
        if (reader || log == null) {
            return null;
        }
        Capture capture = new Capture(connection, context.catalog());
        return new Recording(
                new Recorder(
                        connection,
                        capture,
                        counters,
                        context.validator()::present,
                        statement -> log.refusal(statement) == null),
                new ChangeAudit(connection, counters, capture),
                log.open(connection));
    }

    /**
     * A transaction has begun to write.
     *
     * @param lent whether the application has the driver's own connection, past which it may change the schema
     */
    void beganToWrite(boolean lent) throws SQLException {
        audit.begin();
        if (lent) {
            recorder.watchSchema();
        }
    }

    /**
     * A statement failed, and the transaction is still open.
     *
     * @param mark where the recording stood before the statement
     * @param changes what SQLite counts as changed by the statement
     */
    void failed(ParsedSql sql, int mark, long changes) throws SQLException {
        recorder.failed(mark, changes);
        if (sql.kind().isSchema()) {
            audit.restart();
        } else {
            // what it did before it failed may stay
            audit.statementEnds(sql, false);
        }
    }

    /** @throws UncapturedChangeException if the transaction has written what is not recorded */
    void requireAllCaptured() throws SQLException {
        audit.beforeCommit();
        recorder.requireSameSchema();
    }
}
