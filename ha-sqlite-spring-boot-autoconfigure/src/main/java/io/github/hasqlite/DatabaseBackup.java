package io.github.hasqlite;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Copies of the database to keep, and the way back. What it writes are plain SQLite files without the
 * tables of replication: a node that starts with one and an empty stream makes it what all nodes begin
 * with. Thread-safe; each method works on the calling thread.
 */
public interface DatabaseBackup {

    /**
     * Copies the database as the stream makes it, without what is pending on this node, while readers and
     * writers go on. Needs as much room again beside the database file.
     *
     * @param target a file that is not there yet
     * @return the stream sequence up to which the copy goes
     * @throws SQLException if the database cannot be copied
     * @throws IOException if the file cannot be written
     */
    long copyTo(Path target) throws SQLException, IOException;

    /**
     * The same to a stream, which is not closed.
     *
     * @see #copyTo(Path)
     */
    long copyTo(OutputStream target) throws SQLException, IOException;

    /**
     * Makes a copy of the database as it was at a place in the stream, from a snapshot and the messages
     * behind it.
     *
     * @param sequence the last message that the copy shows
     * @param target a file that is not there yet
     * @return the sequence up to which the copy goes: {@code sequence}, or an earlier one if the stream does not
     *     go so far
     * @throws IOException if no snapshot with all messages behind it is left from so early, or the stream or
     *     the store cannot be reached
     * @throws SQLException if the copy cannot be made
     */
    long copyAsOf(long sequence, Path target) throws SQLException, IOException;

    /**
     * The same for a moment, by the clock of the NATS server that stored the messages.
     *
     * @see #copyAsOf(long, Path)
     */
    long copyAsOf(Instant time, Path target) throws SQLException, IOException;

    /**
     * Makes a database file what all nodes go on from, those that run and those that come back later:
     * everything that is in the stream so far has no effect any more, on any node. Applications go on reading and
     * writing meanwhile; what they commit while this goes on may be applied to the restored database. If it fails
     * half way, the nodes wait until it is called again, on any node.
     *
     * @param file a database, for example one that {@link #copyTo} has made; not changed. Tables of
     *     replication in it do not count
     * @return the stream sequence from which all nodes go on from it
     * @throws IOException if the stream or the store cannot be reached
     * @throws SQLException if the file is no sound database
     */
    long restoreCluster(Path file) throws SQLException, IOException;
}
