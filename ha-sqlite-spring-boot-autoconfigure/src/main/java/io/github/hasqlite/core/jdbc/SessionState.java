package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;

/** What a session remembers from one statement to the next. Not thread-safe. */
final class SessionState {

    /** JDBC's auto-commit is off. */
    boolean manual;
    /** The next statement begins a transaction; for the application it has begun already. */
    boolean implicitBegin;
    /** The last statement that failed made SQLite roll the transaction back. */
    boolean rolledBack;
    /** A query of the transaction may have failed since, while its rows were fetched. */
    boolean queried;
    /** An interrupted statement has ended the transaction, which for the application goes on until it rolls back. */
    boolean aborted;

    /** Counts the schema changes of this connection, which others may not see yet or ever. */
    private long ownSchemaChanges;
    /** Rolling back would change the schema, too. */
    private boolean schemaTouched;

    /** How often this connection may have seen another schema than others. */
    long ownSchemaChanges() {
        return ownSchemaChanges;
    }

    /** What comes next may see another schema than what came before. */
    void mayChangeSchema() {
        ownSchemaChanges++;
    }

    /** A statement is about to change the schema. */
    void changesSchema() {
        ownSchemaChanges++;
        schemaTouched = true;
    }

    /**
     * Something was rolled back.
     *
     * @param active whether a transaction is still open
     */
    void rolledBack(boolean active) {
        if (schemaTouched) {
            ownSchemaChanges++;
            schemaTouched = active;
        }
    }

    /** Refuses whatever would begin another transaction before the application has ended the one that is gone. */
    void requireNotAborted() throws SQLException {
        if (aborted) {
            throw new SQLException(
                    "the transaction was rolled back when a statement was interrupted; end it with rollback()",
                    SqlStates.TRANSACTION_ABORTED);
        }
    }
}
