package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /**
     * Called before a transaction takes the write lock: waits, if that spares it from being made on a
     * state that is outdated already.
     *
     * @throws SQLException if nothing can be written now
     */
    default void awaitTurn() throws SQLException {}

    /**
     * How long a single statement in auto-commit mode is run again after {@link
     * io.github.hasqlite.SerializationFailureException}, in nanoseconds.
     */
    default long retryNanos() {
        return 0;
    }

    /**
     * How long a single schema command in auto-commit mode is run again after {@link
     * io.github.hasqlite.SerializationFailureException}, in nanoseconds.
     */
    default long schemaRetryNanos() {
        return retryNanos();
    }

    /**
     * Whether a transaction that can no longer write, because what it has read is outdated, is told so by
     * {@link io.github.hasqlite.SerializationFailureException} instead of SQLite's SQLITE_BUSY_SNAPSHOT.
     */
    default boolean reportsSerializationFailures() {
        return false;
    }

    /**
     * Why other nodes would not run a statement of the application that is to travel as text.
     *
     * @return {@code null} if they would
     */
    default @Nullable String refusal(String statement) {
        return null;
    }

    /** Keeps from readers what is committed and may still be taken back. */
    default ReadGate gate() {
        return ReadGate.OPEN;
    }

    /** Writes to the log through one connection. Always called with the write lock held. */
    interface Appender {

        /**
         * All that was TEMP on the connection may be gone: makes anew what is needed of it. No transaction
         * is open.
         *
         * @throws SQLException if SQLite refuses
         */
        default void renew() throws SQLException {}

        /**
         * Whether a transaction must be {@linkplain #place brought to its place in the stream} before it
         * commits, instead of being {@linkplain #append appended} to the log.
         *
         * @param changes what it did; never empty
         * @param elsewhere whether it has also written what is not in there, such as TEMP tables, or may have
         */
        boolean places(List<Change> changes, boolean elsewhere);

        /**
         * Writes the transaction's changes to the log, inside that transaction, just before COMMIT.
         *
         * @param changes never empty; if they are a {@link io.github.hasqlite.LargeChanges}, good until
         *     {@link Entry#await} returns
         * @throws SQLException if the log cannot be written; then the transaction does not commit
         */
        Entry append(List<Change> changes) throws SQLException;

        /**
         * Brings a transaction to its place in the stream: one with commands (rule R9 of the design), or
         * any where being accepted by the stream is the commit. It has run in the open transaction of
         * this connection and is not committed yet. Waits for the stream.
         *
         * @param changes what it did, never empty; if they are a {@link io.github.hasqlite.LargeChanges}, good
         *     until {@link Placement#await} returns
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

        /** Whether it stays committed whatever {@link #await} says; otherwise that says whether it does. */
        default boolean stays() {
            return true;
        }

        /**
         * Waits as the commit mode demands. The write lock is no longer held.
         *
         * @throws SQLException if the stream did not acknowledge in time; the transaction is committed
         *     all the same, unless being accepted by the stream is the commit: then it says what became of it
         */
        void await() throws SQLException;
    }

    /** Where a transaction ended up that was brought to its place, and so what becomes of what ran tentatively. */
    interface Placement {

        /**
         * Whether nobody came in between, so that what ran is what every node will do: commit it.
         * Otherwise roll it back.
         */
        boolean commitsHere();

        /** Whether it changes the schema if it commits here. */
        boolean changesSchema();

        /** Only if it commits here: writes what must commit with it, before COMMIT. */
        void settle() throws SQLException;

        /**
         * It should have committed here, and SQLite did not.
         *
         * @return what to tell the caller
         */
        default SQLException notCommitted(SQLException cause) {
            return cause;
        }

        /** Tells that COMMIT or ROLLBACK is done. The write lock is still held. */
        void done(boolean committed);

        /**
         * Waits until the change set took effect here, or this node can try again. The write lock is no
         * longer held.
         *
         * @throws SQLException why it did not take effect anywhere; or with SQLState 08007 that its
         *     outcome is not known yet
         */
        void await() throws SQLException;
    }
}
