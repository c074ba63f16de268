package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.file.OwnedFile;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * A node's database file as the node has it open: locked against other nodes, in a state from which it can follow
 * the stream, with the tables of replication in it.
 */
final class NodeFile implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(NodeFile.class);

    /** What is open, the newest first. */
    private final Deque<AutoCloseable> open;

    private final StartDecision.Way way;
    private final LocalReplica replica;
    private final OutboxTable relayOutbox;

    private NodeFile(Deque<AutoCloseable> open, StartDecision.Way way, LocalReplica replica, OutboxTable relayOutbox) {
        this.open = open;
        this.way = way;
        this.replica = replica;
        this.relayOutbox = relayOutbox;
    }

    /**
     * Opens the file. If that fails, nothing stays open.
     *
     * @throws ReplicationStartException if another node has it, or the node cannot follow the
     *     stream with it
     * @throws SQLException if it cannot be opened
     */
    static NodeFile open(NodeSettings settings, Transport transport) throws SQLException {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        try {
            open.push(lock(settings.pool().path()));
            DatabaseFile file = new DatabaseFile(settings.pool());
            StartDecision.Way way = new StartDecision(settings, file, transport).prepare();
            SQLiteConnection connection = file.open();
            open.push(connection);
            LocalReplica replica = replica(connection, settings, transport.serializer());
            SQLiteConnection relayConnection = file.open();
            open.push(relayConnection);
            return new NodeFile(open, way, replica, new OutboxTable(relayConnection));
        } catch (SQLException | RuntimeException | Error e) {
            open.forEach(Closing::quietly);
            throw e;
        }
    }

    /** Keeps a second node off the file: two would each take the other's commits for their own. */
    private static OwnedFile lock(String path) {
        Path file = Path.of(path + "-ha-lock");
        OwnedFile lock;
        try {
            lock = OwnedFile.tryOwn(file);
        } catch (IOException e) {
            throw new ReplicationStartException(
                    "the lock file " + file + " cannot be written: " + e.getMessage(),
                    "Let the application write into the folder of ha.sqlite.path.",
                    e);
        }
        if (lock == null) {
            throw new ReplicationStartException(
                    "another node is using the database file " + path,
                    "Give each node a file of its own (ha.sqlite.path), or end the other process. In tests the other one may"
                            + " be a context that Spring keeps in its cache: give each test configuration a path of its"
                            + " own, for example target/${random.uuid}.db, or end the context with @DirtiesContext.",
                    null);
        }
        return lock;
    }

    private static LocalReplica replica(
            SQLiteConnection connection, NodeSettings settings, ChangeSetSerializer serializer) throws SQLException {
        AppliedState.create(connection);
        OutboxTable.create(connection);
        AppliedState state = new AppliedState(settings.runtime());
        state.load(connection);
        OutboxTable outbox = new OutboxTable(connection);
        PendingQueue pending = new PendingQueue(OutboxTable.pending(connection), settings.runtime());
        noteOldest(outbox, pending, serializer);
        return new LocalReplica(
                connection,
                new WriteLock(settings.runtime(), settings.pool().lockTimeout().toMillis()),
                new ChangeSetApplication(
                        connection, settings.rowIdentify(), settings.merge(), new RowImages(connection)),
                state,
                outbox,
                pending);
    }

    /** The age of what an earlier start left in the outbox is in its message. */
    private static void noteOldest(OutboxTable outbox, PendingQueue pending, ChangeSetSerializer serializer)
            throws SQLException {
        if (pending.size() == 0) {
            return;
        }
        try {
            ChangeSet oldest = outbox.read(0, 1).get(0).changeSet(serializer);
            pending.oldestIsOf(TimeUnit.NANOSECONDS.toMillis(oldest.timestampNs()));
        } catch (ChangeSetFormatException e) {
            logger.debug("The oldest change set of the outbox cannot be read", e);
        }
    }

    /** How the node goes on from what is in the file. */
    StartDecision.Way way() {
        return way;
    }

    /** The database in it. */
    LocalReplica replica() {
        return replica;
    }

    /** The outbox, through a connection of whoever brings it into the stream. */
    OutboxTable relayOutbox() {
        return relayOutbox;
    }

    @Override
    public void close() {
        open.forEach(Closing::quietly);
    }
}
