package io.github.hasqlite.nats;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.ReplicationStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
    private final @Nullable String node;
    private final ReplicaGrowth replicas;
    private final NatsLines lines;

    /** For what must not queue behind change sets; {@code null} as long as nobody needs it. */
    private @Nullable NatsLink beside;

    private NatsReplication(
            NatsSettings settings, @Nullable ClusterProperties cluster, @Nullable String node, NatsLines lines) {
        this.node = node;
        this.lines = lines;
        this.settings = settings;
        this.link = new NatsLink(settings);
        this.stream = new ReplicationStream(link, cluster, node);
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
        return connect(settings, cluster, null);
    }

    /**
     * Connects as a node of the cluster.
     *
     * @param cluster what all nodes have in common; {@code null} not to compare it
     * @param node this node's name, which no other may have; {@code null} not to ask for that
     * @throws io.github.hasqlite.ReplicationStartException if the stream is another cluster's, this node was removed from
     *     it, or another one of its name is running
     * @throws NatsStartException if a server answers, but cannot be used
     */
    public static NatsReplication connect(
            NatsSettings settings, @Nullable ClusterProperties cluster, @Nullable String node) {
        return connect(new NatsReplication(settings, cluster, node, new NatsLines()));
    }

    /**
     * Connects as a node of another database of the same application. What is in nobody's way goes over the connections of
     * this one, where servers and credentials are the same.
     *
     * @param other where the other database's stream is
     * @param cluster what all nodes of that database have in common
     * @param name this node's name, or {@code null} as in {@link #connect(NatsSettings, ClusterProperties, String)}
     * @throws io.github.hasqlite.ReplicationStartException as there
     * @throws NatsStartException as there
     */
    public NatsReplication connectBeside(
            NatsSettings other, @Nullable ClusterProperties cluster, @Nullable String name) {
        return connect(new NatsReplication(other, cluster, name, lines));
    }

    private static NatsReplication connect(NatsReplication nats) {
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
            if (node != null) {
                new Admission(link).checkNameIsFree(node);
            }
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
        return JetStreamSnapshotStore.open(settings, lines);
    }

    /** How the nodes tell each other their digests: beside the stream. */
    public DigestExchange digestExchange() {
        return JetStreamDigestExchange.open(settings, lines);
    }

    /** Where this node's keys come from: beside the stream. */
    public KeyBlocks keyBlocks() {
        return new JetStreamKeyBlocks(link);
    }

    /**
     * The members of the cluster; to be closed before this.
     *
     * @param description what this node is; its positions come from {@code status}
     * @param age after which silence a member is gone, at least 1 s
     * @param status how this node is doing; must not wait
     * @param removal told how this node was removed, and {@code null} when it was let in again
     */
    public JetStreamMembers members(
            ClusterMember description,
            Duration age,
            Supplier<ReplicationStatus> status,
            Consumer<@Nullable String> removal) {
        return new JetStreamMembers(beside(), description, age, status, removal);
    }

    /**
     * The leader of the cluster; to be closed before this.
     *
     * @param name this node's name
     * @param address where it can be reached, or {@code null}
     * @param unfit why this node must not lead now, or {@code null} if it may; asked often, so it must be cheap
     * @param lease how long it leads after it was heard last, at least 1 s
     */
    public JetStreamLeader leader(
            String name, @Nullable String address, Supplier<@Nullable String> unfit, Duration lease) {
        return new JetStreamLeader(beside(), name, address, unfit, lease);
    }

    private synchronized NatsLink beside() {
        NatsLink made = beside;
        if (made == null) {
            made = lines.link(settings, "members");
            made.connectInBackground();
            beside = made;
        }
        return made;
    }

    /** The URLs of the servers as they are configured, without secrets. */
    public String servers() {
        return settings.maskedServers();
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
        synchronized (this) {
            if (beside != null) {
                beside.close();
            }
        }
        replicas.close();
        link.close();
    }
}
