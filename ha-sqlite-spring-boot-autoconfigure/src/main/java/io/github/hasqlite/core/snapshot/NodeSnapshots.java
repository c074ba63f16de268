package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.CompareAndSet;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.sqlite.OnlineCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** A node as snapshots are taken of it, and what else there is to do with them. Thread-safe. */
public final class NodeSnapshots implements SnapshotSource {

    private final NodeSettings settings;
    private final Transport transport;
    private final ChangeSetSubscriber subscriber;
    private final LocalReplica replica;
    private final Applier applier;
    private final AppliedState state;
    private final ChangeSetFactory changeSets;
    private final Listener listener;

    /** Told what becomes of the node's database and its snapshots. */
    public interface Listener extends SnapshotRecovery.Listener {

        /** The store has a snapshot that this node has taken. Must neither wait nor throw. */
        void taken(Snapshot snapshot);
    }

    /** Of a node to which change sets come in. */
    public NodeSnapshots(
            NodeSettings settings,
            Transport transport,
            LocalReplica replica,
            Applier applier,
            ChangeSetFactory changeSets,
            Listener listener) {
        this.settings = settings;
        this.transport = transport;
        this.subscriber = transport.incoming();
        this.replica = replica;
        this.applier = applier;
        this.state = replica.state();
        this.changeSets = changeSets;
        this.listener = listener;
    }

    /**
     * What takes snapshots at intervals, once it is started; to be closed before the node.
     *
     * @param store not closed
     * @param interval how long to wait between two snapshots; zero to take them only when asked
     * @param retention which snapshots are kept
     */
    public PeriodicSnapshotter snapshotter(SnapshotStore store, Duration interval, Retention retention) {
        return new PeriodicSnapshotter(this, store, interval, retention, settings.runtime());
    }

    /** Takes one now, and keeps it. */
    public void take(SnapshotStore store) throws IOException, SQLException {
        SnapshotFiles.take(this, store, settings.runtime());
    }

    /** The node's backups. */
    public DatabaseBackup backup() {
        return new NodeBackup(settings, this, transport, stream(), changeSets, applier, state);
    }

    /**
     * Lets the node go on where only a snapshot helps.
     *
     * @return {@code null} if there are none
     */
    public @Nullable SnapshotRecovery recovery() {
        SnapshotStore store = transport.snapshots();
        if (store == null) {
            return null;
        }
        HoleCrossing crossing = settings.readOnly() || !transport.publisher().comparesAndSets()
                ? null
                : new HoleCrossing(settings, this, store, subscriber, stream(), changeSets, state);
        return new SnapshotRecovery(settings, replica, applier, transport, store, crossing, listener);
    }

    private CompareAndSet stream() {
        return new CompareAndSet(transport.publisher(), subscriber, settings.runtime());
    }

    @Override
    public String node() {
        return settings.name();
    }

    @Override
    public long sequence() {
        return state.sequence();
    }

    @Override
    public long streamCreatedNs() {
        return state.streamCreatedNs();
    }

    @Override
    public long firstSequence() throws IOException {
        return subscriber.state().firstSequence();
    }

    @Override
    public void dropCovered(long streamCreatedNs, long sequence) throws IOException {
        subscriber.dropCovered(streamCreatedNs, sequence);
    }

    @Override
    public @Nullable String unfit() {
        if (state.streamCreatedNs() == 0) {
            return "it has not joined the stream yet";
        }
        if (state.deliveredFrom() > 0) {
            return "it does not have what was before message " + state.deliveredFrom()
                    + ", as ha.sqlite.deliver-policy said";
        }
        if (applier.deadLetters() > 0) {
            return "it has left change sets out, which are in ha_dead_letters";
        }
        if (!state.divergence().isEmpty()) {
            return "it differs from other nodes: " + state.divergence();
        }
        String halted = applier.halted();
        return halted == null ? null : "replication to it has stopped: " + halted;
    }

    @Override
    public void taken(Snapshot snapshot) {
        listener.taken(snapshot);
    }

    @Override
    public Path database() {
        return Path.of(settings.pool().path()).toAbsolutePath();
    }

    @Override
    public long copy(Path target) throws SQLException, IOException {
        boolean complete = false;
        try {
            try (SQLiteConnection connection = new DatabaseFile(settings.pool()).open()) {
                OnlineCopy.copy(connection, target);
            }
            try (CopiedDatabase copy = CopiedDatabase.open(settings, target, transport.serializer())) {
                copy.state().strip();
                complete = true;
                return copy.state().sequence();
            }
        } finally {
            if (!complete) {
                Files.deleteIfExists(target);
            }
        }
    }
}
