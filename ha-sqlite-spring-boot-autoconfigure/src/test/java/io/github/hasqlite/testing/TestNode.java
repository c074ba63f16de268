package io.github.hasqlite.testing;

import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.snapshot.PeriodicSnapshotter;
import io.github.hasqlite.core.snapshot.Retention;
import io.github.hasqlite.core.verify.ClusterVerifier;
import io.github.hasqlite.nats.ClusterProperties;
import io.github.hasqlite.nats.JetStreamSnapshotStore;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.NatsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A node for tests: a real file, a real stream. */
public final class TestNode implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final NatsReplication nats;
    private final ReplicationNode node;
    private @Nullable PeriodicSnapshotter snapshotter;
    private @Nullable SnapshotStore ownStore;
    private @Nullable DigestExchange ownExchange;
    private @Nullable ClusterVerifier verifier;

    private TestNode(NatsReplication nats, ReplicationNode node) {
        this.nats = nats;
        this.node = node;
    }

    /**
     * Opens a node in {@code async} mode whose snapshots are beside the stream, and which takes some and takes part
     * in verifications.
     *
     * @param snapshotInterval zero for only when told to
     */
    public static TestNode open(
            String url, Path file, String name, Duration snapshotInterval, UnaryOperator<NodeSettings> customizer)
            throws SQLException {
        JetStreamSnapshotStore store = JetStreamSnapshotStore.open(NatsSettings.of(url, "test"));
        TestNode node;
        try {
            node = open(url, file, name, async(customizer), List.of(), UnaryOperator.identity(), store);
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
        node.ownStore = store;
        node.snapshotter =
                node.node.snapshots().snapshotter(store, snapshotInterval, new Retention(2, Duration.ofDays(1)));
        node.snapshotter.start();
        DigestExchange exchange = node.digestExchange();
        node.ownExchange = exchange;
        node.verifier = node.node.verification().verifier(exchange, store, Duration.ZERO);
        node.verifier.start();
        return node;
    }

    private static UnaryOperator<NodeSettings> async(UnaryOperator<NodeSettings> customizer) {
        return settings -> customizer.apply(settings.with(to -> to.commitMode(CommitMode.ASYNC)));
    }

    /** Opens a node in {@code async} mode. */
    public static TestNode open(NatsServer server, Path file, String name) {
        return open(server.url(), file, name, async(UnaryOperator.identity()), List.of());
    }

    /** Opens a node in a mode of the test's choice. */
    public static TestNode open(NatsServer server, Path file, String name, CommitMode mode) {
        return open(server.url(), file, name, settings -> settings.with(to -> to.commitMode(mode)), List.of());
    }

    /** Opens a node with snapshots, in {@code async} mode. */
    public static TestNode open(NatsServer server, Path file, String name, SnapshotStore store) {
        return open(server, file, name, store, UnaryOperator.identity());
    }

    /** Opens a node with snapshots and settings of the test's own, in {@code async} mode. */
    public static TestNode open(
            NatsServer server, Path file, String name, SnapshotStore store, UnaryOperator<NodeSettings> customizer) {
        return open(server.url(), file, name, async(customizer), List.of(), UnaryOperator.identity(), store);
    }

    /** Opens a node with settings of the test's own. */
    public static TestNode open(
            String url,
            Path file,
            String name,
            UnaryOperator<NodeSettings> customizer,
            List<ChangeSetInterceptor> interceptors) {
        return open(url, file, name, customizer, interceptors, UnaryOperator.identity());
    }

    /** Opens a node in {@code strict} mode, serializable, with group commit and a timeout that suits tests. */
    public static TestNode openStrict(NatsServer server, Path file, String name) {
        return openStrict(server, file, name, UnaryOperator.identity(), UnaryOperator.identity());
    }

    /** Opens a node in {@code strict} mode with settings and a way to publish of the test's own. */
    public static TestNode openStrict(
            NatsServer server,
            Path file,
            String name,
            UnaryOperator<NodeSettings> customizer,
            UnaryOperator<ChangeSetPublisher> publishing) {
        return open(
                server.url(),
                file,
                name,
                settings -> customizer.apply(settings.with(to -> to.commitMode(CommitMode.STRICT))
                        .with(to -> to.publisherTimeout(Duration.ofSeconds(10)))),
                List.of(),
                publishing);
    }

    private static TestNode open(
            String url,
            Path file,
            String name,
            UnaryOperator<NodeSettings> customizer,
            List<ChangeSetInterceptor> interceptors,
            UnaryOperator<ChangeSetPublisher> publishing) {
        return open(url, file, name, customizer, interceptors, publishing, null);
    }

    /** Opens a node with everything of the test's own. */
    public static TestNode open(
            String url,
            Path file,
            String name,
            UnaryOperator<NodeSettings> customizer,
            List<ChangeSetInterceptor> interceptors,
            UnaryOperator<ChangeSetPublisher> publishing,
            @Nullable SnapshotStore store) {
        return open(url, file, name, customizer, interceptors, publishing, store, PATIENCE, UnaryOperator.identity());
    }

    /** Opens a node in {@code async} mode with a stream of the test's own. */
    public static TestNode openOn(
            String url, Path file, String name, UnaryOperator<NatsSettings> stream, @Nullable SnapshotStore store) {
        return open(
                url,
                file,
                name,
                async(UnaryOperator.identity()),
                List.of(),
                UnaryOperator.identity(),
                store,
                PATIENCE,
                stream);
    }

    /** Opens a node with settings, a way to publish and a stream of the test's own. */
    public static TestNode openWith(
            String url,
            Path file,
            String name,
            UnaryOperator<NodeSettings> customizer,
            UnaryOperator<ChangeSetPublisher> publishing,
            UnaryOperator<NatsSettings> stream) {
        return open(url, file, name, customizer, List.of(), publishing, null, PATIENCE, stream);
    }

    /** Opens a node that waits for the stream's acknowledgements as long as an application's node does. */
    public static TestNode openPatient(String url, Path file, String name, UnaryOperator<NodeSettings> customizer) {
        return open(
                url,
                file,
                name,
                customizer,
                List.of(),
                UnaryOperator.identity(),
                null,
                Duration.ofSeconds(15),
                UnaryOperator.identity());
    }

    /**
     * Opens a node whose stream is on all servers of a cluster.
     *
     * @param timeout how long a commit waits for the stream, and its publisher for an acknowledgement
     */
    public static TestNode open(NatsCluster cluster, Path file, String name, CommitMode mode, Duration timeout) {
        return open(
                cluster.server(0).url(),
                file,
                name,
                settings -> settings.with(to -> to.commitMode(mode)).with(to -> to.publisherTimeout(timeout)),
                List.of(),
                UnaryOperator.identity(),
                null,
                timeout,
                settings -> settings.with(to -> to.replicas(cluster.size())));
    }

    /**
     * Opens a node that gives rows keys from blocks of its own.
     *
     * @param blockSize how many numbers a block has at least
     */
    public static TestNode openWithKeys(String url, Path file, String name, CommitMode mode, int blockSize) {
        return open(
                url,
                file,
                name,
                settings -> settings.with(to -> to.commitMode(mode)),
                List.of(),
                UnaryOperator.identity(),
                null,
                PATIENCE,
                UnaryOperator.identity(),
                blockSize);
    }

    private static TestNode open(
            String url,
            Path file,
            String name,
            UnaryOperator<NodeSettings> customizer,
            List<ChangeSetInterceptor> interceptors,
            UnaryOperator<ChangeSetPublisher> publishing,
            @Nullable SnapshotStore store,
            Duration patience,
            UnaryOperator<NatsSettings> stream) {
        return open(url, file, name, customizer, interceptors, publishing, store, patience, stream, 0);
    }

    private static TestNode open(
            String url,
            Path file,
            String name,
            UnaryOperator<NodeSettings> customizer,
            List<ChangeSetInterceptor> interceptors,
            UnaryOperator<ChangeSetPublisher> publishing,
            @Nullable SnapshotStore store,
            Duration patience,
            UnaryOperator<NatsSettings> stream,
            int blockSize) {
        NatsSettings natsSettings = stream.apply(NatsSettings.of(url, "test")
                .with(to -> to.connectTimeout(PATIENCE).publishTimeout(patience)));
        NodeSettings settings = customizer.apply(
                NodeSettings.of(name, PoolSettings.of(file.toString())).with(to -> to.groupCommit(true)));
        NatsReplication nats = NatsReplication.connect(
                natsSettings,
                settings.readOnly()
                        ? ClusterProperties.ofReader(settings.merge(), settings.rowIdentify())
                        : ClusterProperties.of(settings.commitMode(), settings.merge(), settings.rowIdentify()));
        try {
            ReplicationNode node = ReplicationNode.replicating(
                    blockSize == 0
                            ? settings
                            : settings.with(to -> to.keys(new KeySettings(nats.keyBlocks(), blockSize))),
                    new Transport(
                            publishing.apply(nats.publisher()),
                            nats.subscriber(),
                            store,
                            new JsonChangeSetSerializer(),
                            interceptors));
            return new TestNode(nats, node.start());
        } catch (SQLException | RuntimeException | Error e) {
            nats.close();
            throw e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
        }
    }

    /** A way to exchange digests with the other nodes; to be closed. */
    public DigestExchange digestExchange() {
        return nats.digestExchange();
    }

    /** The node itself. */
    public ReplicationNode node() {
        return node;
    }

    public HaSqliteDataSource dataSource() {
        return node.dataSource();
    }

    public ReplicationStatus status() {
        return dataSource().replicationStatus();
    }

    /** Takes a snapshot of this node now, and keeps it and the one before. */
    public Snapshot takeSnapshot(SnapshotStore store) throws IOException, SQLException {
        try (PeriodicSnapshotter taking =
                node.snapshots().snapshotter(store, Duration.ZERO, new Retention(2, Duration.ofHours(1)))) {
            return taking.takeSnapshot();
        }
    }

    /** Takes snapshots of this node; only of one that was opened so. */
    public DatabaseSnapshotter snapshotter() {
        return Objects.requireNonNull(snapshotter);
    }

    /** Compares this node with the others; only of one that was opened so. */
    public DatabaseVerifier verifier() {
        return Objects.requireNonNull(verifier);
    }

    /** Runs a script in auto-commit mode. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** The rows of a query, each as its values joined by a bar. */
    public List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    values.add(result.getString(i));
                }
                rows.add(String.join("|", values));
            }
        }
        return rows;
    }

    /** Waits until this node's outbox is empty and {@code other} has applied all that this one has. */
    public void awaitAppliedOn(TestNode other) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(60))
                .until(() ->
                        status().outboxLength() == 0 && other.status().appliedSequence() >= status().appliedSequence());
    }

    @Override
    public void close() {
        try (nats) {
            if (verifier != null) {
                verifier.close();
            }
            if (ownExchange != null) {
                ownExchange.close();
            }
            if (snapshotter != null) {
                snapshotter.close();
            }
            node.close();
            if (ownStore != null) {
                ownStore.close();
            }
        }
    }
}
