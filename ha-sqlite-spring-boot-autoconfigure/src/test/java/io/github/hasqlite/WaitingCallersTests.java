package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.jdbc.core.JdbcTemplate;

/** More callers than connections wait for the stream, which does not answer: who reads does not wait with them. */
@Tag("nats")
class WaitingCallersTests {

    private static final int CALLERS = 24;

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Far less than {@link #TIMEOUT}, and enough for a busy machine. */
    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private NatsServer server;
    private TestNode node;
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final List<Future<?>> waiting = new ArrayList<>();

    @BeforeEach
    void open() throws SQLException {
        server = NatsServer.start();
        node = open(CommitMode.SYNC);
    }

    private TestNode open(CommitMode mode) throws SQLException {
        TestNode opened = TestNode.open(
                server.url(),
                folder.resolve(mode + ".db"),
                "n1",
                settings -> settings.with(to -> to.commitMode(mode).publisherTimeout(TIMEOUT)),
                List.of());
        opened.execute("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v)");
        opened.execute("INSERT INTO t VALUES(0, 'first')");
        return opened;
    }

    @AfterEach
    void close() throws InterruptedException {
        server.resume();
        callers.shutdown();
        try {
            assertThat(callers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            node.close();
            server.close();
        }
    }

    private void letCallersWait() {
        server.suspend();
        for (int i = 1; i <= CALLERS; i++) {
            String sql = "INSERT INTO t VALUES(" + i + ", 'waits')";
            waiting.add(callers.submit(() -> {
                node.execute(sql);
                return null;
            }));
        }
    }

    private void awaitAllWriters() {
        // each holds a connection; the others wait for one
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> node.status().outboxLength() >= 16);
    }

    private static void soon(ThrowingRunnable work) throws Exception {
        long start = System.nanoTime();
        work.run();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    }

    @FunctionalInterface
    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    @Test
    void healthAndReadsAnswer() throws Exception {
        letCallersWait();
        awaitAllWriters();
        soon(() -> {
            Health health = new DataSourceHealthIndicator(node.dataSource()).health();
            assertThat(health.getStatus()).isEqualTo(Status.UP);
        });
        soon(() -> {
            Health health = new DataSourceHealthIndicator(node.dataSource(), "SELECT 1").health();
            assertThat(health.getStatus()).isEqualTo(Status.UP);
        });
        JdbcTemplate jdbc = new JdbcTemplate(node.dataSource());
        soon(() -> assertThat(jdbc.queryForObject("SELECT v FROM t WHERE id = ?", String.class, 0))
                .isEqualTo("first"));
        soon(() ->
                assertThat(jdbc.queryForList("SELECT v FROM t", String.class)).hasSizeGreaterThanOrEqualTo(17));
        soon(() -> {
            try (Connection connection = node.dataSource().getConnection();
                    ResultSet tables = connection.getMetaData().getTables(null, null, "%", null)) {
                assertThat(tables.next()).isTrue();
            }
        });
        assertThat(waiting).filteredOn(Future::isDone).isEmpty();
    }

    @Test
    void whatHasReadGoesOnWithTheWriterThatItWaitedFor() throws Exception {
        letCallersWait();
        awaitAllWriters();
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("SELECT v FROM t WHERE id = ?")) {
            statement.setQueryTimeout(60);
            prepared.setInt(1, 0);
            assertThat(first(prepared.executeQuery())).isEqualTo("first");
            assertThat(first(statement.executeQuery("SELECT count(*) FROM t WHERE id = 0")))
                    .isEqualTo("1");
            assertThat(statement.getConnection()).isSameAs(connection);
            server.resume();
            connection.setAutoCommit(false);
            statement.executeUpdate("UPDATE t SET v = 'mine' WHERE id = 0");
            assertThat(statement.getQueryTimeout()).isEqualTo(60);
            // its own change, which no reader could see; with the value that was set before
            assertThat(first(prepared.executeQuery())).isEqualTo("mine");
            assertThat(first(statement.executeQuery("SELECT v FROM t WHERE id = 0")))
                    .isEqualTo("mine");
            connection.rollback();
            assertThat(first(prepared.executeQuery())).isEqualTo("first");
        }
        for (Future<?> caller : waiting) {
            caller.get(1, TimeUnit.MINUTES);
        }
        assertThat(node.query("SELECT count(*) FROM t")).containsExactly(String.valueOf(CALLERS + 1));
    }

    @Test
    void readersDoNotWaitForWritersThatWaitForTheLock() throws Exception {
        node.close();
        server.close();
        server = NatsServer.start();
        node = open(CommitMode.STRICT);
        letCallersWait();
        JdbcTemplate jdbc = new JdbcTemplate(node.dataSource());
        for (int i = 0; i < 200; i++) {
            soon(() -> assertThat(jdbc.queryForList("SELECT v FROM t WHERE id = 0", String.class))
                    .containsExactly("first"));
        }
        soon(() -> assertThat(new DataSourceHealthIndicator(node.dataSource())
                        .health()
                        .getStatus())
                .isEqualTo(Status.UP));
    }

    private static String first(ResultSet rows) throws SQLException {
        try (rows) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
