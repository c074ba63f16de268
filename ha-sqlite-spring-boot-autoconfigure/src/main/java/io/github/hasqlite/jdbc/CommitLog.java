package io.github.hasqlite.jdbc;

import io.github.hasqlite.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Where committed transactions go. This room says what it needs of the outbox and of replication;
 * the wiring brings the two together.
 */
public interface CommitLog {

    /**
     * Called once for each writing connection.
     *
     * @throws SQLException if the log cannot be written through it
     */
    Appender open(Connection connection) throws SQLException;

    /** Writes to the log through one connection. Always called with the write lock held. */
    interface Appender {

        /**
         * Writes the transaction's changes to the log, inside that transaction, just before COMMIT.
         *
         * @param changes never empty, without commands
         * @throws SQLException if the log cannot be written; then the transaction does not commit
         */
        Entry append(List<Change> changes) throws SQLException;

        /**
         * Brings a transaction with commands to its place in the stream (rule R9 of the design). It
         * has run in the open transaction of this connection and is not committed yet. Waits for the
         * stream.
         *
         * @param changes what it did; at least one is a command
         * @return what the caller has to do with the open transaction
         * @throws SQLException if the stream cannot be reached: nothing was published, roll back
         */
        Placement place(List<Change> changes) throws SQLException;
    }

    /** One transaction's entry in the log. */
    interface Entry {

        /** COMMIT succeeded. The write lock is still held, so calls are in commit order. */
        void committed();

        /** COMMIT failed, the transaction is still open: takes the entry out of it again. */
        void withdraw() throws SQLException;

        /**
         * Waits as the commit mode demands. The write lock is no longer held.
         *
         * @throws SQLException if the stream did not acknowledge in time; the transaction is committed
         *     all the same
         */
        void await() throws SQLException;
    }

    /** Where a transaction with commands ended up, and so what becomes of what ran tentatively. */
    interface Placement {

        /**
         * Whether nobody came in between, so that what ran is what every node will do: commit it.
         * Otherwise roll it back.
         */
        boolean commitsHere();

        /** Only if it commits here: writes what must commit with it, before COMMIT. */
        void settle() throws SQLException;

        /** Tells that COMMIT or ROLLBACK is done. The write lock is still held. */
        void done(boolean committed);

        /**
         * Waits until the change set took effect here. The write lock is no longer held.
         *
         * @throws SQLException why it did not take effect anywhere; or with SQLState 08007 that its
         *     outcome is not known yet
         */
        void await() throws SQLException;
    }
}
