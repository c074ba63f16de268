package io.github.hasqlite.benchmark;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.snapshot.PeriodicSnapshotter;
import io.github.hasqlite.core.snapshot.Retention;
import io.github.hasqlite.nats.ClusterProperties;
import io.github.hasqlite.nats.JetStreamSnapshotStore;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Nats;
import io.nats.client.ObjectStore;
import io.nats.client.Options;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ObjectStoreConfiguration;
import io.nats.client.api.StorageType;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.util.FileSystemUtils;

/**
 * Snapshots of a large database and a long stream, each beside the bare client in one run: how fast a
 * node begins with a snapshot, how much a snapshot delays commits, how fast a node catches up. Run it with a
 * small heap ({@code -Xmx256m}): it prints the heap's peak. System properties: {@code megabytes} (1024),
 * {@code messages} (1000000), {@code rounds} (3).
 */
public final class SnapshotBenchmark {

    private static final int MEGABYTES = Integer.getInteger("megabytes", 1_024);
    private static final int MESSAGES = Integer.getInteger("messages", 1_000_000);
    private static final int ROUNDS = Integer.getInteger("rounds", 3);

    private static final double MIB = 1 << 20;
    private static final double NANOS = 1e9;
    private static final int BATCH = 500;

    private final NatsServer server;
    private final Path folder;

    private SnapshotBenchmark(NatsServer server, Path folder) {
        this.server = server;
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("ha-sqlite-snapshots");
        try (NatsServer server = NatsServer.start()) {
            SnapshotBenchmark benchmark = new SnapshotBenchmark(server, folder);
            if (MEGABYTES > 0) {
                benchmark.snapshots();
            }
            if (MESSAGES > 0) {
                benchmark.catchingUp();
            }
            long peak = 0;
            for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
                peak += pool.getType() == MemoryType.HEAP ? pool.getPeakUsage().getUsed() : 0;
            }
            System.out.printf(
                    Locale.ROOT,
                    "heap: at most %.0f MB used, of %.0f%n",
                    peak / MIB,
                    Runtime.getRuntime().maxMemory() / MIB);
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void snapshots() throws Exception {
        Path origin = folder.resolve("origin.db");
        fill(origin);
        long bytes = Files.size(origin);
        try (Node one = new Node("n1", "snapshots", origin, true)) {
            List<Double> bare = new ArrayList<>();
            List<Double> ours = new ArrayList<>();
            for (int i = -1; i < ROUNDS; i++) {
                double b = bare(origin, bytes);
                double o = bootstrap(bytes);
                if (i >= 0) {
                    bare.add(b);
                    ours.add(o);
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "bootstrap of %.0f MB: object store, bare client %.0f MB/s, node %.0f MB/s, ratio %.2f, wanted 0.33%n",
                    bytes / MIB,
                    Rounds.median(bare),
                    Rounds.median(ours),
                    Rounds.median(ours) / Rounds.median(bare));
            commits(one);
        }
    }

    /** Half of each row can be compressed, half cannot. */
    private static void fill(Path file) throws SQLException {
        Random random = new Random(1);
        byte[] blob = new byte[500];
        String text = "what is in most rows of most databases ".repeat(13);
        try (java.sql.Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, a BLOB, b TEXT)");
            statement.executeUpdate("CREATE TABLE w(id INTEGER PRIMARY KEY, v)");
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t(a, b) VALUES(?,?)")) {
                for (int i = 0; i < MEGABYTES * 1_000; i++) {
                    random.nextBytes(blob);
                    insert.setBytes(1, blob);
                    insert.setString(2, text);
                    insert.executeUpdate();
                }
            }
            connection.commit();
        }
    }

    /** Quietly: the object store's flow control would be logged each time. */
    private Connection connect() throws Exception {
        return Nats.connect(Options.builder()
                .server(server.url())
                .errorListener(new ErrorListener() {})
                .build());
    }

    private double bare(Path file, long bytes) throws Exception {
        try (Connection connection = connect()) {
            String name = "bare";
            connection
                    .objectStoreManagement()
                    .create(ObjectStoreConfiguration.builder(name)
                            .storageType(StorageType.File)
                            .build());
            ObjectStore store = connection.objectStore(name);
            try (InputStream in = Files.newInputStream(file)) {
                store.put("file", in);
            }
            Path target = folder.resolve("bare.db");
            long start = System.nanoTime();
            try (OutputStream out = Files.newOutputStream(target)) {
                store.get("file", out);
            }
            double rate = bytes / MIB / ((System.nanoTime() - start) / NANOS);
            Files.delete(target);
            connection.objectStoreManagement().delete(name);
            return rate;
        }
    }

    private double bootstrap(long bytes) throws Exception {
        Path file = folder.resolve("n2.db");
        long start = System.nanoTime();
        Node two = new Node("n2", "snapshots", file, true);
        double rate = bytes / MIB / ((System.nanoTime() - start) / NANOS);
        two.close();
        for (String suffix : List.of("", "-wal", "-shm", "-ha-lock")) {
            Files.deleteIfExists(Path.of(file + suffix));
        }
        return rate;
    }

    private void commits(Node one) throws Exception {
        List<Long> calm = new ArrayList<>();
        List<Long> busy = new ArrayList<>();
        AtomicBoolean taking = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            try (java.sql.Connection connection = one.dataSource.getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO w(v) VALUES(?)")) {
                while (!done.get()) {
                    boolean during = taking.get();
                    long start = System.nanoTime();
                    insert.setLong(1, start);
                    insert.executeUpdate();
                    (during ? busy : calm).add(System.nanoTime() - start);
                    Thread.sleep(1);
                }
            } catch (SQLException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        writer.start();
        try (PeriodicSnapshotter snapshotter =
                one.node.snapshots().snapshotter(one.store, Duration.ZERO, new Retention(1, Duration.ofDays(1)))) {
            for (int i = 0; i < ROUNDS; i++) {
                Thread.sleep(3_000);
                long start = System.nanoTime();
                taking.set(true);
                snapshotter.takeSnapshot();
                taking.set(false);
                System.out.printf(Locale.ROOT, "  snapshot in %.1f s%n", (System.nanoTime() - start) / NANOS);
            }
        } finally {
            done.set(true);
            writer.join();
        }
        System.out.printf(
                Locale.ROOT,
                "commit, async: p50 %.2f p99 %.2f ms without, p50 %.2f p99 %.2f max %.0f ms during a snapshot;"
                        + " wanted: less than 20 ms more at p99%n",
                percentile(calm, 50),
                percentile(calm, 99),
                percentile(busy, 50),
                percentile(busy, 99),
                percentile(busy, 100));
    }

    private static double percentile(List<Long> nanos, int percent) {
        List<Long> sorted = new ArrayList<>(nanos);
        Collections.sort(sorted);
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100)) / 1e6;
    }

    private void catchingUp() throws Exception {
        try (Node author = new Node("n1", "catch", folder.resolve("author.db"), false)) {
            try (java.sql.Connection connection = author.dataSource.getConnection();
                    Statement statement = connection.createStatement();
                    PreparedStatement insert = author(connection, statement)) {
                for (int i = 0; i < MESSAGES; i++) {
                    insert.setString(1, "what is in most rows " + i);
                    insert.setLong(2, i);
                    insert.executeUpdate();
                }
            }
            while (author.dataSource.replicationStatus().outboxLength() > 0) {
                Thread.sleep(50);
            }
        }
        List<Double> bare = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            bare.add(consume());
            ours.add(catchUp(i));
        }
        System.out.printf(
                Locale.ROOT,
                "catching up on %,d change sets: bare client %,.0f/s, node %,.0f/s, ratio %.2f, wanted 0.25%n",
                MESSAGES,
                Rounds.median(bare),
                Rounds.median(ours),
                Rounds.median(ours) / Rounds.median(bare));
    }

    private static PreparedStatement author(java.sql.Connection connection, Statement statement) throws SQLException {
        statement.executeUpdate("CREATE TABLE c(id INTEGER PRIMARY KEY, a TEXT, b INTEGER)");
        return connection.prepareStatement("INSERT INTO c(a, b) VALUES(?,?)");
    }

    private double consume() throws Exception {
        try (Connection connection = connect()) {
            JetStreamSubscription subscription = connection
                    .jetStream()
                    .subscribe(
                            "ha_replication.catch",
                            PullSubscribeOptions.builder()
                                    .configuration(ConsumerConfiguration.builder()
                                            .ackPolicy(AckPolicy.None)
                                            .build())
                                    .build());
            long start = System.nanoTime();
            int count = 0;
            while (count < MESSAGES) {
                count += subscription.fetch(BATCH, Duration.ofSeconds(5)).size();
            }
            return count / ((System.nanoTime() - start) / NANOS);
        }
    }

    private double catchUp(int round) throws Exception {
        long start = System.nanoTime();
        try (Node two = new Node("n2", "catch", folder.resolve("reader-" + round + ".db"), false)) {
            double rate = MESSAGES / ((System.nanoTime() - start) / NANOS);
            if (two.dataSource.replicationStatus().appliedSequence() < MESSAGES) {
                throw new IllegalStateException("did not catch up");
            }
            return rate;
        }
    }

    /** A node with a store of its own. */
    private final class Node implements AutoCloseable {

        final ReplicationNode node;
        final HaSqliteDataSource dataSource;
        final JetStreamSnapshotStore store;
        private final NatsReplication nats;

        Node(String name, String replicationId, Path file, boolean snapshots) throws SQLException {
            NatsSettings settings = NatsSettings.of(server.url(), replicationId)
                    .with(to -> to.stream("ha_replication").subject("ha_replication." + replicationId));
            NodeSettings own =
                    NodeSettings.of(name, PoolSettings.of(file.toString())).with(to -> to.commitMode(CommitMode.ASYNC));
            nats = NatsReplication.connect(
                    settings, ClusterProperties.of(own.commitMode(), own.merge(), own.rowIdentify()));
            store = nats.snapshotStore();
            node = ReplicationNode.replicating(
                    own,
                    new Transport(
                            nats.publisher(),
                            nats.subscriber(),
                            snapshots ? store : null,
                            new JsonChangeSetSerializer(),
                            List.of()));
            dataSource = node.start().dataSource();
        }

        @Override
        public void close() {
            dataSource.close();
            store.close();
            nats.close();
        }
    }
}
