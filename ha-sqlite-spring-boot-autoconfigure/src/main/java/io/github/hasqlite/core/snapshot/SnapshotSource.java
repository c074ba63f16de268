package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The node that snapshots are taken of. This room says what it needs; the wiring brings it. Thread-safe. */
interface SnapshotSource {

    /** The node's name. */
    String node();

    /** The stream sequence up to which the node has applied everything. */
    long sequence();

    /** When the stream was created that the node follows, nanoseconds since 1970; 0 if it has not joined yet. */
    long streamCreatedNs();

    /** The oldest sequence that the stream still holds. */
    long firstSequence() throws IOException;

    /**
     * Lets the stream drop what is older than it is to keep, up to a sequence.
     *
     * @param streamCreatedNs when the stream was created that the snapshots are of; another drops nothing
     * @param sequence up to which they hold everything
     */
    void dropCovered(long streamCreatedNs, long sequence) throws IOException;

    /** Why no snapshot must be taken of this node now, or {@code null}. */
    @Nullable
    String unfit();

    /** The store has a snapshot of this node. */
    default void taken(Snapshot snapshot) {}

    /** The database file; copies are made beside it. */
    Path database();

    /**
     * Writes the canonical state to a new file, while the node goes on.
     *
     * @return the sequence up to which it goes
     * @throws SQLException if the database cannot be copied
     */
    long copy(Path target) throws SQLException, IOException;
}
