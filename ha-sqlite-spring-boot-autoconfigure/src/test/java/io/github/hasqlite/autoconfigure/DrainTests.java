package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Applications that stop while they write, with a real nats-server that is slow or away. */
@Tag("system")
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class DrainTests {

    private static final int WRITERS = 3;

    @TempDir
    private Path folder;

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(WRITERS + 1);
    private NatsServer server;

    @BeforeEach
    void startServer() {
        server = NatsServer.start();
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
        server.close();
    }

    @Test
    void whatIsAcknowledgedIsPublishedThoughTheServerIsSlow() throws Exception {
        Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
        List<Future<String>> writers = new ArrayList<>();
        node("ha.sqlite.commit-mode=async").run(context -> {
            createTable(context);
            AtomicInteger next = new AtomicInteger();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(threads.submit(() -> write(context.getBean(DataSource.class), next, acknowledged)));
            }
            Awaitility.await().until(() -> acknowledged.size() > 200);
            server.suspend();
            int before = acknowledged.size();
            Awaitility.await().until(() -> acknowledged.size() > before + 200);
            threads.schedule(server::resume, 3, TimeUnit.SECONDS);
            close(context);
        });
        for (Future<String> writer : writers) {
            // its connection may also have been closed before it noticed
            assertThat(writer.get(1, TimeUnit.MINUTES)).isIn("57P01", "08003");
        }
        try (TestNode other = TestNode.open(server, folder.resolve("other.db"), "other", CommitMode.ASYNC)) {
            assertThat(other.query("SELECT id FROM t"))
                    .containsExactlyInAnyOrderElementsOf(
                            acknowledged.stream().map(String::valueOf).toList());
        }
    }

    private static String write(DataSource dataSource, AtomicInteger next, Set<Integer> acknowledged) {
        while (true) {
            int id = next.incrementAndGet();
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("INSERT INTO t VALUES(" + id + ")");
                acknowledged.add(id);
            } catch (SQLException e) {
                return e.getSQLState();
            }
        }
    }

    @Test
    void aTransactionThatWritesEndsAndOneThatDoesNotBeginsNoMore() {
        node("ha.sqlite.commit-mode=async").run(context -> {
            createTable(context);
            DataSource dataSource = context.getBean(DataSource.class);
            Connection writing = dataSource.getConnection();
            Connection reading = dataSource.getConnection();
            writing.setAutoCommit(false);
            reading.setAutoCommit(false);
            execute(writing, "INSERT INTO t VALUES(1)");
            reading.createStatement().executeQuery("SELECT * FROM t").close();
            CountDownLatch closed = new CountDownLatch(1);
            threads.execute(() -> {
                close(context);
                closed.countDown();
            });
            Awaitility.await()
                    .untilAsserted(() -> assertThatExceptionOfType(SQLException.class)
                            .isThrownBy(() -> {
                                try (Connection late = dataSource.getConnection()) {
                                    late.createStatement().executeUpdate("PRAGMA busy_timeout = 0");
                                    execute(late, "INSERT INTO t VALUES(2)");
                                }
                            })
                            .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57P01")));
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> execute(reading, "INSERT INTO t VALUES(3)"))
                    .withMessageContaining("being shut down")
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
            reading.rollback();
            assertThat(closed.getCount()).isOne();
            execute(writing, "INSERT INTO t VALUES(4)");
            writing.commit();
            writing.close();
            reading.close();
            assertThat(closed.await(1, TimeUnit.MINUTES)).isTrue();
        });
        try (TestNode other = open("other.db")) {
            assertThat(query(other)).containsExactly("1", "4");
        }
    }

    @Test
    void whatCannotBePublishedIsSaidAndComesLater(CapturedOutput output) throws Exception {
        node("ha.sqlite.commit-mode=async", DrainLifecycle.TIMEOUT + "=2s").run(context -> {
            createTable(context);
            server.stop();
            for (int id = 1; id <= 20; id++) {
                context.getBean(JdbcClient.class)
                        .sql("INSERT INTO t VALUES(" + id + ")")
                        .update();
            }
            close(context);
        });
        assertThat(output)
                .contains("Node n1: 20 of the change sets committed here could not be published")
                .contains("is in the outbox and will be replicated");
        assertThat(outbox()).isEqualTo(20);
        server.restart();
        try (TestNode other = open("other.db")) {
            node("ha.sqlite.commit-mode=async")
                    .run(context -> Awaitility.await()
                            .untilAsserted(() -> assertThat(query(other)).hasSize(20)));
        }
    }

    @Test
    void whatStopsBeforeAndWhatIsDestroyedAfterwardsStillHasTheDatabase() {
        node("ha.sqlite.commit-mode=sync").withUserConfiguration(Writers.class).run(context -> {
            createTable(context);
            Writers writers = context.getBean(Writers.class);
            close(context);
            assertThat(writers.said)
                    .containsExactly("phase 2147483647 has written", "phase 0 has written", "destroyed: 2 rows");
        });
    }

    @Test
    void anApplicationThatIsStartedAgainWritesAgain() {
        node("ha.sqlite.commit-mode=sync").run(context -> {
            createTable(context);
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            ConfigurableApplicationContext source = context.getSourceApplicationContext();
            source.stop();
            assertThat(jdbc.sql("SELECT count(*) FROM t").query(Long.class).single())
                    .isZero();
            assertThatExceptionOfType(RuntimeException.class)
                    .isThrownBy(() -> jdbc.sql("INSERT INTO t VALUES(1)").update())
                    .withMessageContaining("being shut down");
            source.start();
            assertThat(jdbc.sql("INSERT INTO t VALUES(1)").update()).isOne();
        });
    }

    /** Writes while it stops, and reads when it is destroyed. */
    @Configuration(proxyBeanMethods = false)
    static class Writers implements DisposableBean {

        private final List<String> said = new ArrayList<>();
        private final JdbcClient jdbc;

        Writers(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Bean
        SmartLifecycle first() {
            return new Last(Integer.MAX_VALUE);
        }

        @Bean
        SmartLifecycle second() {
            return new Last(0);
        }

        @Override
        public void destroy() {
            said.add("destroyed: "
                    + jdbc.sql("SELECT count(*) FROM t").query(Long.class).single() + " rows");
        }

        private final class Last implements SmartLifecycle {

            private final int phase;
            private boolean running;

            Last(int phase) {
                this.phase = phase;
            }

            @Override
            public void start() {
                running = true;
            }

            @Override
            public void stop() {
                running = false;
                jdbc.sql("INSERT INTO t DEFAULT VALUES").update();
                said.add("phase " + phase + " has written");
            }

            @Override
            public boolean isRunning() {
                return running;
            }

            @Override
            public int getPhase() {
                return phase;
            }
        }
    }

    private ApplicationContextRunner node(String... properties) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        HaSqliteAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        JdbcClientAutoConfiguration.class))
                .withPropertyValues(
                        "ha.sqlite.replication-id=test",
                        "ha.sqlite.name=n1",
                        "ha.sqlite.replication-url=" + server.url(),
                        "ha.sqlite.path=" + folder.resolve("n1.db"))
                .withPropertyValues(properties);
    }

    private static void createTable(AssertableApplicationContext context) {
        context.getBean(JdbcClient.class)
                .sql("CREATE TABLE t(id INTEGER PRIMARY KEY)")
                .update();
    }

    private static void close(AssertableApplicationContext context) {
        ConfigurableApplicationContext source = context.getSourceApplicationContext();
        source.close();
    }

    private TestNode open(String file) {
        return TestNode.open(server, folder.resolve(file), file, CommitMode.ASYNC);
    }

    private static List<String> query(TestNode node) {
        try {
            return node.query("SELECT id FROM t ORDER BY id");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private long outbox() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("n1.db"));
                ResultSet rows = connection.createStatement().executeQuery("SELECT count(*) FROM ha_outbox")) {
            return rows.getLong(1);
        }
    }
}
