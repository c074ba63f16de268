package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/** Runs or compiles statements to learn what they do before that counts. */
final class StatementTrial {

    private final PhysicalConnection connection;
    private final Transaction transaction;
    private final NativeTransaction sqlite;

    StatementTrial(PhysicalConnection connection, Transaction transaction, NativeTransaction sqlite) {
        this.connection = connection;
        this.transaction = transaction;
        this.sqlite = sqlite;
    }

    /** Makes SQLite forget what a failed ALTER has left in its memory, so that triggers fit again. */
    void reloadSchema() throws SQLException {
        sqlite.run("PRAGMA writable_schema = RESET");
    }

    /**
     * Runs a statement that other nodes would refuse, if it turns out to be about something that stays here:
     * a TEMP table or an attached database, or something that exists already.
     */
    <T> T unlessSchemaChanges(ParsedSql sql, SqlCall<T> call, String refusal) throws SQLException {
        Recorder present = transaction.recorder();
        sqlite.run("SAVEPOINT ha_schema");
        try {
            T result = call.run();
            if (present != null && present.hasChangedSchema()) {
                sqlite.run("ROLLBACK TO ha_schema");
                throw RefusedStatementException.notSupported(sql.text(), "other nodes would not run this: " + refusal);
            }
            return result;
        } finally {
            release("ha_schema");
        }
    }

    /** The statement may have taken the savepoint with it when it failed. */
    private void release(String savepoint) throws SQLException {
        try {
            sqlite.run("RELEASE " + savepoint);
        } catch (SQLException e) {
            transaction.follow();
        }
    }

    /**
     * Fails if SQLite will not understand the statement with which the application commits: where being
     * published is the commit, that would come too late.
     */
    void requireValid(ParsedSql sql) throws SQLException {
        if (transaction.recorder() != null && transaction.isWriting() && !isPlainCommit(sql.text())) {
            new JDBC4PreparedStatement(connection, sql.text()).close();
        }
    }

    private static boolean isPlainCommit(String text) {
        return text.equalsIgnoreCase("COMMIT") || text.equalsIgnoreCase("COMMIT;");
    }
}
