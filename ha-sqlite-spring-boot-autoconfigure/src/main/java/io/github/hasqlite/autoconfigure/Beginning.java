package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.apply.AppliedState;
import io.github.hasqlite.changeset.BaselineMessage;
import io.github.hasqlite.snapshot.SnapshotChoice;
import io.github.hasqlite.snapshot.SnapshotFiles;
import io.github.hasqlite.snapshot.SnapshotSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Makes a database what a stream's history begins with. First a message says so, stored only if nobody
 * else's came before; so there is one beginning at most, and whoever is there already learns that a
 * snapshot is needed. Then that snapshot is taken. A crash in between is made up for at the next start.
 */
final class Beginning {

    private static final Logger logger = LoggerFactory.getLogger(Beginning.class);

    private final CompareAndSet stream;
    private final ChangeSetFactory changeSets;
    private final AppliedState state;
    private final SQLiteConnection connection;
    private final SnapshotSource source;
    private final SnapshotStore store;
    private final NodeSettings settings;

    Beginning(
            NodeSettings settings,
            CompareAndSet stream,
            ChangeSetFactory changeSets,
            AppliedState state,
            SQLiteConnection connection,
            SnapshotSource source,
            SnapshotStore store) {
        this.settings = settings;
        this.stream = stream;
        this.changeSets = changeSets;
        this.state = state;
        this.connection = connection;
        this.source = source;
        this.store = store;
    }

    /**
     * Says that the history begins with this database, unless that was said at an earlier start.
     *
     * @param found what the stream is now
     * @return the sequence from which on all nodes go on from this database
     * @throws ReplicationStartException if the history has begun otherwise
     */
    long announce(StreamState found) throws IOException, SQLException {
        if (state.baseline().isEmpty()) {
            state.setBaseline(connection, UUID.randomUUID().toString().replace("-", ""));
        } else if (found.lastSequence() > 0) {
            // said before a crash; if it was not, the node stops at what came instead
            return found.lastSequence();
        }
        CompareAndSet.Result result = stream.publish(
                changeSets.at(0, 0, List.of()),
                new BaselineMessage(state.baseline()).bytes(),
                found.endSequence(),
                System.nanoTime() + settings.publisherTimeout().toNanos());
        if (result instanceof CompareAndSet.Stored stored) {
            logger.info("This database is what the stream begins with, at {}", stored.sequence());
            return stored.sequence();
        }
        if (result instanceof CompareAndSet.Lost) {
            throw new ReplicationStartException(
                    "another node has begun the stream's history at the same moment",
                    "Start this node again; if its database file was never replicated, move it away before.",
                    null);
        }
        throw new IOException("the stream did not take the message that begins its history: " + result);
    }

    /** Takes the snapshot that all other nodes need, unless there is one. */
    void takeSnapshot() throws IOException, SQLException {
        if (!SnapshotChoice.of(store, state.streamCreatedNs()).isEmpty()) {
            return;
        }
        long started = System.nanoTime();
        Path copy = SnapshotFiles.temporary(source.database(), "beginning");
        try {
            long sequence = source.copy(copy);
            SnapshotFiles.save(store, copy, sequence, state.streamCreatedNs(), source.node());
            logger.info(
                    "Took the first snapshot, {} bytes at {}, in {} ms",
                    Files.size(copy),
                    sequence,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
        } finally {
            Files.deleteIfExists(copy);
        }
    }
}
