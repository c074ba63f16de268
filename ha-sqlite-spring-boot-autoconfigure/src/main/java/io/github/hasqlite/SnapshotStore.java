package io.github.hasqlite;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the snapshots of one database are kept, for all its nodes. The default one is a JetStream
 * object store; define a bean of this type to keep them elsewhere. Thread-safe.
 */
public interface SnapshotStore extends AutoCloseable {

    /**
     * All snapshots that are there completely: the newest first, by when the stream they belong to was
     * created and then by sequence.
     *
     * @throws IOException if the store cannot be reached
     */
    List<Snapshot> list() throws IOException;

    /**
     * Keeps a snapshot. {@link #list} shows it once it is there completely and not before; what fails half
     * way leaves nothing behind that {@link #list} shows.
     *
     * @param content the database file, compressed by whoever calls; not closed by this method
     * @throws IOException if it could not be stored
     */
    void save(Snapshot snapshot, InputStream content) throws IOException;

    /**
     * Writes what was saved.
     *
     * @param target gets the bytes; not closed by this method
     * @throws IOException if it is not there, cannot be read, or is not what was stored
     */
    void load(Snapshot snapshot, OutputStream target) throws IOException;

    /**
     * Writes the newest snapshot that a Go node has taken of this database, a database file as it is.
     *
     * @param target gets the bytes; not closed by this method
     * @return what is known of it, or {@code null} if there is none
     * @throws IOException if it cannot be read, or is not what was stored
     */
    default @Nullable GoSnapshot loadGoSnapshot(OutputStream target) throws IOException {
        return null;
    }

    /**
     * A snapshot that a Go node has taken.
     *
     * @param sequence the stream sequence up to which it holds everything; it may hold more
     * @param storedAtNs when it was stored by the clock of the store, nanoseconds since 1970-01-01T00:00Z
     */
    record GoSnapshot(long sequence, long storedAtNs) {}

    /**
     * Removes a snapshot; does nothing if it is not there.
     *
     * @throws IOException if that cannot be done now
     */
    void delete(Snapshot snapshot) throws IOException;

    /**
     * Takes the right to do something that one node should do at a time.
     *
     * @param what a name for it, of letters, digits, {@code -} and {@code _}
     * @return {@code null} if another node has it
     * @throws IOException if that cannot be learned now
     */
    @Nullable
    Lease tryLease(String what) throws IOException;

    /** A right that ends by itself soon after the node that has it has died. */
    interface Lease extends AutoCloseable {

        /** Whether this node still has it. It is lost if the store could not be reached for too long. */
        boolean isHeld();

        /** Gives it back. Never throws. */
        @Override
        void close();
    }

    @Override
    void close();
}
