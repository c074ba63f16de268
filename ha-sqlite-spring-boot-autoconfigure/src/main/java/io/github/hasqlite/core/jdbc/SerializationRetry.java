package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Runs what is a transaction by itself, and runs it again if others came first. The application can tell
 * neither from its result nor from SQLite's counters.
 *
 * @param transaction of the connection
 * @param runtime whose time counts
 * @param log where transactions go, or {@code null} if nothing is replicated
 */
record SerializationRetry(
        Transaction transaction,
        NodeRuntime runtime,
        @Nullable CommitLog log) {

    /** Whether a single statement may have to be run again. */
    boolean mayLose() {
        return log != null && log.retryNanos() > 0;
    }

    /**
     * Runs a statement until it does not lose, or the log's time is over.
     *
     * @param attempt runs it from the beginning to the commit
     */
    <T> T untilSerialized(ParsedSql sql, SqlCall<T> attempt) throws SQLException {
        long patience = log == null ? 0 : sql.kind().isSchema() ? log.schemaRetryNanos() : log.retryNanos();
        if (patience == 0) {
            return attempt.run();
        }
        long deadline = runtime.nanoTime() + patience;
        long total = transaction.counters().totalChanges();
        while (true) {
            try {
                return attempt.run();
            } catch (SerializationFailureException e) {
                if (transaction.isActive()
                        || runtime.nanoTime() >= deadline
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                runtime.work().count(Counted.COMMIT_RETRIES, 1);
                transaction.counters().forgetSince(total);
            }
        }
    }
}
