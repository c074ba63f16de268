package io.github.hasqlite.core.node;

import io.github.hasqlite.Conflict;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationEvent;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.core.jdbc.Replication;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import io.github.hasqlite.core.snapshot.NodeSnapshots;
import io.github.hasqlite.core.sqlite.WriteLock;
import io.github.hasqlite.core.verify.NodeVerification;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: the data source of an application and, if there is a {@link Transport}, what replicates it. Making one
 * touches neither the file nor the stream and begins no thread; {@link #start} does. All other methods but {@link
 * #close} are for a node that has started. Nothing in it is of Spring, so that tests and programs without Spring
 * can run a node, too. Thread-safe.
 */
public final class ReplicationNode implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(ReplicationNode.class);

    private final NodeSettings settings;
    private final @Nullable Transport transport;
    private final Monitor ends;
    private final Monitor starts;
    private final Beginning begins;
    private boolean begun;
    private boolean closed;

    private @Nullable NodeFile file;
    private @Nullable NodeParts parts;
    private @Nullable NodeDrain drain;
    private volatile @Nullable ReplicatingDataSource dataSource;

    private ReplicationNode(NodeSettings given, @Nullable Transport transport) {
        NodeRuntime measured = given.runtime().measured();
        this.settings = given.with(to -> to.runtime(measured));
        this.ends = settings.runtime().monitor();
        this.begins = new Beginning(settings.runtime());
        this.starts = settings.runtime().monitor();
        this.transport = transport;
    }

    /**
     * A node that replicates.
     *
     * @param transport its publisher and its subscriber are closed with the node
     */
    public static ReplicationNode replicating(NodeSettings settings, Transport transport) {
        return new ReplicationNode(settings, transport);
    }

    /** A node that does not: its data source is a plain, well-tuned one of SQLite. */
    public static ReplicationNode alone(NodeSettings settings) {
        return new ReplicationNode(settings, null);
    }

    /**
     * Opens the database and, if the node replicates and does so from the start, waits until it has caught up with the
     * stream (rule R10). If that fails, everything is closed again, as {@link #close} does.
     *
     * @return this node
     * @throws ReplicationStartException if the node cannot start, with what to do
     * @throws SQLException if the database file cannot be opened
     * @throws IllegalStateException if it was started or closed before
     */
    public ReplicationNode start() throws SQLException {
        ends.lock();
        try {
            if (begun) {
                throw new IllegalStateException("a node can be started only once; make another one");
            }
            begun = true;
        } finally {
            ends.unlock();
        }
        try {
            if (transport == null) {
                startAlone();
            } else {
                start(transport);
            }
            return this;
        } catch (SQLException | RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void startAlone() throws SQLException {
        WriteLock writeLock =
                new WriteLock(settings.runtime(), settings.pool().lockTimeout().toMillis());
        drain = new NodeDrain(settings, writeLock, null);
        dataSource = ReplicatingDataSource.open(
                settings.pool(),
                settings.readOnly(),
                writeLock,
                new SchemaCatalog(),
                null,
                KeySettings.SQLITE_COUNTS,
                new NoReplication(settings.name()));
        begins.now();
    }

    private void start(Transport carrier) throws SQLException {
        long begun = settings.runtime().nanoTime();
        NodeFile opened = NodeFile.open(settings, carrier);
        file = opened;
        NodeParts made = new NodeParts(settings, carrier, opened, this::tell);
        parts = made;
        drain = new NodeDrain(settings, opened.replica().writeLock(), made.unpublished());
        dataSource = ReplicatingDataSource.open(
                settings.pool(),
                settings.readOnly(),
                opened.replica().writeLock(),
                made.catalog(),
                made.commitLog(),
                settings.keys(),
                new Replicating(opened, made));
        if (settings.autoStart()) {
            join(opened, made, begun);
        } else {
            logger.info(
                    "Node {} can be read; it replicates when HaSqliteDataSource.start() is called", settings.name());
        }
    }

    private void join(NodeFile opened, NodeParts made, long begun) {
        starts.lock();
        try {
            if (!made.isStarted()) {
                made.start(opened.way());
                settings.runtime()
                        .work()
                        .took(Timed.BOOTSTRAP, settings.runtime().nanoTime() - begun);
                KeyCollisionAdvice.atStart(settings, dataSource());
                begins.now();
            }
        } finally {
            starts.unlock();
        }
    }

    /**
     * Does something when replication has been started, now if it has been; never if it never is.
     *
     * @param action run by the thread that starts replication, or by this one
     */
    public void whenStarted(Runnable action) {
        begins.then(action);
    }

    private void tell(Conflict conflict) {
        ReplicatingDataSource told = dataSource;
        if (told != null) {
            told.tell(conflict);
        }
    }

    /** What the data source asks for, and ends after its pools. */
    private final class Replicating implements Replication {

        private final NodeFile opened;
        private final NodeParts made;

        Replicating(NodeFile opened, NodeParts made) {
            this.opened = opened;
            this.made = made;
        }

        @Override
        public void start() {
            join(opened, made, settings.runtime().nanoTime());
        }

        @Override
        public boolean isStarted() {
            return made.isStarted();
        }

        @Override
        public ReplicationStatus status() {
            return made.status().now();
        }

        @Override
        public @Nullable String action() {
            return made.status().action();
        }

        @Override
        public boolean resume(boolean skipFailed) {
            return made.resume(skipFailed);
        }

        @Override
        public void close() {
            closeReplication();
        }
    }

    // ---- its parts

    /** What an application works with. To close it closes the node. */
    public HaSqliteDataSource dataSource() {
        HaSqliteDataSource opened = dataSource;
        if (opened == null) {
            throw new IllegalStateException("node " + settings.name() + " has not been started");
        }
        return opened;
    }

    /**
     * Since when a server answers but neither stores what is published nor delivers; {@code null} if it does, if
     * none can be reached, or if it says why it refuses.
     *
     * @throws IllegalStateException if the node does not replicate
     */
    public @Nullable Instant storesNothingSince() {
        return parts().status().storesNothingSince();
    }

    /**
     * Whether a server says that there is no such stream. Asks it, so this may wait.
     *
     * @throws IllegalStateException if the node does not replicate
     */
    public boolean isStreamGone() {
        return parts().status().isStreamGone();
    }

    /** Whether this node, which replicates, has caught up with the stream since its start. */
    public boolean hasJoined() {
        return parts().hasJoined();
    }

    /** Where this node is in the stream, and what it has committed; nowhere if it does not replicate. */
    public ReplicationPosition position() {
        dataSource();
        NodeParts made = parts;
        return made == null ? new NoPosition(settings.name()) : made.positions();
    }

    /**
     * The node's backups.
     *
     * @throws IllegalStateException if no change sets come in
     */
    public DatabaseBackup backup() {
        return following().backup();
    }

    /**
     * What reads the stream again.
     *
     * @throws IllegalStateException if no change sets come in
     */
    public HistoryParts histories() {
        following();
        return parts().histories();
    }

    /**
     * The node as snapshots are taken of it.
     *
     * @throws IllegalStateException if no change sets come in
     */
    public NodeSnapshots snapshots() {
        return following().snapshots();
    }

    /**
     * The node as it is compared with others.
     *
     * @throws IllegalStateException if no change sets come in
     */
    public NodeVerification verification() {
        return following().verification();
    }

    private FollowingParts following() {
        FollowingParts following = parts().following();
        if (following == null) {
            throw new IllegalStateException("node " + settings.name() + " has no ChangeSetSubscriber, and so neither"
                    + " snapshots nor backups nor comparisons with other nodes");
        }
        return following;
    }

    private NodeParts parts() {
        dataSource();
        NodeParts made = parts;
        if (made == null) {
            throw new IllegalStateException("node " + settings.name() + " does not replicate");
        }
        return made;
    }

    /**
     * Tells a listener from now on what replication does, if it does anything, in place of the one that was there.
     *
     * @param database what the database is called in the events
     * @param changeSets whether it wants to be told of change sets, which costs something
     * @param listener told by a thread of its own; what it throws is logged. {@code null} to tell nobody
     */
    public void listen(String database, boolean changeSets, @Nullable Consumer<ReplicationEvent> listener) {
        if (parts != null) {
            parts.events().listen(database, changeSets, listener);
        }
    }

    /**
     * Lets this node take part no more, or again: meanwhile it neither applies nor publishes anything, and its status
     * says why.
     *
     * @param how it was removed, for people; {@code null} if it was let in again
     * @throws IllegalStateException if the node does not replicate
     */
    public void removal(@Nullable String how) {
        parts().removal(how);
    }

    // ---- the end

    /** What lets it end without leaving anything behind. */
    public NodeDrain drain() {
        dataSource();
        return Objects.requireNonNull(drain);
    }

    /**
     * Ends the node: its pools first, then replication with its publisher and subscriber, then the file. What is in
     * the outbox still gets a moment to get out. Does nothing the second time.
     */
    @Override
    public void close() {
        ends.lock();
        try {
            begun = true;
        } finally {
            ends.unlock();
        }
        ReplicatingDataSource opened = dataSource;
        if (opened == null) {
            closeReplication();
        } else {
            opened.close();
        }
    }

    private void closeReplication() {
        ends.lock();
        try {
            Transport carrier = transport;
            if (closed || carrier == null) {
                return;
            }
            closed = true;
            NodeParts made = parts;
            if (made == null) {
                Closing.quietly(carrier.subscriber());
                Closing.quietly(carrier.publisher());
            } else {
                made.close();
            }
            Closing.quietly(file);
        } finally {
            ends.unlock();
        }
    }
}
