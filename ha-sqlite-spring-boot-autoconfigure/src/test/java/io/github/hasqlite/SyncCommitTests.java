package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
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

/** What a {@code sync} commit promises, and what it says when it cannot keep that. */
@Tag("nats")
class SyncCommitTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    private NatsServer server;
    private TestNode one;
    private TestNode two;

    @BeforeEach
    void open() throws SQLException {
        server = NatsServer.start();
        one = open("n1", settings -> settings.with(to -> to.publisherTimeout(Duration.ofSeconds(20))));
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        reopen(settings -> settings.with(to -> to.publisherTimeout(TIMEOUT)));
        two = open("n2", settings -> settings.with(to -> to.publisherTimeout(TIMEOUT)));
    }

    private TestNode open(String name, java.util.function.UnaryOperator<NodeSettings> customizer) {
        return TestNode.open(server.url(), folder.resolve(name + ".db"), name, customizer, List.of());
    }

    private void reopen(java.util.function.UnaryOperator<NodeSettings> customizer) {
        one.close();
        one = open("n1", customizer);
    }

    @AfterEach
    void close() {
        for (AutoCloseable resource : new AutoCloseable[] {one, two, server}) {
            try {
                if (resource != null) {
                    resource.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void returnsWhenTheStreamHasIt() throws Exception {
        for (int i = 0; i < 50; i++) {
            one.execute("INSERT INTO t(a) VALUES(" + i + ")");
        }
        // no waiting for the first node: all of it must be in the stream already
        server.kill9();
        server.restart();
        Awaitility.await().until(() -> two.query("SELECT * FROM t").size() == 50);
    }

    @Test
    void failsWhenTheServerIsGoneAndIsReplicatedAllTheSame() throws Exception {
        server.stop();
        long start = System.nanoTime();
        assertThatExceptionOfType(ReplicationTimeoutException.class)
                .isThrownBy(() -> one.execute("INSERT INTO t VALUES(1, 'late')"))
                .withMessageContaining("is committed on this node, is in the outbox and will be replicated")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08H01"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(TIMEOUT);
        assertThat(one.query("SELECT * FROM t")).containsExactly("1|late");
        assertThat(one.status().outboxLength()).isEqualTo(1);
        assertThat(one.query("SELECT count(*) FROM ha_outbox")).containsExactly("1");
        server.restart();
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT * FROM t")).containsExactly("1|late");
        one.execute("INSERT INTO t VALUES(2, 'after')");
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT * FROM t")).containsExactly("1|late", "2|after");
    }

    @Test
    void failedExplicitTransactionIsOverAndTheConnectionUsable() throws Exception {
        server.stop();
        try (Connection connection = one.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().executeUpdate("INSERT INTO t VALUES(1, 'a')");
            connection.createStatement().executeUpdate("INSERT INTO t VALUES(2, 'b')");
            assertThatExceptionOfType(ReplicationTimeoutException.class).isThrownBy(connection::commit);
            connection.rollback();
            server.restart();
            connection.createStatement().executeUpdate("INSERT INTO t VALUES(3, 'c')");
            Awaitility.await().until(() -> one.status().connected());
            connection.commit();
        }
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT * FROM t")).containsExactly("1|a", "2|b", "3|c");
    }

    @Test
    void degradesByChoice() throws Exception {
        reopen(settings -> settings.with(
                to -> to.commitMode(CommitMode.SYNC).degradeOnTimeout(true).publisherTimeout(TIMEOUT)));
        server.stop();
        one.execute("INSERT INTO t VALUES(1, 'degraded')");
        assertThat(one.status().outboxLength()).isEqualTo(1);
        server.restart();
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT * FROM t")).containsExactly("1|degraded");
    }

    @Test
    void threadsCommitTogetherAndNoneIsLostOrDoubled() throws Exception {
        int threads = 12;
        int each = 60;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                TestNode node = i % 3 == 2 ? two : one;
                long base = i * 1_000L;
                done.add(pool.submit(() -> commitRows(node, base, each)));
            }
            for (Future<?> future : done) {
                future.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        one.awaitAppliedOn(two);
        two.awaitAppliedOn(one);
        assertThat(one.query("SELECT count(*) FROM t")).containsExactly(Integer.toString(threads * each));
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
    }

    private static Void commitRows(TestNode node, long base, int count) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES(?, ?)")) {
            for (int i = 0; i < count; i++) {
                insert.setLong(1, base + i);
                insert.setString(2, "row " + i);
                insert.executeUpdate();
            }
        }
        return null;
    }
}
