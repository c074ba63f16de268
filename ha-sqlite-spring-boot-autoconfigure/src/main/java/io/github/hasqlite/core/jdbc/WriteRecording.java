package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements that write, inside a transaction that writes, and records what they do. What happens after
 * one that fails is its caller's affair. Not thread-safe.
 *
 * @param transaction of the connection
 * @param recorder records what is written
 * @param audit compares what is written with what was captured
 * @param log where transactions go
 */
record WriteRecording(Transaction transaction, Recorder recorder, ChangeAudit audit, CommitLog log) {

    /** {@code null} if nothing is replicated through this connection. */
    static @Nullable WriteRecording of(Transaction transaction, @Nullable CommitLog log) {
        Recorder recorder = transaction.recorder();
        ChangeAudit audit = transaction.audit();
        return recorder == null || audit == null || log == null
                ? null
                : new WriteRecording(transaction, recorder, audit, log);
    }

    /**
     * Runs a statement; the recorder is to be disarmed afterwards.
     *
     * @param audited whether it is compared with what was captured; the rows of a batch are all together
     */
    <T> T run(ParsedSql sql, RunningStatement statement, SqlCall<T> call, boolean audited) throws SQLException {
        if (sql.kind().isSchema()) {
            return changeSchema(sql, statement, call);
        }
        if (audited) {
            audit.statementBegins();
        }
        audit.requireOfApplication(sql);
        recorder.arm();
        transaction.beginVirtual(sql);
        T result = call.run();
        if (audited) {
            audit.statementEnds(sql, statement.hasOpenRows());
        }
        recorder.succeeded(sql, statement);
        return result;
    }

    /** What other nodes would refuse is refused here, and undone if it has changed the schema. */
    private <T> T changeSchema(ParsedSql sql, RunningStatement statement, SqlCall<T> call) throws SQLException {
        SchemaStatement about = SchemaStatement.of(sql);
        String reserved = about.reservedName();
        if (reserved != null) {
            throw RefusedStatementException.reserved(sql.text(), reserved);
        }
        String tied = SchemaStatement.reservedWithin(sql);
        if (tied != null) {
            throw RefusedStatementException.ofReplication(sql.text(), tied);
        }
        recorder.arm();
        String refusal = about.dropsStatistics() ? null : log.refusal(Recorder.trimmed(sql.text()));
        T result = refusal == null ? call.run() : transaction.unlessSchemaChanges(sql, call, refusal);
        recorder.succeeded(sql, statement);
        audit.restart();
        return result;
    }
}
