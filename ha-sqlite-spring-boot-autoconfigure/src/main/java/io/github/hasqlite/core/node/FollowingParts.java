package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.CompareAndSet;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.snapshot.HoleCrossing;
import io.github.hasqlite.core.snapshot.NodeBackup;
import io.github.hasqlite.core.snapshot.NodeSnapshots;
import io.github.hasqlite.core.snapshot.SnapshotRecovery;
import io.github.hasqlite.core.verify.NodeVerification;
import java.util.function.BooleanSupplier;
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
    private final NodeBackup backup;
    private final NodeVerification verification;

    /**
     * Puts the parts together; none of them does anything yet.
     *
     * @param subscriber the transport's
     * @param listener told when the database has become another one
     * @param joined whether the node has been up with the stream since its start
     */
    FollowingParts(
            NodeSettings settings,
            Transport transport,
            ChangeSetSubscriber subscriber,
            LocalReplica replica,
            Applier applier,
            ChangeSetFactory changeSets,
            OutboxRelay relay,
            SnapshotRecovery.Listener listener,
            BooleanSupplier joined) {
        this.settings = settings;
        this.transport = transport;
        this.subscriber = subscriber;
        this.replica = replica;
        this.changeSets = changeSets;
        this.snapshots = new NodeSnapshots(settings, subscriber, applier, replica.state(), transport.serializer());
        SnapshotStore store = transport.snapshots();
        this.recovery = store == null
                ? null
                : new SnapshotRecovery(
                        settings,
                        replica.connection(),
                        replica.writeLock(),
                        applier,
                        replica.state(),
                        transport.serializer(),
                        subscriber,
                        store,
                        crossing(store, joined),
                        listener);
        this.backup = new NodeBackup(
                settings,
                snapshots,
                subscriber,
                store,
                stream(),
                changeSets,
                applier,
                replica.state(),
                transport.serializer(),
                transport.interceptors());
        this.verification = new NodeVerification(
                settings,
                replica.state(),
                replica.writeLock(),
                relay,
                changeSets,
                transport.serializer(),
                subscriber,
                recovery);
    }

    private CompareAndSet stream() {
        return new CompareAndSet(transport.publisher(), subscriber);
    }

    private @Nullable HoleCrossing crossing(SnapshotStore store, BooleanSupplier joined) {
        return settings.readOnly() || !transport.publisher().comparesAndSets()
                ? null
                : new HoleCrossing(
                        settings, snapshots, store, subscriber, stream(), changeSets, replica.state(), joined);
    }

    /** What makes this database what the stream's history begins with; {@code null} if it follows what is there. */
    @Nullable
    BaselineAnnouncement announcement(StartDecision.Way way) {
        SnapshotStore store = transport.snapshots();
        return way != StartDecision.Way.BEGIN || store == null
                ? null
                : new BaselineAnnouncement(
                        settings,
                        stream(),
                        changeSets,
                        replica.state(),
                        replica.connection(),
                        snapshots,
                        subscriber,
                        store);
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

    NodeBackup backup() {
        return backup;
    }

    /** The node as it is compared with others. */
    NodeVerification verification() {
        return verification;
    }
}
