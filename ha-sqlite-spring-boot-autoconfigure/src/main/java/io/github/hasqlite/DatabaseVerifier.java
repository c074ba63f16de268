package io.github.hasqlite;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Compares the databases of all nodes at one place in the stream, while they go on, and makes one equal again
 * that differs. Whoever asks, every node compares itself with the others: one whose table is not what it
 * is on more than half of the nodes is divergent, says so in its health, and takes no snapshots until a later
 * comparison finds it equal, or it has begun anew with another node's snapshot. Thread-safe.
 */
public interface DatabaseVerifier extends AutoCloseable {

    /**
     * Compares all nodes. Returns when all nodes that are known have answered, otherwise when the time is over; a
     * node that answers later still counts for the nodes' own judgement.
     *
     * @param timeout how long to wait; a million small rows take about two seconds
     * @throws IOException if the stream or the other nodes cannot be reached, or this node has not come to that
     *     place in the stream in time
     */
    VerificationReport verify(Duration timeout) throws IOException;

    /** How this node differs from others, for people; {@code null} if that was not found out. */
    @Nullable
    String divergence();

    /**
     * Makes this node's database the newest snapshot of another node that is not known to be divergent,
     * followed by what the stream says since and what is pending here. The application goes on reading and, but for
     * a moment, writing meanwhile.
     *
     * @return which snapshot was used
     * @throws IOException if there is no such snapshot, with what to do; or the store cannot be reached
     * @throws SQLException if the database cannot be replaced
     */
    Snapshot repair() throws IOException, SQLException;

    /**
     * The same with the newest snapshot of one node, which somebody has found to be right: if no more than half
     * of the nodes agree, nobody else can know.
     *
     * @param node that node's name
     * @see #repair()
     */
    Snapshot repair(String node) throws IOException, SQLException;

    /** Ends comparing. */
    @Override
    void close();
}
