package io.github.hasqlite.core.commit;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.LargeChanges;
import io.github.hasqlite.core.changeset.CompressedMessage;
import io.github.hasqlite.core.changeset.MessageFile;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;

/** Publishes change sets behind one sequence of the stream, large ones without holding them in memory. */
public final class StrictPublishing {

    private final NodeRuntime runtime;
    private final ChangeSetSerializer serializer;
    private final CompareAndSet stream;
    private final Path folder;

    /**
     * Publishes to a stream.
     *
     * @param database the database file; the messages of large change sets are in its folder until they
     *     are published
     * @param runtime by whose time one gives up
     */
    public StrictPublishing(
            ChangeSetSerializer serializer, CompareAndSet stream, String database, NodeRuntime runtime) {
        this.runtime = runtime;
        this.serializer = serializer;
        this.stream = stream;
        this.folder = Path.of(database).toAbsolutePath().resolveSibling("");
    }

    /**
     * Publishes a change set.
     *
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}; what it takes to write the file of a
     *     large one is added, because it does not wait for the stream meanwhile
     * @throws SQLException if nothing of it can take effect, because it cannot be published
     */
    CompareAndSet.Result publish(ChangeSet changeSet, long expected, long deadlineNanos) throws SQLException {
        try {
            return changeSet.changes() instanceof LargeChanges
                    ? publishLarge(changeSet, expected, deadlineNanos)
                    : stream.publish(changeSet, serializer.serialize(changeSet), expected, deadlineNanos);
        } catch (IllegalArgumentException e) {
            throw new SQLException("the transaction is too large: " + e.getMessage() + "; it was rolled back", e);
        } catch (IOException | UncheckedIOException e) {
            // before the last part was sent, whose bytes are in memory then: without it there is no effect
            throw new SQLException(
                    "a large transaction needs a temporary file in " + folder + ": " + e.getMessage()
                            + "; it was rolled back, nothing of it took effect",
                    e);
        }
    }

    /**
     * Gets a change set ready that is not large.
     *
     * @throws SQLException if it cannot be published
     */
    Attempt attempt(ChangeSet changeSet, long expected) throws SQLException {
        try {
            return new Attempt(changeSet, serializer.serialize(changeSet), expected);
        } catch (IllegalArgumentException e) {
            throw new SQLException("the transaction is too large: " + e.getMessage() + "; it was rolled back", e);
        }
    }

    /** How large a message may be at most, in bytes. */
    int maxMessageBytes() {
        return stream.maxMessageBytes();
    }

    /** A change set that is not large, as a message. */
    byte[] serialize(ChangeSet changeSet) {
        return serializer.serialize(changeSet);
    }

    /** A change set that is published until it is known what became of it. Used by one thread. */
    final class Attempt {

        private final ChangeSet changeSet;
        private final byte[] message;
        private final long expected;
        private boolean maybeStored;

        private Attempt(ChangeSet changeSet, byte[] message, long expected) {
            this.changeSet = changeSet;
            this.message = message;
            this.expected = expected;
        }

        byte[] message() {
            return message;
        }

        /**
         * Publishes it, or finds out what became of it if it was published before.
         *
         * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
         */
        CompareAndSet.Result publish(long deadlineNanos) {
            CompareAndSet.Result result = stream.publishWhole(changeSet, message, expected, maybeStored, deadlineNanos);
            maybeStored |= result instanceof CompareAndSet.Unknown;
            return result;
        }
    }

    /** Whether the stream can be reached, as far as is known. */
    boolean isConnected() {
        return stream.isConnected();
    }

    private CompareAndSet.Result publishLarge(ChangeSet changeSet, long expected, long deadlineNanos)
            throws IOException {
        long start = runtime.nanoTime();
        try (MessageFile file = MessageFile.create(folder)) {
            CompressedMessage message = file.write(changeSet, serializer);
            return stream.publish(changeSet, message, expected, deadlineNanos + (runtime.nanoTime() - start));
        }
    }
}
