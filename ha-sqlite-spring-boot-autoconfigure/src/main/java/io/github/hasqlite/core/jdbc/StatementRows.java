package io.github.hasqlite.core.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The rows that a statement shows, of SQLite or kept in memory, and how they end. Not thread-safe. */
final class StatementRows {

    private final RunningStatement statement;
    private final Session session;
    private final ConnectionUse use;
    private final Rows ofSqlite;
    private @Nullable KeptRows kept;

    /** Of a statement that has no kept ones. */
    StatementRows(RunningStatement statement, Rows ofSqlite, Session session, ConnectionUse use) {
        this.statement = statement;
        this.ofSqlite = ofSqlite;
        this.session = session;
        this.use = use;
    }

    /** What shows SQLite's. */
    Rows ofSqlite() {
        return ofSqlite;
    }

    /** Those in memory, if there are any. */
    @Nullable
    KeptRows kept() {
        return kept;
    }

    /** From now on shows these. */
    void keep(KeptRows rows) {
        kept = rows;
    }

    /** The statement is about to run again, or is closed. */
    void forget() throws SQLException {
        ofSqlite.forgetInterrupt();
        KeptRows present = kept;
        kept = null;
        if (present != null) {
            present.close();
        }
    }

    /** Whether rows can still be fetched, from SQLite or from memory. */
    boolean areShown() {
        return kept != null || statement.hasOpenRows();
    }

    /** Ends them if some are shown; whoever asks for the next one gets SQLITE_INTERRUPT. */
    void interrupt() throws SQLException {
        KeptRows present = kept;
        if (present != null) {
            present.interrupt();
        } else if (statement.hasOpenRows()) {
            ofSqlite.interrupt();
        }
    }

    /** They were interrupted while they were fetched, and so all others of the connection. */
    void interrupted() throws SQLException {
        use.evenIfEnded(() -> {
            if (!statement.isClosed()) {
                session.endInterrupted();
            }
        });
    }

    /** All of them are fetched or given up. */
    void end() throws SQLException {
        use.evenIfEnded(() -> {
            if (!statement.isClosed()) {
                session.rowsClosed(statement);
            }
        });
    }
}
