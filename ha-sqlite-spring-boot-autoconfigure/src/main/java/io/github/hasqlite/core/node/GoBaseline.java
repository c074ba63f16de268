package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.SnapshotStore.GoSnapshot;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.snapshot.CopiedDatabase;
import io.github.hasqlite.core.snapshot.SnapshotFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Begins a node with the snapshot of a Go node, where no node of this project has taken one. Such a snapshot
 * does not hold how far each publisher has come, so it can be used only while all that the stream holds was
 * published by Go nodes.
 */
final class GoBaseline {

    private static final Logger logger = LoggerFactory.getLogger(GoBaseline.class);

    /** With what the messages of nodes of this project begin, all but those that Go nodes publish. */
    private static final byte[] OWN = "{\"publisher\":".getBytes(StandardCharsets.US_ASCII);

    private final NodeSettings settings;
    private final Path path;
    private final SnapshotStore store;
    private final ChangeSetSubscriber source;

    GoBaseline(NodeSettings settings, Path path, SnapshotStore store, ChangeSetSubscriber source) {
        this.settings = settings;
        this.path = path;
        this.store = store;
        this.source = source;
    }

    /**
     * Makes the file that snapshot, if there is one that leads on to the stream.
     *
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     * @return whether it did
     */
    boolean begin(StreamState stream, long deadlineNanos) throws IOException {
        if (stream.lastSequence() == 0) {
            return false;
        }
        Path copy = SnapshotFiles.temporary(path, "bootstrap");
        try {
            GoSnapshot snapshot;
            try (OutputStream target = Files.newOutputStream(copy)) {
                snapshot = store.loadGoSnapshot(target);
            }
            if (snapshot == null) {
                return false;
            }
            String obstacle = obstacle(snapshot, stream, deadlineNanos);
            if (obstacle != null) {
                logger.warn("The snapshot of a Go node at {} cannot be used: {}", snapshot.sequence(), obstacle);
                return false;
            }
            adopt(copy, snapshot, stream);
            Files.deleteIfExists(Path.of(path + "-wal"));
            Files.deleteIfExists(Path.of(path + "-shm"));
            Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE);
            logger.info("Began with the snapshot at {} that a Go node took", snapshot.sequence());
            return true;
        } catch (SQLException e) {
            throw new IOException("the snapshot of a Go node cannot be used: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private @Nullable String obstacle(GoSnapshot snapshot, StreamState stream, long deadlineNanos) throws IOException {
        if (snapshot.sequence() < stream.firstSequence() - 1) {
            return "the stream begins at " + stream.firstSequence();
        }
        if (snapshot.sequence() > stream.endSequence() || snapshot.storedAtNs() < stream.createdNs()) {
            return "it belongs to an earlier stream";
        }
        Duration patience = settings.publisherTimeout();
        for (long sequence = stream.firstSequence(); sequence <= snapshot.sequence(); sequence++) {
            if (settings.runtime().nanoTime() - deadlineNanos > 0) {
                return "to look through the " + snapshot.sequence() + " messages before takes longer than "
                        + settings.bootstrapTimeout() + " (ha.sqlite.bootstrap.timeout)";
            }
            StreamMessage message = source.read(sequence, patience);
            if (message != null && isOwn(message.data())) {
                return "message " + sequence + " before is of a node that is none, whose own snapshots are needed";
            }
        }
        return null;
    }

    private static boolean isOwn(byte[] message) {
        if (message.length < OWN.length) {
            return false;
        }
        for (int i = 0; i < OWN.length; i++) {
            if (message[i] != OWN[i]) {
                return false;
            }
        }
        return true;
    }

    private void adopt(Path copy, GoSnapshot snapshot, StreamState stream) throws SQLException {
        try (SQLiteConnection connection =
                        new DatabaseFile(settings.pool().with(to -> to.path(copy.toString()))).open();
                Statement statement = connection.createStatement()) {
            String found = CopiedDatabase.damage(statement, "quick_check");
            if (found != null) {
                throw new SQLException("SQLite finds it damaged: " + found);
            }
            statement.executeUpdate("DROP TABLE IF EXISTS main.ha_stats");
            AppliedState.begin(connection, snapshot.sequence(), stream.createdNs());
            CopiedDatabase.intoOneFile(connection);
        }
    }
}
