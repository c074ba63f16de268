package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The writes of a session in auto-commit mode, each of which is a transaction by itself. Not thread-safe. */
final class SingleWrites {

    private final Transaction transaction;
    private final RecordedStatements recorded;
    private final SerializationRetry retry;

    /** The statement whose rows keep the transaction open. */
    private @Nullable RunningStatement openRows;

    SingleWrites(Transaction transaction, RecordedStatements recorded, SerializationRetry retry) {
        this.transaction = transaction;
        this.recorded = recorded;
        this.retry = retry;
    }

    <T> T run(ParsedSql sql, RunningStatement statement, SqlCall<T> call) throws SQLException {
        return untilSerialized(sql, () -> {
            transaction.write(sql);
            T result = recorded.run(sql, statement, call, true, true);
            if (statement.hasOpenRows() && !retry.mayLose()) {
                openRows = statement;
                return result;
            }
            try {
                if (statement.hasOpenRows()) {
                    statement.keepRows();
                }
                transaction.commitSingle();
            } finally {
                if (transaction.isActive()) {
                    transaction.abandon();
                }
            }
            return result;
        });
    }

    /** Runs a transaction of one statement, again if the stream refuses it. */
    <T> T untilSerialized(ParsedSql sql, SqlCall<T> call) throws SQLException {
        return retry.untilSerialized(sql, () -> transaction.admission().telling(call));
    }

    /** Whether the rows of this statement keep a transaction open. */
    boolean isWaitingFor(RunningStatement statement) {
        return openRows == statement;
    }

    /** The rows of a statement are all fetched or given up: the write commits now. */
    void rowsClosed(RunningStatement statement) throws SQLException {
        if (openRows == statement) {
            openRows = null;
            if (transaction.isActive()) {
                transaction.commitSingle();
            }
        }
    }

    /** The transaction is about to be rolled back. */
    void forget() {
        openRows = null;
    }
}
