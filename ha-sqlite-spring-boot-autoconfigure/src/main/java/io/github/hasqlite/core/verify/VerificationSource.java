package io.github.hasqlite.core.verify;

import io.github.hasqlite.Snapshot;
import io.github.hasqlite.TableDigest;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The node that is compared with others. This room says what it needs; the wiring brings it. Thread-safe. */
interface VerificationSource {

    /** The node's name. */
    String node();

    /**
     * Says who is told when this node comes to a place in the stream where all nodes are compared.
     *
     * @param listener {@code null} for nobody
     */
    void listen(@Nullable Listener listener);

    /** Told of such places. */
    interface Listener {

        /**
         * This node is there, and waits until this returns. Must not throw.
         *
         * @param id the verification's
         * @param moment the database as it is there; of use only until this returns
         */
        void reached(String id, long sequence, Moment moment);
    }

    /** The database as it is just now. */
    interface Moment {

        /**
         * Keeps it to be read later.
         *
         * @throws SQLException if the database cannot be opened
         */
        View keep() throws SQLException;
    }

    /** The database as it was at one place in the stream. Used by one thread at a time. */
    interface View extends AutoCloseable {

        /**
         * Computes the digests of what the stream says up to there, without what was pending on this node.
         *
         * @throws SQLException if the database cannot be read, or the thread is interrupted
         * @throws IOException if there is no room for a copy
         */
        Map<String, TableDigest> digests() throws SQLException, IOException;

        @Override
        void close() throws SQLException;
    }

    /**
     * Puts a place into the stream where all nodes are compared.
     *
     * @param id what it is known by, letters and digits
     * @throws IOException if the stream did not take it; it may be there nevertheless
     */
    void place(String id) throws IOException;

    /** How often the database has become another one since the start. */
    long generation();

    /** How this node differs from others, or {@code null} if it does not as far as is known. */
    @Nullable
    String divergence();

    /**
     * Says how it differs. Waits for the write lock if that is something else than before.
     *
     * @param generation which database this is about; nothing is noted if it has become another one since
     * @param divergence {@code null} if it does not
     * @throws SQLException if that cannot be noted in the database
     */
    void note(long generation, @Nullable String divergence) throws SQLException;

    /**
     * Makes the database the newest snapshot that may be used and from which the stream goes on.
     *
     * @return which one it was, or {@code null} if there is none
     */
    @Nullable
    Snapshot recover(Predicate<Snapshot> usable) throws IOException, SQLException;
}
