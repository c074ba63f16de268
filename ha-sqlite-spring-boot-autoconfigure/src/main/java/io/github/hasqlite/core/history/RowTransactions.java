package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteConnection;

/**
 * Transactions of one node that consist of rows and not of statements: written as replication writes them, without
 * triggers of the application and without what foreign keys would do, and committed as any other transaction of the
 * node. This room says what it needs; the wiring brings it. Thread-safe.
 */
public interface RowTransactions {

    /**
     * Runs a transaction.
     *
     * @param body says what to write and whether to commit
     * @return whether it was committed, and has waited as the commit mode demands
     * @throws SQLException if it cannot be run or committed, as for any other transaction
     */
    boolean run(Body body) throws SQLException;

    /** What a transaction does, with the write lock held. */
    interface Body {

        /**
         * Looks at the database.
         *
         * @return the rows to write, in this order; nothing to end the transaction without writing
         */
        List<Change> begin(SQLiteConnection connection) throws SQLException;

        /**
         * Looks at the database after the rows were written.
         *
         * @param done everything that was done to rows, good until this returns
         * @return whether to commit; if not, everything is rolled back
         */
        boolean written(SQLiteConnection connection, List<Change> done) throws SQLException;
    }
}
