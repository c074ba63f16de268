package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.NatsReplication;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in one line what a node is that has started, and how it did. */
final class StartSummary {

    private static final Logger logger = LoggerFactory.getLogger(StartSummary.class);

    private final HaSqliteProperties properties;
    private final NodeProperties node;
    private final NatsReplication nats;

    StartSummary(HaSqliteProperties properties, NodeProperties node, NatsReplication nats) {
        this.properties = properties;
        this.node = node;
        this.nats = nats;
    }

    /** Says it when replication has been started, which may be later. */
    void logWhenStarted(ReplicationNode started) {
        started.whenStarted(() -> log(started));
    }

    private void log(ReplicationNode started) {
        boolean joined = started.hasJoined();
        String version = joined ? nats.serverVersion() : "";
        logger.info(
                "Node {} has started in {} ms: {}, {}, stream {} at {}{}, {} at {}",
                node.name(),
                node.age().toMillis(),
                node.location().path(),
                properties.publisher().enabled()
                        ? "commit mode " + properties.commitMode().name().toLowerCase(Locale.ROOT)
                        : "read replica",
                properties.stream(),
                nats.servers(),
                version.isEmpty() ? "" : " (nats-server " + version + ")",
                joined ? "caught up" : "which cannot be reached, so it goes on with what it has applied",
                started.dataSource().replicationStatus().appliedSequence());
    }
}
