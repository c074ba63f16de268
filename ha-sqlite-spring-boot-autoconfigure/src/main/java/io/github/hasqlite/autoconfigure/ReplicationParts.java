package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.snapshot.PeriodicSnapshotter;
import io.github.hasqlite.core.snapshot.Retention;
import io.github.hasqlite.core.verify.ClusterVerifier;
import io.github.hasqlite.nats.ClusterProperties;
import io.github.hasqlite.nats.JetStreamLeader;
import io.github.hasqlite.nats.JetStreamMembers;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.NatsSettings;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes the parts of a database that replicates over NATS, as its properties say. None of them has begun to work. */
final class ReplicationParts {

    private final HaSqliteProperties properties;
    private final NodeProperties node;

    ReplicationParts(HaSqliteProperties properties, NodeProperties node) {
        this.properties = properties;
        this.node = node;
    }

    /**
     * Connects.
     *
     * @param settings how to reach the stream
     * @param primary whose connections may be shared; {@code null} for none
     */
    NatsReplication connect(NatsProperties nats, NatsSettings settings, @Nullable NatsReplication primary) {
        ClusterProperties cluster = properties.publisher().enabled()
                ? ClusterProperties.of(properties.commitMode(), properties.merge(), properties.rowIdentify())
                : ClusterProperties.ofReader(properties.merge(), properties.rowIdentify());
        String name = properties.members().enabled() ? node.name() : null;
        try (StartInterruption interruption = StartInterruption.ofThisThread()) {
            NatsSettings settled = nats.settled(settings);
            return primary == null
                    ? NatsReplication.connect(settled, cluster, name)
                    : primary.connectBeside(settled, cluster, name);
        }
    }

    PeriodicSnapshotter snapshotter(ReplicationNode started, SnapshotStore store) {
        Duration interval = properties.snapshotter().interval();
        return started.snapshots()
                .snapshotter(
                        store,
                        interval,
                        Retention.of(properties.snapshotter().keep(), interval, properties.streamMaxAge()));
    }

    ClusterVerifier verifier(ReplicationNode started, DigestExchange exchange, SnapshotStore store) {
        boolean asks = properties.publisher().enabled();
        return started.verification()
                .verifier(exchange, store, asks ? properties.verification().interval() : Duration.ZERO);
    }

    /** What this node says of itself. */
    ClusterMember member() {
        String version = HaSqliteDataSource.class.getPackage().getImplementationVersion();
        HaSqliteProperties.Embedded embedded = properties.nats().embedded();
        String server = embedded.name() == null ? node.name() : embedded.name();
        return new ClusterMember(
                node.name(),
                "",
                Instant.now(),
                node.address(),
                properties.commitMode(),
                !properties.publisher().enabled(),
                version == null ? "" : version,
                0,
                0,
                embedded.enabled() ? server : null,
                Duration.ZERO);
    }

    JetStreamMembers members(NatsReplication nats, ReplicationNode started) {
        return nats.members(
                member(), properties.members().age(), () -> started.dataSource().replicationStatus(), started::removal);
    }

    /** Who leads has to have what the others have: requests and jobs of the whole cluster come to it. */
    private @Nullable String unfit(ReplicationNode started) {
        if (!properties.publisher().enabled()) {
            return "it is a read replica";
        }
        ReplicationStatus status = started.dataSource().replicationStatus();
        if (status.divergence() != null) {
            return "it differs from other nodes: " + status.divergence();
        }
        return status.halted() != null ? status.halted() : status.bootstrap();
    }

    JetStreamLeader leader(NatsReplication nats, ReplicationNode started) {
        return nats.leader(
                node.name(),
                node.address(),
                () -> unfit(started),
                properties.leader().lease());
    }
}
