package io.github.hasqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots of this node's database for the whole cluster: new nodes begin with one, and nodes
 * that were away for longer than the stream keeps messages go on with one. The default one takes them at
 * intervals, on one node at a time; define a bean of this type to take them otherwise. Thread-safe.
 */
public interface DatabaseSnapshotter extends AutoCloseable {

    /**
     * Takes a snapshot now, unless the newest one holds all this node has. Readers and writers go on
     * meanwhile.
     *
     * @return the newest snapshot of the stream
     * @throws IOException if the store cannot be reached, or there is no room for the copy
     * @throws SQLException if the database cannot be copied, or this node's content is not what the stream
     *     says: it has left change sets out, or has stopped
     */
    Snapshot takeSnapshot() throws IOException, SQLException;

    /**
     * The newest snapshot.
     *
     * @return {@code null} if there is none
     * @throws IOException if the store cannot be reached
     */
    @Nullable
    Snapshot latest() throws IOException;

    /**
     * The newest snapshot that this node has seen, taken by whichever node. Never waits; the default one looks whenever
     * it could take one.
     *
     * @return {@code null} if it has seen none
     */
    default @Nullable Snapshot known() {
        return null;
    }

    /**
     * Fetches the newest snapshot that is whole; checks its digest and that SQLite finds it sound.
     *
     * @param target a file that is not there yet; afterwards a database as a node has it, with the tables
     *     of replication
     * @return what was fetched, or {@code null} if there is none
     * @throws IOException if the store cannot be reached, no snapshot is whole, or the file cannot be written
     */
    @Nullable
    Snapshot fetchLatest(Path target) throws IOException;

    /** Ends taking snapshots. */
    @Override
    void close();
}
