package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.CommandPlacing;
import io.github.hasqlite.core.commit.CompareAndSet;
import io.github.hasqlite.core.commit.EcholessPublisher;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.OutboxCommitLog;
import io.github.hasqlite.core.commit.StrictCommitLog;
import io.github.hasqlite.core.commit.StrictPublishing;
import io.github.hasqlite.core.commit.WriterPause;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.core.jdbc.Replication;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.SchemaBarrier;
import io.github.hasqlite.core.replay.StreamPosition;
import io.github.hasqlite.core.snapshot.HoleCrossing;
import io.github.hasqlite.core.snapshot.NodeBackup;
import io.github.hasqlite.core.snapshot.NodeSnapshots;
import io.github.hasqlite.core.snapshot.SnapshotRecovery;
import io.github.hasqlite.core.snapshot.SnapshotSource;
import io.github.hasqlite.core.sqlite.WriteLock;
import io.github.hasqlite.core.verify.NodeVerification;
import io.github.hasqlite.core.verify.VerificationSource;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Puts one node together: the data source, the outbox and its relay, the applier and the stream.
 * Nothing in it is of Spring, so that tests and programs without Spring can open a node, too.
 */
public final class ReplicationNode implements Replication {

    private static final Logger logger = LoggerFactory.getLogger(ReplicationNode.class);

    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final NodeSettings settings;
    private final ChangeSetPublisher publisher;
    private final @Nullable ChangeSetSubscriber subscriber;
    private final AppliedState state = new AppliedState();
    private final SchemaCatalog catalog = new SchemaCatalog();
    private final PublishHealth trouble = new PublishHealth();
    private final KeyCollisionAdvice keyCollisions = new KeyCollisionAdvice();
    private final WriteLock writeLock;
    private final PendingQueue pending;
    private final OutboxRelay relay;
    private final WriterPause writerPause;
    private final Applier applier;
    private final ChangeSetFactory changeSets;
    private final @Nullable NodeSnapshots snapshots;
    private final @Nullable SnapshotRecovery recovery;
    private final @Nullable DatabaseBackup backup;
    private final @Nullable NodeVerification verification;
    private final StreamJoin join;
    private final NodeStatus status;
    private final ReplicatingDataSource dataSource;
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    /**
     * Opens a node without snapshots and waits until it has caught up with the stream (rule R10).
     *
     * @param publisher takes change sets out of the node; closed with it
     * @param subscriber brings them in, or {@code null} if none come in; closed with the node
     * @throws io.github.hasqlite.ReplicationStartException if the node cannot start, with what to do
     * @throws SQLException if the database file cannot be opened
     */
    public static HaSqliteDataSource open(
            NodeSettings settings,
            ChangeSetPublisher publisher,
            @Nullable ChangeSetSubscriber subscriber,
            ChangeSetSerializer serializer,
            List<ChangeSetInterceptor> interceptors)
            throws SQLException {
        return open(settings, publisher, subscriber, null, serializer, interceptors);
    }

    /**
     * Opens a node and waits until it has caught up with the stream (rule R10).
     *
     * @param publisher takes change sets out of the node; closed with it
     * @param subscriber brings them in, or {@code null} if none come in; closed with the node
     * @param store where snapshots are, or {@code null} if there are none; not closed
     * @throws io.github.hasqlite.ReplicationStartException if the node cannot start, with what to do
     * @throws SQLException if the database file cannot be opened
     */
    public static HaSqliteDataSource open(
            NodeSettings settings,
            ChangeSetPublisher publisher,
            @Nullable ChangeSetSubscriber subscriber,
            @Nullable SnapshotStore store,
            ChangeSetSerializer serializer,
            List<ChangeSetInterceptor> interceptors)
            throws SQLException {
        DatabaseLock lock = DatabaseLock.acquire(settings.pool().path());
        try {
            return open(settings, lock, publisher, subscriber, store, serializer, interceptors);
        } catch (SQLException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static HaSqliteDataSource open(
            NodeSettings settings,
            DatabaseLock lock,
            ChangeSetPublisher publisher,
            @Nullable ChangeSetSubscriber subscriber,
            @Nullable SnapshotStore store,
            ChangeSetSerializer serializer,
            List<ChangeSetInterceptor> interceptors)
            throws SQLException {
        DatabaseFile file = new DatabaseFile(settings.pool());
        StartDecision decision = new StartDecision(
                settings, file, subscriber, store, publisher.comparesAndSets() && !settings.readOnly());
        StartDecision.Way way = decision.prepare();
        SQLiteConnection connection = file.open();
        SQLiteConnection relayConnection = null;
        try {
            AppliedState.create(connection);
            OutboxTable.create(connection);
            relayConnection = file.open();
            ReplicationNode node = new ReplicationNode(
                    settings,
                    lock,
                    connection,
                    relayConnection,
                    subscriber == null ? new EcholessPublisher(publisher) : publisher,
                    subscriber,
                    store,
                    way,
                    serializer,
                    interceptors);
            try {
                node.join.start(way);
            } catch (RuntimeException e) {
                node.dataSource.close();
                throw e;
            }
            return node.dataSource;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            if (relayConnection != null) {
                relayConnection.close();
            }
            throw e;
        }
    }

    /** Opens a database that is not replicated: a plain, well-tuned SQLite data source. */
    public static HaSqliteDataSource openAlone(NodeSettings settings) {
        WriteLock lock = new WriteLock(settings.pool().lockTimeout().toMillis());
        ReplicationStatus status = new ReplicationStatus(
                settings.name(),
                false,
                false,
                0,
                0,
                Duration.ZERO,
                0,
                0,
                null,
                null,
                0,
                null,
                null,
                null,
                null,
                Duration.ZERO);
        return new ReplicatingDataSource(
                settings.pool(),
                settings.readOnly(),
                lock,
                new SchemaCatalog(),
                null,
                KeySettings.SQLITE_COUNTS,
                new NoReplication(status));
    }

    /** Nothing is replicated. */
    private record NoReplication(ReplicationStatus status) implements Replication {

        @Override
        public boolean resume(boolean skipFailed) {
            return false;
        }

        @Override
        public void close() {}
    }

    private ReplicationNode(
            NodeSettings settings,
            DatabaseLock lock,
            SQLiteConnection connection,
            SQLiteConnection relayConnection,
            ChangeSetPublisher publisher,
            @Nullable ChangeSetSubscriber subscriber,
            @Nullable SnapshotStore store,
            StartDecision.Way way,
            ChangeSetSerializer serializer,
            List<ChangeSetInterceptor> interceptors)
            throws SQLException {
        this.settings = settings;
        ResetGuard guard = new ResetGuard(publisher, state, subscriber, trouble);
        this.publisher = guard;
        this.subscriber = subscriber;
        this.writeLock = new WriteLock(settings.pool().lockTimeout().toMillis());
        state.load(connection);
        this.pending = new PendingQueue(OutboxTable.pending(connection));
        noteOldest(new OutboxTable(connection), serializer);
        this.changeSets = new ChangeSetFactory(settings.name(), settings.pool().path(), state);
        this.relay =
                new OutboxRelay(new OutboxTable(relayConnection), pending, this::removeFromOutbox, guard, serializer);
        this.writerPause = new WriterPause(changeSets, relay, state, writeLock);
        ChangeSetApplication application = new ChangeSetApplication(
                connection, settings.rowIdentify(), settings.merge(), new RowImages(connection));
        this.applier = new Applier(
                connection,
                writeLock,
                application,
                state,
                new OutboxTable(connection),
                pending,
                serializer,
                interceptors,
                settings.onApplyFailure(),
                new Bookkeeping());
        guard.watch(applier);
        if (settings.commitMode() == CommitMode.STRICT) {
            applier.enforceStrictOrder();
        }
        this.snapshots =
                subscriber == null ? null : new NodeSnapshots(settings, subscriber, applier, state, serializer);
        this.recovery = subscriber == null || store == null
                ? null
                : new SnapshotRecovery(
                        settings,
                        connection,
                        writeLock,
                        applier,
                        state,
                        serializer,
                        subscriber,
                        store,
                        crossing(guard, subscriber, snapshots, store),
                        this::replaced);
        this.backup = snapshots == null || subscriber == null
                ? null
                : new NodeBackup(
                        settings,
                        snapshots,
                        subscriber,
                        store,
                        new CompareAndSet(guard, subscriber),
                        changeSets,
                        applier,
                        state,
                        serializer,
                        interceptors);
        this.verification = subscriber == null
                ? null
                : new NodeVerification(settings, state, writeLock, relay, changeSets, serializer, subscriber, recovery);
        BaselineAnnouncement beginning =
                way == StartDecision.Way.BEGIN && snapshots != null && store != null && subscriber != null
                        ? new BaselineAnnouncement(
                                settings,
                                new CompareAndSet(guard, subscriber),
                                changeSets,
                                state,
                                connection,
                                snapshots,
                                subscriber,
                                store)
                        : null;
        this.join = new StreamJoin(
                settings,
                subscriber,
                applier,
                state,
                connection,
                writeLock,
                pending,
                relay,
                changeSets.publisher(),
                recovery,
                beginning);
        this.status = new NodeStatus(
                settings, guard, subscriber, state, applier, pending, join, recovery, verification, trouble);
        resources.push(lock);
        resources.push(connection);
        resources.push(relayConnection);
        resources.push(guard);
        resources.push(applier);
        if (subscriber != null) {
            resources.push(subscriber);
        }
        resources.push(relay);
        if (recovery != null) {
            resources.push(recovery);
        }
        resources.push(join);
        CommitLog log = settings.commitMode() == CommitMode.STRICT && !settings.readOnly()
                ? strictLog(application, serializer)
                : outboxLog(application, serializer);
        this.dataSource =
                new ReplicatingDataSource(
                        settings.pool(), settings.readOnly(), writeLock, catalog, log, settings.keys(), this);
    }

    private @Nullable HoleCrossing crossing(
            ChangeSetPublisher guarded,
            ChangeSetSubscriber source,
            @Nullable SnapshotSource snapshotSource,
            SnapshotStore store) {
        return snapshotSource == null || settings.readOnly() || !guarded.comparesAndSets()
                ? null
                : new HoleCrossing(
                        settings,
                        snapshotSource,
                        store,
                        source,
                        new CompareAndSet(guarded, source),
                        changeSets,
                        state,
                        this::joined);
    }

    private boolean joined() {
        return join.joined();
    }

    /** The age of what an earlier start left in the outbox is in its message. */
    private void noteOldest(OutboxTable outbox, ChangeSetSerializer serializer) throws SQLException {
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

    private CommitLog outboxLog(ChangeSetApplication application, ChangeSetSerializer serializer) {
        CommandPlacing placing = subscriber == null
                ? null
                : new CommandPlacing(
                        changeSets,
                        serializer,
                        publisher,
                        relay,
                        pending,
                        new SchemaBarrier(applier, state, pending),
                        application,
                        writerPause,
                        settings.publisherTimeout(),
                        status::whyNotStored);
        return new OutboxCommitLog(
                settings,
                changeSets,
                serializer,
                pending,
                relay,
                writerPause,
                publisher,
                placing,
                status::fate,
                status::whyNotStored);
    }

    private CommitLog strictLog(ChangeSetApplication application, ChangeSetSerializer serializer) {
        ChangeSetSubscriber source = subscriber;
        if (source == null || !publisher.comparesAndSets()) {
            throw new ReplicationStartException(
                    "ha.sqlite.commit-mode is strict, but "
                            + (source == null
                                    ? "this node has no ChangeSetSubscriber, so it does not learn what came first"
                                    : "the ChangeSetPublisher " + publisher
                                            + " cannot publish behind an expected sequence"),
                    "Choose another commit mode, or let the node replicate through NATS JetStream both ways.",
                    null);
        }
        if (pending.size() > 0) {
            throw new ReplicationStartException(
                    "ha.sqlite.commit-mode is strict, but " + pending.size() + " change sets of another commit mode are"
                            + " still in this database's outbox",
                    "Start this node once with the commit mode it had, until its outbox is empty.",
                    null);
        }
        StreamPosition position = new StreamPosition(applier, state, application);
        CompareAndSet stream = new CompareAndSet(publisher, source);
        resources.push(new StreamProbe(
                trouble,
                () -> publisher.isConnected() && join.joined(),
                writeLock,
                position,
                changeSets,
                new CompareAndSet(publisher, source)));
        return new StrictCommitLog(
                changeSets,
                publisher,
                new StrictPublishing(serializer, stream, settings.pool().path()),
                position,
                join::joined,
                settings.isolation(),
                settings.publisherTimeout(),
                status::wayOutOfHalt);
    }

    private void removeFromOutbox(OutboxTable outbox, long upTo) throws SQLException, InterruptedException {
        writeLock.await();
        try {
            outbox.deleteUpTo(upTo);
        } finally {
            writeLock.release();
        }
    }

    /** The database is another one now, and what is pending was put on top of it. */
    private void replaced(long pages, List<Pending> known) {
        for (Pending row : known) {
            pending.remove(row);
        }
        relay.echoed(pending.firstId() - 1);
        if (verification != null) {
            verification.replaced();
        }
        writeLock.committed(pages);
        catalog.changed();
    }

    @Override
    public <T> @Nullable T unwrap(Class<T> type) {
        if (type == DatabaseBackup.class) {
            return type.cast(backup);
        }
        if (type == NodeStatus.class) {
            return type.cast(status);
        }
        if (type == VerificationSource.class) {
            return type.cast(verification);
        }
        return type == SnapshotSource.class ? type.cast(snapshots) : null;
    }

    /** Follows what the applier commits. */
    private final class Bookkeeping implements Applier.AppliedListener {

        @Override
        public void committed(long pages, boolean schemaChanged) {
            writeLock.committed(pages);
            if (schemaChanged) {
                catalog.changed();
                writerPause.ends();
            }
        }

        @Override
        public void verify(String id, long sequence) {
            if (verification != null) {
                verification.reached(id, sequence);
            }
        }

        @Override
        public void pause(String id) {
            writerPause.begins(id);
        }

        @Override
        public void notPending(long counter) {
            changeSets.forged(counter);
        }

        @Override
        public void echoed(long outboxId) {
            relay.echoed(outboxId);
        }

        @Override
        public void conflict(Conflict conflict) {
            keyCollisions.see(conflict);
            dataSource.tell(conflict);
        }

        @Override
        public ChangeSet renumber(ChangeSet changeSet, long taken, int ahead) {
            return changeSets.renumbered(changeSet, taken, ahead);
        }

        @Override
        public void reissued(Pending row, ChangeSet changeSet, byte @Nullable [] message) {
            changeSets.used(changeSet.counter());
            if (message == null) {
                relay.committed(row);
            } else {
                relay.committed(row, changeSet, message);
            }
            relay.flush();
        }
    }

    @Override
    public boolean resume(boolean skipFailed) {
        return applier.isReset() ? followAgain() : applier.resume(skipFailed);
    }

    /** Looks at the stream once more that was taken for another one, and goes on if it is not. */
    private synchronized boolean followAgain() {
        ChangeSetSubscriber source = subscriber;
        if (source == null || applier.doubtfulReset() == null) {
            logger.warn("Replication cannot go on: {}", applier.halted());
            return false;
        }
        try {
            LocalDatabase local =
                    new LocalDatabase(LocalDatabase.Kind.JOINED, state.sequence(), state.streamCreatedNs(), "");
            String reset = StartDecision.reset(local, source.state());
            if (reset != null) {
                logger.warn("Replication cannot go on: {}", reset);
                return false;
            }
            source.stop();
            applier.notReset();
            source.start(state.sequence(), applier);
            return true;
        } catch (IOException e) {
            logger.warn("Replication cannot go on: {}", e.getMessage());
            return false;
        }
    }

    @Override
    public ReplicationStatus status() {
        return status.now();
    }

    /** Closes all but the pools, which the data source closes first. */
    @Override
    public void close() {
        sayFarewell();
        while (!resources.isEmpty()) {
            AutoCloseable resource = resources.pop();
            try {
                resource.close();
            } catch (Exception e) {
                logger.warn("Closing {} failed", resource, e);
            }
        }
    }

    /** Gives what is still in the outbox a moment to get out; it would go out at the next start, too. */
    private void sayFarewell() {
        if (pending.size() > 0 && publisher.isConnected() && applier.halted() == null) {
            try {
                relay.await(pending.nextId() - 1, FAREWELL_NANOS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
