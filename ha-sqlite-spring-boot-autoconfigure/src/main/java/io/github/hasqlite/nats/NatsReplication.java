package io.github.hasqlite.nats;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.KeyBlocks;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the stream: connects, makes sure that the stream is there, and opens publisher and
 * subscriber on it. If no server can be reached yet, it keeps trying in the background; whether the
 * node can start without is decided when it joins the stream.
 */
public final class NatsReplication implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(NatsReplication.class);

    private final NatsLink link;
    private final ReplicationStream stream;
    private final NatsSettings settings;
    private final ReplicaGrowth replicas;

    private NatsReplication(NatsSettings settings, @Nullable ClusterProperties cluster) {
        this.settings = settings;
        this.link = new NatsLink(settings);
        this.stream = new ReplicationStream(link, cluster);
        this.replicas = new ReplicaGrowth(link);
    }

    /**
     * Connects, to read or to write in any cluster.
     *
     * @throws NatsStartException if a server answers, but cannot be used
     */
    public static NatsReplication connect(NatsSettings settings) {
        return connect(settings, null);
    }

    /**
     * Connects.
     *
     * @param cluster what all nodes have in common; {@code null} not to compare it
     * @throws io.github.hasqlite.ReplicationStartException if the stream is another cluster's
     * @throws NatsStartException if a server answers, but cannot be used
     */
    public static NatsReplication connect(NatsSettings settings, @Nullable ClusterProperties cluster) {
        NatsReplication nats = new NatsReplication(settings, cluster);
        try {
            nats.connect();
            nats.replicas.start();
            return nats;
        } catch (RuntimeException e) {
            nats.close();
            throw e;
        }
    }

    private void connect() {
        try {
            link.connect();
            stream.ensure();
        } catch (NatsStartException e) {
            if (!(e.reason() instanceof NatsStartException.Unreachable)) {
                throw e;
            }
            logger.warn("{}", e.getMessage());
            link.connectInBackground();
        } catch (IOException e) {
            logger.warn("{}", e.getMessage());
        }
    }

    /** A publisher to the stream. */
    public ChangeSetPublisher publisher() {
        return JetStreamPublisher.open(settings);
    }

    /** A subscriber to the stream. */
    public ChangeSetSubscriber subscriber() {
        return new JetStreamSubscriber(link, stream);
    }

    /** Where snapshots are kept: beside the stream. */
    public JetStreamSnapshotStore snapshotStore() {
        return JetStreamSnapshotStore.open(settings);
    }

    /** How the nodes tell each other their digests: beside the stream. */
    public DigestExchange digestExchange() {
        return JetStreamDigestExchange.open(settings);
    }

    /** Where this node's keys come from: beside the stream. */
    public KeyBlocks keyBlocks() {
        return new JetStreamKeyBlocks(link);
    }

    /** The version of the server this node is connected to, or an empty string. */
    public String serverVersion() {
        try {
            return stream.serverVersion();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        replicas.close();
        link.close();
    }
}
