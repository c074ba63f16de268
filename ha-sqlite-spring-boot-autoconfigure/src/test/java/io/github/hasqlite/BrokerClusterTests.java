package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.testing.NatsCluster;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.health.contributor.Status;

/**
 * What becomes of nodes and their commits while servers of a cluster of three come and go. Chooses the servers'
 * versions by itself, therefore not tagged as tests are that run with every version.
 */
@Tag("nats-cluster")
@Execution(ExecutionMode.CONCURRENT)
class BrokerClusterTests {

    private static final String STREAM = "ha_replication";

    /** Longer than nodes ask again before they believe that a stream is another one, twice 30 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** A publish that is lost is sent again after 2, 4 and 8 s, an election takes 9 s at most. */
    private static final Duration LONGEST_COMMIT = Duration.ofSeconds(30);

    /** So many commits show that nodes go on. */
    private static final int SOME = 20;

    private static final long PACE = Duration.ofMillis(4).toNanos();

    @TempDir
    private Path folder;

    private NatsCluster cluster;
    private final List<TestNode> nodes = new ArrayList<>();
    private final List<Writer> writers = new ArrayList<>();

    @AfterEach
    void close() {
        writers.forEach(Writer::end);
        nodes.forEach(TestNode::close);
        if (cluster != null) {
            cluster.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ASYNC", "SYNC"})
    void aLeaderThatComesBackWithAnEmptyDiskStopsNobody(CommitMode mode) throws Exception {
        start(current(), mode, Duration.ofSeconds(15));
        write();
        for (int round = 0; round < 2; round++) {
            NatsServer leader = cluster.leader(STREAM);
            leader.kill9();
            leader.wipe();
            leader.restart();
            awaitProgress();
            cluster.awaitReplicated(STREAM);
        }
        writers.forEach(Writer::end);
        assertNothingIsLost(mode);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noCommitWaitsForTheTimeoutWhileTheLeaderChanges(boolean gracefully) throws Exception {
        start(current(), CommitMode.SYNC, PATIENCE);
        for (int round = 0; round < 2; round++) {
            // nodes stay connected: they are not told that what they published is lost
            cluster.moveLeaderFrom(STREAM, cluster.server(0));
            NatsServer leader = cluster.leader(STREAM);
            write();
            if (gracefully) {
                leader.stop();
            } else {
                leader.kill9();
            }
            awaitProgress();
            writers.forEach(Writer::end);
            leader.restart();
            cluster.awaitReplicated(STREAM);
        }
        for (Writer writer : writers) {
            assertThat(writer.failures).isEmpty();
            assertThat(Duration.ofNanos(writer.longest.get())).isLessThan(LONGEST_COMMIT);
        }
        assertNothingIsLost(CommitMode.SYNC);
    }

    @Test
    void inARollingUpgradeNoAcknowledgedCommitIsLostOnANodeThatSaysUp() throws Exception {
        Path old = NatsCluster.old().orElse(null);
        Assumptions.assumeTrue(old != null, "no nats-server before 2.10.23 is installed");
        Path current = current();
        start(old, CommitMode.STRICT, Duration.ofSeconds(10));
        write();
        awaitProgress();
        for (int i = cluster.size() - 1; i >= 0; i--) {
            cluster.server(i).stop();
            cluster.server(i).restartAs(current);
            awaitProgress();
        }
        writers.forEach(Writer::end);
        for (TestNode node : nodes) {
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
                if (health(node, CommitMode.STRICT) == Status.UP) {
                    assertThat(rows(node)).containsAll(acknowledged());
                }
            });
        }
    }

    @Test
    void aNodeThatIsLeftWithoutAMajorityOfServersSaysSoWhileNobodyWrites() throws Exception {
        start(current(), CommitMode.SYNC, Duration.ofSeconds(5));
        cluster.moveLeaderFrom(STREAM, cluster.server(0));
        cluster.server(1).kill9();
        cluster.server(2).kill9();
        for (TestNode node : nodes) {
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(health(node, CommitMode.SYNC)).isEqualTo(Status.OUT_OF_SERVICE);
                assertThat(node.status().outage()).isNotNull();
                assertThat(node.status().lag()).isPositive();
            });
        }
        cluster.server(1).restart();
        cluster.server(2).restart();
        for (TestNode node : nodes) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(health(node, CommitMode.SYNC)).isEqualTo(Status.UP));
        }
    }

    private static Path current() {
        Path program = NatsCluster.current().orElse(null);
        Assumptions.assumeTrue(program != null, "no nats-server from 2.10.23 on is installed");
        return program;
    }

    private void start(Path program, CommitMode mode, Duration timeout) throws Exception {
        cluster = NatsCluster.start(program);
        for (String name : List.of("n1", "n2")) {
            nodes.add(TestNode.open(cluster, folder.resolve(name + ".db"), name, mode, timeout));
        }
        nodes.get(0).execute("CREATE TABLE t(id TEXT PRIMARY KEY) WITHOUT ROWID");
        nodes.get(0).awaitAppliedOn(nodes.get(1));
    }

    private void write() {
        for (TestNode node : nodes) {
            for (int i = 0; i < 2; i++) {
                Writer writer = new Writer(node, "w" + writers.size());
                writers.add(writer);
                writer.start();
            }
        }
    }

    /** Waits until every writer has committed some more, or its node says that it cannot. */
    private void awaitProgress() {
        for (Writer writer : writers) {
            int before = writer.acknowledged.size();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> !writer.isAlive() || anyHalted() || writer.acknowledged.size() >= before + SOME);
        }
    }

    private boolean anyHalted() {
        return nodes.stream().anyMatch(node -> node.status().halted() != null);
    }

    private Set<String> acknowledged() {
        Set<String> all = new HashSet<>();
        writers.forEach(writer -> all.addAll(writer.acknowledged));
        return all;
    }

    private void assertNothingIsLost(CommitMode mode) {
        for (TestNode node : nodes) {
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(node.status().halted()).isNull();
                assertThat(node.status().outboxLength()).isZero();
                assertThat(health(node, mode)).isEqualTo(Status.UP);
                assertThat(rows(node)).containsAll(acknowledged());
            });
        }
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(rows(nodes.get(0))).isEqualTo(rows(nodes.get(1))));
    }

    private static Set<String> rows(TestNode node) throws SQLException {
        return new HashSet<>(node.query("SELECT id FROM t"));
    }

    private static Status health(TestNode node, CommitMode mode) {
        return new HaSqliteHealthIndicator(node.dataSource(), mode != CommitMode.ASYNC, () -> "")
                .health()
                .getStatus();
    }

    /** Commits one row after the other. */
    private static final class Writer extends Thread {

        private final TestNode node;
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final Set<String> failures = ConcurrentHashMap.newKeySet();
        private final AtomicLong longest = new AtomicLong();
        private volatile boolean ended;

        Writer(TestNode node, String name) {
            super(name);
            this.node = node;
        }

        @Override
        public void run() {
            for (int i = 0; !ended; i++) {
                String id = getName() + "-" + i;
                long start = System.nanoTime();
                try {
                    node.execute("INSERT INTO t VALUES('" + id + "')");
                    acknowledged.add(id);
                } catch (SQLException e) {
                    failures.add(e.getSQLState() + " " + e.getMessage());
                }
                longest.accumulateAndGet(System.nanoTime() - start, Math::max);
                // no more than the stream can take
                LockSupport.parkNanos(PACE);
            }
        }

        void end() {
            ended = true;
            try {
                join();
            } catch (InterruptedException e) {
                currentThread().interrupt();
            }
        }
    }
}
