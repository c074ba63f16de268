package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.core.verify.ClusterVerifier;
import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.GatedPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.health.contributor.Status;

/** All nodes are compared at one place in the stream; one that differs is found and made equal again. */
@Tag("system")
class VerificationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private FolderSnapshotStore store;

    @BeforeEach
    void makeStore() throws Exception {
        store = new FolderSnapshotStore(folder.resolve("store"));
    }

    @Test
    void nodesAgreeWhileAllWriteAndMuchIsPending() throws Exception {
        AtomicReference<GatedPublisher> gate = new AtomicReference<>();
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2");
                Member three = open(server, "n3", Duration.ZERO, publisher -> {
                    gate.set(new GatedPublisher(publisher));
                    return gate.get();
                })) {
            createTables(one.node());
            awaitAll(one, two, three);
            try (Writers writers = new Writers(List.of(one.node(), two.node(), three.node()))) {
                for (int round = 0; round < 4; round++) {
                    if (round % 2 == 0) {
                        gate.get().shut();
                        Awaitility.await().until(() -> three.node().status().outboxLength() > 5);
                    }
                    VerificationReport report = one.verifier().verify(PATIENCE);
                    assertThat(report.nodes()).extracting(NodeDigest::node).containsExactly("n1", "n2", "n3");
                    assertThat(report.nodes()).extracting(NodeDigest::state).containsOnly(NodeDigest.State.DONE);
                    assertThat(report.differences()).isEmpty();
                    assertThat(report.missing()).isEmpty();
                    assertThat(report.agrees()).isTrue();
                    gate.get().open();
                }
                writers.check();
            }
            assertThat(two.verifier().verify(PATIENCE).agrees()).isTrue();
            assertThat(one.health().getStatus()).isEqualTo(Status.UP);
        }
    }

    @Test
    void nodesAgreeAfterTheServerWasAway() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2")) {
            createTables(one.node());
            awaitAll(one, two);
            try (Writers writers = new Writers(List.of(one.node(), two.node()))) {
                assertThat(one.verifier().verify(PATIENCE).agrees()).isTrue();
                server.stop();
                Awaitility.await().until(() -> two.node().status().outboxLength() > 5);
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> one.verifier().verify(Duration.ofSeconds(2)))
                        .withMessageContaining("stream");
                server.restart();
                Awaitility.await().until(() -> one.node().status().connected());
                Awaitility.await().until(() -> two.node().status().connected());
                // what both have written meanwhile, to the same rows, comes first
                assertThat(two.verifier().verify(PATIENCE.multipliedBy(4)).agrees())
                        .isTrue();
                writers.check();
            }
        }
    }

    @Test
    void strictNodesAgreeWhileAllWrite() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1", Duration.ZERO, CommitMode.STRICT, UnaryOperator.identity());
                Member two = open(server, "n2", Duration.ZERO, CommitMode.STRICT, UnaryOperator.identity())) {
            createTables(one.node());
            awaitAll(one, two);
            try (Writers writers = new Writers(List.of(one.node(), two.node()))) {
                assertThat(one.verifier().verify(PATIENCE).agrees()).isTrue();
                assertThat(two.verifier().verify(PATIENCE).agrees()).isTrue();
                writers.check();
            }
            awaitAll(one, two);
            assertThat(Content.of(two.node().dataSource()))
                    .isEqualTo(Content.of(one.node().dataSource()));
        }
    }

    @Test
    void aNodeThatDiffersIsFoundAndRepaired() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2")) {
            createTables(one.node());
            one.node().execute("INSERT INTO t VALUES(1, 'a', 1.5), (2, 'b', NULL), (3, 'c', 3)");
            try (Member three = open(server, "n3")) {
                awaitAll(one, two, three);
                changeBehindTheBack("n3", "INSERT OR REPLACE INTO t VALUES(2, 'B', NULL)");
                VerificationReport report = one.verifier().verify(PATIENCE);
                assertThat(report.differences()).containsExactly(new TableDifference("t", List.of("n3")));
                assertThat(report.agrees()).isFalse();
                Awaitility.await()
                        .untilAsserted(() -> assertThat(three.verifier().divergence())
                                .isEqualTo("table t: this node differs from n1, n2; at sequence " + report.sequence()));
                assertThat(three.health().getStatus()).isEqualTo(Status.DOWN);
                assertThat(three.health().getDetails())
                        .extractingByKey("divergence")
                        .asString()
                        .startsWith("table t: this node differs from n1, n2");
                for (Member right : List.of(one, two)) {
                    assertThat(right.health().getStatus()).isEqualTo(Status.UP);
                }
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> three.node().takeSnapshot(store))
                        .withMessageContaining("differs from other nodes: table t");
            }
            try (Member three = open(server, "n3")) {
                // it stays found out
                assertThat(three.health().getStatus()).isEqualTo(Status.DOWN);
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> three.verifier().repair())
                        .withMessageContaining("no snapshot of another node")
                        .withMessageContaining("[n3]");
                try (Writers writers = new Writers(List.of(one.node(), two.node(), three.node()))) {
                    Snapshot taken = one.node().takeSnapshot(store);
                    assertThat(three.verifier().repair()).isEqualTo(taken);
                    assertThat(three.node().status().divergence()).isNull();
                    assertThat(three.health().getStatus()).isEqualTo(Status.UP);
                    writers.check();
                    assertThat(three.verifier().verify(PATIENCE).agrees()).isTrue();
                }
                awaitAll(one, two, three);
                assertThat(Content.of(three.node().dataSource()))
                        .isEqualTo(Content.of(one.node().dataSource()));
                assertThat(three.health().getStatus()).isEqualTo(Status.UP);
                three.node().takeSnapshot(store);
            }
        }
    }

    @Test
    void aLaterVerificationThatAgreesClearsTheVerdict() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2")) {
            createTables(one.node());
            awaitAll(one, two);
            changeBehindTheBack("n2", "CREATE VIEW only_here AS SELECT 1");
            assertThat(one.verifier().verify(PATIENCE).differences())
                    .containsExactly(new TableDifference(NodeDigest.SCHEMA, List.of("n1", "n2")));
            for (Member each : List.of(one, two)) {
                Awaitility.await().until(() -> each.health().getStatus().equals(Status.DOWN));
            }
            changeBehindTheBack("n2", "DROP VIEW only_here");
            assertThat(two.verifier().verify(PATIENCE).agrees()).isTrue();
            for (Member each : List.of(one, two)) {
                Awaitility.await().until(() -> each.health().getStatus().equals(Status.UP));
            }
        }
    }

    @Test
    void aNodeWhoseFullTextIndexDiffersIsFound() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2");
                Member three = open(server, "n3")) {
            createTables(one.node());
            one.node().execute("CREATE VIRTUAL TABLE f USING fts5(v)");
            one.node().execute("CREATE VIRTUAL TABLE external USING fts5(v, content='t', content_rowid='id')");
            one.node().execute("INSERT INTO t VALUES(1, 'a', 1.5)");
            one.node().execute("INSERT INTO f(v) VALUES('word' || random())");
            one.node().execute("INSERT INTO external(external) VALUES('rebuild')");
            awaitAll(one, two, three);
            assertThat(one.verifier().verify(PATIENCE).agrees()).isTrue();

            changeBehindTheBack("n2", "INSERT INTO external(rowid, v) VALUES(7, 'only here')");
            changeBehindTheBack("n3", "UPDATE f SET v = 'other'");

            assertThat(one.verifier().verify(PATIENCE).differences())
                    .containsExactly(
                            new TableDifference("external", List.of("n2")), new TableDifference("f", List.of("n3")));
        }
    }

    @Test
    void ofTwoNodesSomebodyHasToSayWhichIsRight() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2")) {
            createTables(one.node());
            one.node().execute("INSERT INTO t VALUES(1, 'a', 1.5)");
            awaitAll(one, two);
            Snapshot taken = one.node().takeSnapshot(store);
            changeBehindTheBack("n2", "DELETE FROM t");
            assertThat(two.verifier().verify(PATIENCE).differences())
                    .containsExactly(new TableDifference("t", List.of("n1", "n2")));
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> two.verifier().repair())
                    .withMessageContaining("call repair with its name");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> two.verifier().repair("n3"))
                    .withMessageContaining("no snapshot of node n3");
            assertThat(two.verifier().repair("n1")).isEqualTo(taken);
            // it comes to the same place again, and both see that
            for (Member each : List.of(one, two)) {
                Awaitility.await().until(() -> each.health().getStatus().equals(Status.UP));
            }
            assertThat(two.node().query("SELECT v FROM t")).containsExactly("a");
        }
    }

    @Test
    void nodesAreComparedAtIntervals() throws Exception {
        Duration interval = Duration.ofMillis(200);
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1", interval, UnaryOperator.identity());
                Member two = open(server, "n2", interval, UnaryOperator.identity());
                Member three = open(server, "n3", interval, UnaryOperator.identity())) {
            createTables(one.node());
            awaitAll(one, two, three);
            changeBehindTheBack("n2", "INSERT INTO t VALUES(77, 'x', 'y')");
            Awaitility.await().until(() -> two.health().getStatus().equals(Status.DOWN));
            changeBehindTheBack("n2", "DELETE FROM t WHERE id = 77");
            Awaitility.await().until(() -> two.health().getStatus().equals(Status.UP));
        }
    }

    private static void createTables(TestNode node) throws SQLException {
        node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w)");
        node.execute("CREATE TABLE u(k TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID");
        node.execute("CREATE TABLE log(what)");
        node.execute("CREATE TABLE copied AS SELECT id AS a, w FROM t");
        node.execute("CREATE INDEX i ON t(v)");
        node.execute("CREATE VIEW sums AS SELECT v, count(*) AS n FROM t GROUP BY v");
        node.execute("CREATE TRIGGER logged BEFORE UPDATE ON t BEGIN INSERT INTO log VALUES(OLD.v); END");
    }

    private static void awaitAll(Member... members) {
        for (Member from : members) {
            for (Member to : members) {
                from.node().awaitAppliedOn(to.node());
            }
        }
    }

    private void changeBehindTheBack(String node, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(node + ".db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private Member open(NatsServer server, String name) throws SQLException {
        return open(server, name, Duration.ZERO, UnaryOperator.identity());
    }

    private Member open(NatsServer server, String name, Duration interval, UnaryOperator<ChangeSetPublisher> publishing)
            throws SQLException {
        return open(server, name, interval, CommitMode.ASYNC, publishing);
    }

    private Member open(
            NatsServer server,
            String name,
            Duration interval,
            CommitMode mode,
            UnaryOperator<ChangeSetPublisher> publishing)
            throws SQLException {
        TestNode node = TestNode.open(
                server.url(),
                folder.resolve(name + ".db"),
                name,
                settings -> settings.with(to -> to.commitMode(mode)),
                List.of(),
                publishing,
                store);
        DigestExchange exchange = node.digestExchange();
        ClusterVerifier verifier = node.node().verification().verifier(exchange, store, interval);
        verifier.start();
        return new Member(node, exchange, verifier);
    }

    /** A node that takes part in verifications. */
    private record Member(TestNode node, DigestExchange exchange, ClusterVerifier verifier) implements AutoCloseable {

        org.springframework.boot.health.contributor.Health health() {
            return new HaSqliteHealthIndicator(node.dataSource(), false, () -> "").health();
        }

        @Override
        public void close() {
            try (node;
                    exchange) {
                verifier.close();
            }
        }
    }

    /** Writes on all nodes, to the same rows, until it is closed. */
    private static final class Writers implements AutoCloseable {

        private static final int ROWS = 50;

        /** What is put on top again for each batch that comes; with more the test takes long, and shows nothing more. */
        private static final int MANY_PENDING = 2_000;

        private final List<Thread> threads = new ArrayList<>();
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        private volatile boolean closed;

        Writers(List<TestNode> nodes) {
            for (int i = 0; i < nodes.size(); i++) {
                TestNode node = nodes.get(i);
                Random random = new Random(i);
                Thread thread = new Thread(() -> write(node, random), "test-writer-" + i);
                threads.add(thread);
                thread.start();
            }
        }

        private void write(TestNode node, Random random) {
            try {
                while (!closed) {
                    if (node.status().outboxLength() < MANY_PENDING) {
                        tryTo(node, statement(random));
                    } else {
                        Thread.yield();
                    }
                }
            } catch (SQLException e) {
                failure.set(e);
            }
        }

        /** In strict mode somebody else may be faster. */
        private static void tryTo(TestNode node, String sql) throws SQLException {
            try {
                node.execute(sql);
            } catch (SQLException e) {
                if (!"40001".equals(e.getSQLState())) {
                    throw e;
                }
            }
        }

        private static String statement(Random random) {
            int id = random.nextInt(ROWS);
            return switch (random.nextInt(5)) {
                case 0 -> "INSERT OR REPLACE INTO t VALUES(" + id + ", 'v" + random.nextInt() + "', 0.5)";
                case 1 -> "UPDATE t SET v = v || '+' WHERE id = " + id + " AND length(v) < 100";
                case 2 -> "DELETE FROM t WHERE id = " + id;
                case 3 -> "INSERT INTO u VALUES('k" + id + "', 1) ON CONFLICT DO UPDATE SET n = n + 1";
                default -> "DELETE FROM log WHERE rowid IN (SELECT rowid FROM log LIMIT 5)";
            };
        }

        void check() throws Exception {
            Exception failed = failure.get();
            if (failed != null) {
                throw failed;
            }
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
