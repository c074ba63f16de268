package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.CompareAndSet;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.snapshot.NodeSnapshots;
import io.github.hasqlite.core.snapshot.SnapshotRecovery;
import io.github.hasqlite.core.verify.NodeVerification;
import org.jspecify.annotations.Nullable;

/**
 * The parts that only a node has to which change sets come in: as what snapshots are taken of it, how it goes on
 * from one, its backups, and how it is compared with others.
 */
final class FollowingParts {

    private final NodeSettings settings;
    private final Transport transport;
    private final ChangeSetSubscriber subscriber;
    private final LocalReplica replica;
    private final ChangeSetFactory changeSets;
    private final NodeSnapshots snapshots;
    private final @Nullable SnapshotRecovery recovery;
    private final DatabaseBackup backup;
    private final NodeVerification verification;

    /**
     * Puts the parts together; none of them does anything yet.
     *
     * @param listener told when the database has become another one, and of snapshots
     */
    FollowingParts(
            NodeSettings settings,
            Transport transport,
            LocalReplica replica,
            Applier applier,
            ChangeSetFactory changeSets,
            OutboxRelay relay,
            NodeSnapshots.Listener listener) {
        this.settings = settings;
        this.transport = transport;
        this.subscriber = transport.incoming();
        this.replica = replica;
        this.changeSets = changeSets;
        this.snapshots = new NodeSnapshots(settings, transport, replica, applier, changeSets, listener);
        this.recovery = snapshots.recovery();
        this.backup = snapshots.backup();
        this.verification = new NodeVerification(settings, replica, relay, changeSets, transport, recovery);
    }

    /** What makes this database what the stream's history begins with; {@code null} if it follows what is there. */
    @Nullable
    BaselineAnnouncement announcement(StartDecision.Way way) {
        SnapshotStore store = transport.snapshots();
        return way != StartDecision.Way.BEGIN || store == null
                ? null
                : new BaselineAnnouncement(
                        settings,
                        new CompareAndSet(transport.publisher(), subscriber, settings.runtime()),
                        changeSets,
                        replica,
                        snapshots,
                        subscriber,
                        store);
    }

    /** Knows the stream that this database follows. */
    StreamIdentity identity() {
        return new StreamIdentity(subscriber, transport, settings.runtime());
    }

    /** Brings the change sets in. */
    ChangeSetSubscriber subscriber() {
        return subscriber;
    }

    /** The node as snapshots are taken of it. */
    NodeSnapshots snapshots() {
        return snapshots;
    }

    /** Lets the node go on where only a snapshot helps; {@code null} if there are none. */
    @Nullable
    SnapshotRecovery recovery() {
        return recovery;
    }

    DatabaseBackup backup() {
        return backup;
    }

    /** The node as it is compared with others. */
    NodeVerification verification() {
        return verification;
    }
}
