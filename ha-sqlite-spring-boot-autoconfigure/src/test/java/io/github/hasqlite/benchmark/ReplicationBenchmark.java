package io.github.hasqlite.benchmark;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.testing.DisconnectedPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.JetStream;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.springframework.util.FileSystemUtils;

/**
 * How fast a node is, beside plain HikariCP with sqlite-jdbc and beside the bare NATS client, in one
 * run on one machine, nats-server included. Arguments: the sections to run (reads, async, paused,
 * thousand, sync, strict, applier, latency; none for all). System properties: {@code rounds} (5), {@code
 * millis} (1500).
 */
public final class ReplicationBenchmark {

    private static final String TABLE =
            "CREATE TABLE IF NOT EXISTS sample(id INTEGER PRIMARY KEY, name TEXT, amount REAL, note TEXT, number INTEGER)";
    private static final String INSERT = "INSERT INTO sample(name, amount, note, number) VALUES(?,?,?,?)";
    private static final int READ_ROWS = 10_000;
    private static final int APPLIED = 200_000;

    private final Path folder;
    private final Rounds rounds = new Rounds(Integer.getInteger("rounds", 5), Long.getLong("millis", 1500));
    private int files;

    private ReplicationBenchmark(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        Set<String> sections = args.length == 0
                ? Set.of("reads", "async", "paused", "thousand", "sync", "strict", "applier", "latency")
                : Set.of(args);
        Path folder = Files.createTempDirectory("ha-sqlite-benchmark");
        try {
            ReplicationBenchmark benchmark = new ReplicationBenchmark(folder);
            if (sections.contains("reads")) {
                benchmark.reads();
            }
            if (sections.contains("async")) {
                benchmark.writes("async, one row", 1, false, 0.45, false);
            }
            if (sections.contains("paused")) {
                benchmark.writes("async, paused, one row", 1, false, 0.65, true);
            }
            if (sections.contains("thousand")) {
                benchmark.writes("async, 1,000 rows one by one", 1_000, false, 0.55, false);
                benchmark.writes("async, 1,000 rows as a batch", 1_000, true, 0.55, false);
            }
            if (sections.contains("sync")) {
                benchmark.sync(1, 0.65);
                benchmark.sync(16, 1.5);
            }
            if (sections.contains("strict")) {
                benchmark.strict();
                benchmark.snapshot();
            }
            if (sections.contains("applier")) {
                benchmark.applier();
            }
            if (sections.contains("latency")) {
                benchmark.latency();
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private Path file() {
        return folder.resolve("db" + ++files);
    }

    private HikariDataSource plain() throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:sqlite:" + file()
                + "?journal_mode=WAL&synchronous=NORMAL&cache_size=-16384&temp_store=MEMORY&busy_timeout=5000");
        HikariDataSource dataSource = new HikariDataSource(config);
        execute(dataSource, TABLE);
        return dataSource;
    }

    private TestNode node(NatsServer server, CommitMode mode, String name) {
        return TestNode.open(
                server.url(), file(), name, settings -> settings.with(to -> to.commitMode(mode)), List.of());
    }

    private static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    // ---- sections

    private void reads() throws Exception {
        try (NatsServer server = NatsServer.start();
                HikariDataSource plain = plain();
                TestNode node = node(server, CommitMode.ASYNC, "n1")) {
            node.execute(TABLE);
            for (DataSource each : List.of(plain, node.dataSource())) {
                insert(each, READ_ROWS, true);
            }
            rounds.compare(
                    "reads", "plain", t -> read(plain, false, t), "node", t -> read(node.dataSource(), false, t), 0.95);
            rounds.compare(
                    "reads, read-only transaction",
                    "plain",
                    t -> read(plain, false, t),
                    "node",
                    t -> read(node.dataSource(), true, t),
                    0.95);
        }
    }

    private static double read(DataSource dataSource, boolean readOnly, long millis) throws SQLException {
        long start = System.nanoTime();
        long end = start + millis * 1_000_000;
        long count = 0;
        long sum = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < 50; i++) {
                try (Connection connection = dataSource.getConnection()) {
                    if (readOnly) {
                        connection.setReadOnly(true);
                    }
                    try (PreparedStatement statement = connection.prepareStatement(
                            "SELECT id, name, amount, note, number FROM sample WHERE id = ?")) {
                        statement.setLong(1, count++ * 7919 % READ_ROWS + 1);
                        try (ResultSet rows = statement.executeQuery()) {
                            rows.next();
                            sum += rows.getLong(1) + rows.getString(2).length() + rows.getLong(5);
                        }
                    }
                }
            }
        }
        if (sum == 42) {
            System.out.println();
        }
        return count * 1e9 / (System.nanoTime() - start);
    }

    private void writes(String what, int rows, boolean batch, double target, boolean paused) throws Exception {
        try (NatsServer server = NatsServer.start();
                HikariDataSource plain = plain();
                TestNode node = node(server, CommitMode.ASYNC, "n1");
                HaSqliteDataSource alone = paused(NodeSettings.of("p", PoolSettings.of(file().toString())))) {
            execute(node.dataSource(), TABLE);
            execute(alone, TABLE);
            DataSource measured = paused ? alone : node.dataSource();
            rounds.compare(
                    what,
                    "plain",
                    t -> write(plain, rows, batch, t),
                    "node",
                    t -> {
                        double rate = write(measured, rows, batch, t);
                        if (!paused) {
                            drain(node);
                        }
                        return rate;
                    },
                    target);
        }
    }

    private static void drain(TestNode node) throws InterruptedException {
        long left = node.status().outboxLength();
        long start = System.nanoTime();
        while (node.status().outboxLength() > 0) {
            Thread.onSpinWait();
        }
        if (left > 5_000) {
            System.out.printf(
                    "  (%,d were still in the outbox, out after %d ms)%n",
                    left, (System.nanoTime() - start) / 1_000_000);
        }
    }

    private static HaSqliteDataSource paused(NodeSettings settings) throws SQLException {
        return ReplicationNode.replicating(
                        settings.with(to -> to.commitMode(CommitMode.ASYNC)),
                        Transport.of(new DisconnectedPublisher(), null))
                .start()
                .dataSource();
    }

    private static double write(DataSource dataSource, int rows, boolean batch, long millis) throws SQLException {
        long start = System.nanoTime();
        long end = start + millis * 1_000_000;
        long count = 0;
        while (System.nanoTime() < end) {
            insert(dataSource, rows, batch);
            count++;
        }
        return count * 1e9 / (System.nanoTime() - start);
    }

    private static void insert(DataSource dataSource, int rows, boolean batch) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
                for (int i = 0; i < rows; i++) {
                    statement.setString(1, "name of the row");
                    statement.setDouble(2, i * 1.5);
                    statement.setString(3, "a note that says something about it");
                    statement.setLong(4, i);
                    if (!batch) {
                        statement.executeUpdate();
                    } else {
                        statement.addBatch();
                    }
                }
                if (batch) {
                    statement.executeBatch();
                }
            }
            connection.commit();
        }
    }

    private void sync(int threads, double target) throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = node(server, CommitMode.SYNC, "n1");
                io.nats.client.Connection bare =
                        Nats.connect(new Options.Builder().server(server.url()).build())) {
            node.execute(TABLE);
            JetStream jetStream = bare.jetStream();
            byte[] message = new byte[300];
            rounds.compare(
                    "sync, " + threads + " thread" + (threads == 1 ? "" : "s"),
                    "bare publish, one at a time",
                    t -> publish(jetStream, message, t),
                    "node",
                    t -> parallel(threads, () -> write(node.dataSource(), 1, false, t)),
                    target);
        }
    }

    private static double publish(JetStream jetStream, byte[] message, long millis) throws Exception {
        long start = System.nanoTime();
        long end = start + millis * 1_000_000;
        long count = 0;
        while (System.nanoTime() < end) {
            jetStream.publish("ha_replication.bare", message);
            count++;
        }
        return count * 1e9 / (System.nanoTime() - start);
    }

    private void strict() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = node(server, CommitMode.STRICT, "n1");
                io.nats.client.Connection bare =
                        Nats.connect(new Options.Builder().server(server.url()).build())) {
            node.execute(TABLE);
            bare.jetStreamManagement()
                    .addStream(StreamConfiguration.builder()
                            .name("bare")
                            .storageType(StorageType.File)
                            .build());
            JetStream jetStream = bare.jetStream();
            byte[] message = new byte[300];
            AtomicLong last = new AtomicLong();
            rounds.compare(
                    "strict, 1 thread",
                    "bare compare-and-set",
                    t -> compareAndSet(jetStream, message, last, t),
                    "node",
                    t -> write(node.dataSource(), 1, false, t),
                    0.8);
        }
    }

    private static double compareAndSet(JetStream jetStream, byte[] message, AtomicLong last, long millis)
            throws Exception {
        long start = System.nanoTime();
        long end = start + millis * 1_000_000;
        long count = 0;
        while (System.nanoTime() < end) {
            PublishOptions expected =
                    PublishOptions.builder().expectedLastSequence(last.get()).build();
            last.set(jetStream.publish("bare", message, expected).getSeqno());
            count++;
        }
        return count * 1e9 / (System.nanoTime() - start);
    }

    /** Three nodes, each with a row of its own. */
    private void snapshot() throws Exception {
        int writers = 3;
        try (NatsServer server = NatsServer.start()) {
            List<TestNode> nodes = new ArrayList<>();
            try {
                for (int i = 0; i < writers; i++) {
                    nodes.add(TestNode.openStrict(
                            server,
                            file(),
                            "n" + i,
                            settings -> settings.with(to -> to.isolation(StrictIsolation.SNAPSHOT)),
                            publisher -> publisher));
                }
                nodes.get(0).execute("CREATE TABLE counter(id INTEGER PRIMARY KEY, n INTEGER)");
                nodes.get(0).execute("INSERT INTO counter VALUES(0, 0),(1, 0),(2, 0)");
                nodes.forEach(node -> nodes.get(0).awaitAppliedOn(node));
                AtomicLong failed = new AtomicLong();
                AtomicLong next = new AtomicLong();
                long millis = rounds.millis();
                double rate = parallel(writers, () -> {
                    int i = (int) next.getAndIncrement();
                    return increment(nodes.get(i).dataSource(), i, failed, millis);
                });
                double total = rate * millis / 1e3;
                System.out.printf(
                        Locale.ROOT,
                        "%-34s %,10.0f/s together   failed %.2f %%, wanted at most 1 %%%n",
                        "strict, snapshot, 3 writers",
                        rate,
                        100 * failed.get() / (total + failed.get()));
            } finally {
                nodes.forEach(TestNode::close);
            }
        }
    }

    private static double increment(DataSource dataSource, int row, AtomicLong failed, long millis)
            throws SQLException {
        long start = System.nanoTime();
        long end = start + millis * 1_000_000;
        long count = 0;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("UPDATE counter SET n = n + 1 WHERE id = " + row)) {
            connection.setAutoCommit(false);
            while (System.nanoTime() < end) {
                try {
                    update.executeUpdate();
                    connection.commit();
                    count++;
                } catch (SerializationFailureException e) {
                    failed.incrementAndGet();
                    connection.rollback();
                }
            }
        }
        return count * 1e9 / (System.nanoTime() - start);
    }

    private static double parallel(int threads, java.util.concurrent.Callable<Double> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Double>> results = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                results.add(pool.submit(work));
            }
            double sum = 0;
            for (Future<Double> result : results) {
                sum += result.get();
            }
            return sum;
        } finally {
            pool.shutdown();
        }
    }

    private void applier() throws Exception {
        try (NatsServer server = NatsServer.start()) {
            try (TestNode author = node(server, CommitMode.ASYNC, "n1")) {
                author.execute(TABLE);
                for (int i = 0; i < APPLIED; i++) {
                    insert(author.dataSource(), 1, false);
                }
                drain(author);
            }
            Rounds few = new Rounds(3, 0);
            few.compare(
                    "applying one-row change sets",
                    "bare ordered consumer",
                    t -> consume(server),
                    "node catching up",
                    t -> catchUp(server),
                    0.25);
        }
    }

    private double consume(NatsServer server) throws Exception {
        try (io.nats.client.Connection bare =
                Nats.connect(new Options.Builder().server(server.url()).build())) {
            AtomicLong count = new AtomicLong();
            CountDownLatch done = new CountDownLatch(1);
            long start = System.nanoTime();
            try (var consumer = bare.getStreamContext("ha_replication")
                    .createOrderedConsumer(new OrderedConsumerConfiguration().filterSubject("ha_replication.test"))
                    .consume(message -> {
                        if (count.incrementAndGet() == APPLIED) {
                            done.countDown();
                        }
                    })) {
                done.await();
                consumer.stop();
            }
            return APPLIED * 1e9 / (System.nanoTime() - start);
        }
    }

    private double catchUp(NatsServer server) throws Exception {
        long start = System.nanoTime();
        try (TestNode node = node(server, CommitMode.ASYNC, "n" + files)) {
            if (node.status().appliedSequence() < APPLIED) {
                throw new IllegalStateException("not caught up: " + node.status());
            }
            return APPLIED * 1e9 / (System.nanoTime() - start);
        }
    }

    private void latency() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = node(server, CommitMode.ASYNC, "n1");
                TestNode two = node(server, CommitMode.ASYNC, "n2");
                io.nats.client.Connection bare =
                        Nats.connect(new Options.Builder().server(server.url()).build())) {
            one.execute(TABLE);
            JetStream jetStream = bare.jetStream();
            byte[] message = new byte[300];
            List<Double> roundTrips = new ArrayList<>();
            List<Double> visible = new ArrayList<>();
            for (int i = 0; i < 6_000; i++) {
                long sequence = two.status().streamSequence();
                long start = System.nanoTime();
                insert(one.dataSource(), 1, false);
                while (two.status().appliedSequence() <= sequence) {
                    Thread.onSpinWait();
                }
                long end = System.nanoTime();
                long bareStart = System.nanoTime();
                jetStream.publish("ha_replication.bare", message);
                if (i >= 1_000) {
                    visible.add((end - start) / 1e3);
                    roundTrips.add((System.nanoTime() - bareStart) / 1e3);
                }
            }
            double trip = Rounds.median(roundTrips);
            double seen = Rounds.median(visible);
            System.out.printf(
                    Locale.ROOT,
                    "%-34s bare publish round trip %.0f us   commit to visible on another node %.0f us   ratio %.1f, wanted at most 15%n",
                    "latency, medians",
                    trip,
                    seen,
                    seen / trip);
        }
    }
}
