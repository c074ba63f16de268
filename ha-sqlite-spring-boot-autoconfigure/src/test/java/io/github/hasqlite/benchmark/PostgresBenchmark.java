package io.github.hasqlite.benchmark;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqlitePostgresAutoConfiguration;
import io.github.hasqlite.postgres.PostgresServer;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.util.FileSystemUtils;

/**
 * pgjdbc over loopback beside the data source, in one process: selects of one row (and beside an exchange of as many bytes
 * over a bare socket), inserts in the commit mode, the heap while a million rows are fetched, and what 200 idle connections
 * take. System properties: {@code rounds} (15), {@code
 * millis} (1000) and {@code mode} (sync).
 */
public final class PostgresBenchmark {

    private static final int ROWS = 10_000;
    private static final int MANY = 1_000_000;
    private static final int IDLE = 200;
    private static final double MEGABYTE = 1 << 20;
    private static final double NANOS = 1e9;

    private final HaSqliteDataSource dataSource;
    private final String url;

    private PostgresBenchmark(HaSqliteDataSource dataSource, int port) {
        this.dataSource = dataSource;
        this.url = "jdbc:postgresql://127.0.0.1:" + port + "/app?user=ha&password=secret";
    }

    /** Where a connection comes from. */
    private interface Source {
        Connection get() throws SQLException;
    }

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("ha-sqlite-benchmark");
        try (NatsServer server = NatsServer.start();
                AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of(
                            "ha.sqlite.path=" + folder.resolve("app.db"),
                            "ha.sqlite.name=n1",
                            "ha.sqlite.replication-url=" + server.url(),
                            "ha.sqlite.commit-mode=" + System.getProperty("mode", "sync"),
                            "ha.sqlite.postgres.enabled=true",
                            "ha.sqlite.postgres.port=0",
                            "ha.sqlite.postgres.user=ha",
                            "ha.sqlite.postgres.password=secret",
                            "ha.sqlite.postgres.max-connections=" + (IDLE + 10))
                    .applyTo(context);
            context.register(HaSqliteAutoConfiguration.class, HaSqlitePostgresAutoConfiguration.class);
            context.refresh();
            new PostgresBenchmark(
                            context.getBean(HaSqliteDataSource.class),
                            context.getBean(PostgresServer.class).port())
                    .run();
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void run() throws Exception {
        try (Connection own = dataSource.getConnection();
                Statement statement = own.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, amount REAL)");
            statement.executeUpdate("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + ROWS
                    + ") INSERT INTO t SELECT i, 'name ' || i, i * 1.5 FROM n");
        }
        Rounds rounds = new Rounds(Integer.getInteger("rounds", 15), Long.getLong("millis", 1_000));
        try (Connection remote = DriverManager.getConnection(url);
                Connection own = dataSource.getConnection();
                BareExchange bare = new BareExchange()) {
            rounds.compare("one-row selects", "bare socket", bare::exchange, "pgjdbc", t -> select(remote, t), 0.5);
            rounds.compare("one-row selects", "DataSource", t -> select(own, t), "pgjdbc", t -> select(remote, t), 0.5);
            rounds.compare(
                    "one-row inserts", "DataSource", t -> insert(own, t), "pgjdbc", t -> insert(remote, t), 1 / 1.5);
        }
        heapOfManyRows();
        memoryOfIdleConnections(() -> DriverManager.getConnection(url));
    }

    private static double select(Connection connection, long millis) throws SQLException {
        long start = System.nanoTime();
        long count = 0;
        try (PreparedStatement select = connection.prepareStatement("SELECT id, name, amount FROM t WHERE id = ?")) {
            while (System.nanoTime() - start < millis * 1_000_000) {
                select.setLong(1, count++ * 7919 % ROWS + 1);
                try (ResultSet rows = select.executeQuery()) {
                    rows.next();
                    rows.getLong(1);
                    rows.getString(2);
                    rows.getDouble(3);
                }
            }
        }
        return count * NANOS / (System.nanoTime() - start);
    }

    private static double insert(Connection connection, long millis) throws SQLException {
        long start = System.nanoTime();
        long count = 0;
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t(name, amount) VALUES(?, ?)")) {
            while (System.nanoTime() - start < millis * 1_000_000) {
                insert.setString(1, "a name");
                insert.setDouble(2, count++);
                insert.executeUpdate();
            }
        }
        return count * NANOS / (System.nanoTime() - start);
    }

    private void heapOfManyRows() throws SQLException {
        try (Connection remote = DriverManager.getConnection(url);
                Statement statement = remote.createStatement()) {
            remote.setAutoCommit(false);
            statement.setFetchSize(1_000);
            double before = heap();
            double most = 0;
            long seen = 0;
            long start = System.nanoTime();
            try (ResultSet rows =
                    statement.executeQuery("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                            + MANY + ") SELECT i, 'name ' || i FROM n")) {
                while (rows.next()) {
                    rows.getString(2);
                    if (++seen % (MANY / 10) == 0) {
                        most = Math.max(most, heap());
                    }
                }
            }
            remote.commit();
            System.out.printf(
                    Locale.ROOT,
                    "%,d rows with fetchSize 1000 in %.1f s, heap at most %.1f MB more%n",
                    seen,
                    (System.nanoTime() - start) / NANOS,
                    most - before);
        }
    }

    /** Both ends are in this process. */
    private static void memoryOfIdleConnections(Source source) throws SQLException {
        List<Connection> idle = new ArrayList<>();
        try {
            double before = heap();
            for (int i = 0; i < IDLE; i++) {
                Connection connection = source.get();
                idle.add(connection);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SELECT 1");
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d idle connections: %.1f MB of heap, the driver's end included, wanted at most 100%n",
                    IDLE,
                    heap() - before);
        } finally {
            for (Connection connection : idle) {
                connection.close();
            }
        }
    }

    /** What is used after a collection, in MB. */
    private static double heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / MEGABYTE;
    }
}
