package io.github.hasqlite.benchmark.report;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/** What is done again and again, on every side alike. */
final class Workload {

    private static final double NANOS = 1e9;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** What a change set of one such row takes in the stream, about. */
    private static final int MESSAGE = 400;

    private static final String COLUMNS = "(id INTEGER PRIMARY KEY, name TEXT, amount REAL, note TEXT, number INTEGER)";

    private Workload() {}

    /** Something that takes a moment. */
    interface Step {
        void run() throws Exception;
    }

    /** sqlite-jdbc behind HikariCP with the settings that a node has. */
    static HikariDataSource plain(Path file) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:sqlite:" + file
                + "?journal_mode=WAL&synchronous=NORMAL&cache_size=-16384&temp_store=MEMORY&busy_timeout=30000"
                + "&transaction_mode=IMMEDIATE");
        HikariDataSource dataSource = new HikariDataSource(config);
        createTable(dataSource, "sample");
        return dataSource;
    }

    static void createTable(DataSource dataSource, String name) throws SQLException {
        try (java.sql.Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS " + name + COLUMNS);
        }
    }

    /** One row in a transaction of its own. */
    static void insert(DataSource dataSource, String table) throws SQLException {
        insert(dataSource, table, 1, "a note that says something about it");
    }

    /** Several rows in a transaction, as a batch. */
    static void insert(DataSource dataSource, String table, int rows, String note) throws SQLException {
        try (java.sql.Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(
                    "INSERT INTO " + table + "(name, amount, note, number) VALUES(?,?,?,?)")) {
                for (int row = 0; row < rows; row++) {
                    statement.setString(1, "name of the row");
                    statement.setDouble(2, row * 1.5);
                    statement.setString(3, note);
                    statement.setLong(4, row);
                    statement.addBatch();
                }
                statement.executeBatch();
            }
            connection.commit();
        }
    }

    static void read(DataSource dataSource, long id) throws SQLException {
        try (java.sql.Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT name, number FROM sample WHERE id = ?")) {
            statement.setLong(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
            }
        }
    }

    /** How often a second so many threads together do it. */
    static double rate(int threads, long millis, Step step) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            AtomicLong done = new AtomicLong();
            long start = System.nanoTime();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    while (System.nanoTime() - start < millis * NANOS_PER_MILLI) {
                        step.run();
                        done.incrementAndGet();
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            return done.get() * NANOS / (System.nanoTime() - start);
        } finally {
            pool.shutdownNow();
        }
    }

    /** The client library alone, with a stream of its own. */
    static final class Bare implements AutoCloseable {

        private final Connection connection;
        private final JetStream jetStream;
        private final byte[] message = new byte[MESSAGE];
        private final AtomicLong last = new AtomicLong();

        Bare(Servers.Running servers) throws Exception {
            connection =
                    Nats.connect(new Options.Builder().server(servers.url()).build());
            connection
                    .jetStreamManagement()
                    .addStream(StreamConfiguration.builder()
                            .name("bare")
                            .storageType(StorageType.File)
                            .replicas(servers.replicas())
                            .build());
            jetStream = connection.jetStream();
        }

        /** One message, acknowledged. */
        void publish() throws Exception {
            jetStream.publish("bare", message);
        }

        /** One message behind the last one, by one thread. */
        void compareAndSet() throws Exception {
            PublishOptions expected =
                    PublishOptions.builder().expectedLastSequence(last.get()).build();
            last.set(jetStream.publish("bare", message, expected).getSeqno());
        }

        /** Before something else than {@link #compareAndSet} has published, and after it. */
        void learn() throws Exception {
            last.set(connection
                    .jetStreamManagement()
                    .getStreamInfo("bare")
                    .getStreamState()
                    .getLastSequence());
        }

        @Override
        public void close() throws InterruptedException {
            connection.close();
        }
    }
}
