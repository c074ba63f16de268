package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.CompareAndSet;
import io.github.hasqlite.core.commit.LastCommits;
import io.github.hasqlite.core.commit.LocalSchemaLog;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.OutboxCommitLog;
import io.github.hasqlite.core.commit.StrictCommitLog;
import io.github.hasqlite.core.commit.StrictPublishing;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.commit.WayOut;
import io.github.hasqlite.core.commit.WriterPause;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.replay.AppliedChangeSet;
import io.github.hasqlite.core.replay.AppliedListener;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.replay.SchemaBarrier;
import io.github.hasqlite.core.replay.StreamPosition;
import io.github.hasqlite.core.snapshot.NodeSnapshots;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a node that replicates, put together over its open database file: the outbox and its relay, the
 * applier, and what connects them with the stream.
 */
final class NodeParts implements AutoCloseable {

    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final NodeSettings settings;
    private final Transport transport;
    private final LocalReplica replica;
    private final Consumer<Conflict> conflicts;
    private final SchemaCatalog catalog = new SchemaCatalog();
    private final PublishHealth trouble;
    private final KeyCollisionAdvice keyCollisions = new KeyCollisionAdvice();
    private final ChangeSetFactory changeSets;
    private final OutboxRelay relay;
    private final WriterPause writerPause;
    private final Applier applier;
    private final @Nullable FollowingParts following;
    private final StreamJoin join;
    private final NodeStatus status;
    private final CommitLog commitLog;
    private final LastCommits commits = new LastCommits();
    private final NodePositions positions;
    private final EventDelivery events;
    private final @Nullable StreamProbe probe;
    private final Unpublished unpublished;
    private volatile boolean started;

    /**
     * Puts the parts together; none of them does anything yet.
     *
     * @param file not closed
     * @param conflicts told of conflicts that are committed, by the applier's thread
     * @throws ReplicationStartException if the commit mode is impossible with what there is
     * @throws SQLException if the database cannot be read
     */
    NodeParts(NodeSettings settings, Transport given, NodeFile file, Consumer<Conflict> conflicts) throws SQLException {
        this.settings = settings;
        this.trouble = new PublishHealth(settings.runtime());
        this.replica = file.replica();
        this.conflicts = conflicts;
        this.events = new EventDelivery(settings.name(), settings.runtime());
        ChangeSetSubscriber subscriber = given.subscriber();
        ResetGuard guard = new ResetGuard(given.publisher(), replica.state(), subscriber, trouble, settings);
        this.transport = given.with(guard);
        this.changeSets =
                new ChangeSetFactory(settings.name(), settings.pool().path(), replica.state(), settings.runtime());
        this.relay = new OutboxRelay(
                file.relayOutbox(),
                replica.pending(),
                this::removeFromOutbox,
                guard,
                given.serializer(),
                settings.runtime());
        this.writerPause = new WriterPause(changeSets, relay, replica.state(), replica.writeLock());
        this.applier = new Applier(
                replica, given.serializer(), given.interceptors(), settings.onApplyFailure(), new Bookkeeping());
        guard.watch(applier);
        applier.takeBackLeftovers();
        if (settings.commitMode() == CommitMode.STRICT) {
            applier.enforceStrictOrder();
            applier.commitsFirst(settings.isolation() == StrictIsolation.SNAPSHOT);
        }
        this.following = subscriber == null
                ? null
                : new FollowingParts(settings, transport, replica, applier, changeSets, relay, new Databases());
        this.join = new StreamJoin(settings, replica, applier, relay, changeSets.publisher(), following);
        this.status = new NodeStatus(settings, guard, trouble, replica, applier, join, following);
        this.unpublished = new Unpublished(settings, replica, relay, guard, applier, join, status);
        StreamPosition position = new StreamPosition(applier, replica);
        this.positions = new NodePositions(settings, replica, guard, relay, applier, position, commits);
        if (settings.commitMode() == CommitMode.STRICT && !settings.readOnly()) {
            CompareAndSet stream = strictStream();
            this.commitLog = local(strictLog(stream, position));
            this.probe = new StreamProbe(
                    trouble,
                    () -> guard.isConnected() && join.joined(),
                    replica.writeLock(),
                    position,
                    changeSets,
                    stream);
        } else {
            this.commitLog = local(outboxLog());
            this.probe = null;
        }
    }

    private CommitLog local(CommitLog log) {
        return settings.ddlSync() ? log : new LocalSchemaLog(log, replica, settings);
    }

    private CommitLog outboxLog() {
        SchemaBarrier barrier =
                following == null ? null : new SchemaBarrier(applier, replica.state(), replica.pending());
        return new OutboxCommitLog(
                settings,
                new WayOut(changeSets, replica, relay, transport, commits),
                writerPause,
                barrier,
                status::fate,
                status::whyNotStored);
    }

    /** The stream as commit mode {@code strict} needs it. */
    private CompareAndSet strictStream() {
        ChangeSetPublisher publisher = transport.publisher();
        ChangeSetSubscriber source = transport.subscriber();
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
        if (replica.pending().size() > 0) {
            throw new ReplicationStartException(
                    "ha.sqlite.commit-mode is strict, but "
                            + replica.pending().size() + " change sets of another commit mode are"
                            + " still in this database's outbox",
                    "Start this node once with the commit mode it had, until its outbox is empty.",
                    null);
        }
        return new CompareAndSet(publisher, source, settings.runtime());
    }

    private CommitLog strictLog(CompareAndSet stream, StreamPosition position) {
        return new StrictCommitLog(
                settings,
                changeSets,
                new StrictPublishing(
                        transport.serializer(), stream, settings.pool().path(), settings.runtime()),
                position,
                commits,
                join::joined,
                status::wayOutOfHalt);
    }

    private void removeFromOutbox(OutboxTable outbox, long upTo) throws SQLException, InterruptedException {
        replica.writeLock().await();
        try {
            outbox.deleteUpTo(upTo);
        } finally {
            replica.writeLock().release();
        }
    }

    /** The schema as committed. */
    SchemaCatalog catalog() {
        return catalog;
    }

    /** Where transactions go. */
    CommitLog commitLog() {
        return commitLog;
    }

    NodeStatus status() {
        return status;
    }

    /** What is committed here and not known to be in the stream. */
    Unpublished unpublished() {
        return unpublished;
    }

    /** Where this node is in the stream, and what it has committed. */
    ReplicationPosition positions() {
        return positions;
    }

    /** What reads the stream again. */
    HistoryParts histories() {
        return new HistoryParts(settings, transport, replica, positions, commitLog);
    }

    /** What there is only where change sets come in; otherwise {@code null}. */
    @Nullable
    FollowingParts following() {
        return following;
    }

    /**
     * Joins the stream now, or later if it cannot be reached and the database can be used without.
     *
     * @param way how the node goes on from what is in its file
     * @throws ReplicationStartException if it cannot, with what to do
     */
    void start(StartDecision.Way way) {
        join.start(way);
        if (probe != null) {
            probe.start();
        }
        started = true;
    }

    /** Whether it has joined, or will by itself when the stream can be reached. */
    boolean isStarted() {
        return started;
    }

    /** Whether it has caught up with the stream since its start; also if it does not follow it. */
    boolean hasJoined() {
        return following == null || join.joined();
    }

    /** Tells listeners what happens. */
    EventDelivery events() {
        return events;
    }

    /** Goes on after replication has stopped, as {@link io.github.hasqlite.core.jdbc.Replication#resume} says. */
    boolean resume(boolean skipFailed) {
        return applier.isReset() ? join.followAgain() : applier.resume(skipFailed);
    }

    /** This node was removed, or was let in again if {@code how} is {@code null}. */
    void removal(@Nullable String how) {
        applier.onRemoval(how);
    }

    // ---- what becomes of it

    /** Follows what becomes of the whole database. */
    private final class Databases implements NodeSnapshots.Listener {

        /** What is pending was put on top of it. */
        @Override
        public void replaced(long pages, List<Pending> known) {
            for (Pending row : known) {
                replica.pending().remove(row);
            }
            relay.echoed(replica.pending().firstId() - 1);
            if (following != null) {
                following.verification().replaced();
            }
            replica.writeLock().committed(pages);
            catalog.changed();
            events.replaced(replica.state().sequence());
        }

        @Override
        public void taken(Snapshot snapshot) {
            events.taken(snapshot);
        }
    }

    /** Follows what the applier commits. */
    private final class Bookkeeping implements AppliedListener {

        @Override
        public void committed(long pages, Effect effect) {
            if (effect == Effect.NOTES) {
                replica.writeLock().notesCommitted(pages);
                return;
            }
            replica.writeLock().committed(pages);
            if (effect == Effect.SCHEMA) {
                catalog.changed();
                writerPause.ends();
            }
        }

        @Override
        public void verify(String id, long sequence) {
            if (following != null) {
                following.verification().reached(id, sequence);
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
            conflicts.accept(conflict);
            events.conflict(conflict);
        }

        @Override
        public boolean followsChangeSets() {
            return events.followsChangeSets();
        }

        @Override
        public void applied(AppliedChangeSet applied) {
            events.applied(applied);
        }

        @Override
        public void halted(@Nullable String reason) {
            events.halted(reason);
        }

        @Override
        public ChangeSet renumber(ChangeSet changeSet, long taken, int ahead) {
            return changeSets.renumbered(changeSet, taken, ahead);
        }

        @Override
        public void reissued(Pending row, ChangeSet changeSet, byte @Nullable [] message) {
            changeSets.used(changeSet.counter());
            relay.committed(row, changeSet, message);
            relay.flush();
        }
    }

    /** Ends all parts, the publisher and the subscriber included. */
    @Override
    public void close() {
        positions.close();
        if (join.begun()) {
            sayFarewell();
        }
        Closing.quietly(probe);
        Closing.quietly(join);
        Closing.quietly(following == null ? null : following.recovery());
        Closing.quietly(relay);
        Closing.quietly(transport.subscriber());
        Closing.quietly(applier);
        Closing.quietly(events);
        Closing.quietly(transport.publisher());
    }

    /** Gives what is still in the outbox a moment to get out; it would go out at the next start, too. */
    private void sayFarewell() {
        boolean publishes = settings.commitMode() != CommitMode.STRICT || settings.readOnly();
        if (publishes
                && replica.pending().size() > 0
                && transport.publisher().isConnected()
                && applier.halted() == null) {
            try {
                relay.await(replica.pending().nextId() - 1, FAREWELL_NANOS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
