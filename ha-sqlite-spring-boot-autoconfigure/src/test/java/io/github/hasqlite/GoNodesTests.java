package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.nats.ReplicationSubject;
import io.github.hasqlite.testing.GoNode;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamInfoOptions;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes and a node of the Go implementation on one stream. Skipped where that cannot be built. */
@Tag("nats")
class GoNodesTests {

    private static final String ID = "test";
    private static final String STREAM = "ha_replication";

    @TempDir
    private Path folder;

    private NatsServer server;

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private GoNode go(String name) throws Exception {
        return GoNode.start(server, folder.resolve(name + ".db"), name, ID);
    }

    private TestNode open(String name) {
        return TestNode.open(server, folder.resolve(name + ".db"), name);
    }

    private static void awaitRows(TestNode node, String query, List<String> rows) {
        await().untilAsserted(() -> assertThat(node.query(query)).isEqualTo(rows));
    }

    private static void awaitRows(GoNode node, String query, List<String> rows) {
        await().untilAsserted(() -> assertThat(node.query(query)).as(node.log()).isEqualTo(rows));
    }

    private static org.awaitility.core.ConditionFactory await() {
        return Awaitility.await()
                .ignoreExceptions()
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(60));
    }

    @Test
    void whatEachWritesTheOthersHave() throws Exception {
        try (TestNode one = open("n1");
                TestNode two = open("n2");
                GoNode go = go("go")) {
            one.execute(
                    "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT NOT NULL, price REAL, done INT, data BLOB)");
            await().until(() -> go.query("SELECT count(*) FROM task").equals(List.of("0")));
            go.execute(
                    "CREATE TABLE log(line TEXT); CREATE INDEX log_line ON log(line); INSERT INTO log VALUES('a;b')",
                    "INSERT INTO task VALUES(1, 'from go', 1.0, true, x'00ff')",
                    "INSERT INTO task VALUES(9007199254740993, 'large', 1e21, false, null)");
            go.transaction(
                    "INSERT INTO task VALUES(2, 'second', -2.5, 0, x'')",
                    "UPDATE task SET title = 'changed' WHERE id = 1",
                    "DELETE FROM task WHERE id = 9007199254740993");
            awaitRows(two, "SELECT count(*) FROM task", List.of("2"));
            two.execute("INSERT INTO task VALUES(3, 'from java', 3.25, 1, x'01')");
            two.execute("UPDATE task SET title = 'changed again' WHERE id = 1");
            two.execute("DELETE FROM task WHERE id = 2");
            one.execute("INSERT INTO log VALUES('line')");
            String tasks = "SELECT id, title, price, done FROM task ORDER BY id";
            awaitRows(go, tasks, List.of("1|changed again|1|1", "3|from java|3.25|1"));
            awaitRows(go, "SELECT line FROM log ORDER BY 1", List.of("a;b", "line"));
            try (GoNode asynchronous =
                    GoNode.start(server, folder.resolve("go2.db"), "go2", ID, "-outbox", folder.toString())) {
                awaitRows(asynchronous, "SELECT count(*) FROM log", List.of("2"));
                asynchronous.execute("UPDATE log SET line = 'changed' WHERE line = 'line'");
                awaitRows(go, "SELECT line FROM log ORDER BY 1", List.of("a;b", "changed"));
            }
            for (TestNode node : List.of(one, two)) {
                awaitRows(node, tasks, List.of("1|changed again|1.0|1", "3|from java|3.25|1"));
                awaitRows(node, "SELECT quote(data) FROM task ORDER BY id", List.of("X'00FF'", "X'01'"));
                awaitRows(node, "SELECT line FROM log ORDER BY 1", List.of("a;b", "changed"));
                assertThat(node.query("SELECT count(*) FROM sqlite_schema WHERE name = 'log_line'"))
                        .containsExactly("1");
                assertThat(node.status().rejectedMessages()).isZero();
            }
        }
    }

    @Test
    void strictNodesStartAgainAfterAGoNodeHasJoined() throws Exception {
        try (TestNode one = TestNode.openStrict(server, folder.resolve("n1.db"), "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
        }
        try (GoNode go = go("go")) {
            awaitRows(go, "SELECT count(*) FROM t", List.of("0"));
            assertThat(description()).isNull();
            try (TestNode one = TestNode.openStrict(server, folder.resolve("n1.db"), "n1");
                    TestNode two = TestNode.openStrict(server, folder.resolve("n2.db"), "n2")) {
                one.execute("INSERT INTO t VALUES(1)");
                awaitRows(two, "SELECT id FROM t", List.of("1"));
                awaitRows(go, "SELECT id FROM t", List.of("1"));
            }
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> open("n3"))
                    .withMessageContaining("has strict");
        }
    }

    private String description() throws Exception {
        try (Connection nats = server.connect()) {
            return nats.jetStreamManagement()
                    .getStreamInfo(STREAM)
                    .getConfiguration()
                    .getDescription();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "my.db",
                "a/b c\t*>d",
                "..leading and trailing..",
                "a replication id that is longer than thirty-two bytes.db",
                "_x_"
            })
    void theSubjectIsTheirs(String replicationId) throws Exception {
        try (GoNode go = GoNode.start(server, folder.resolve("go.db"), "go", replicationId);
                Connection nats = server.connect()) {
            go.execute("CREATE TABLE t(a)");
            StreamInfo info = nats.jetStreamManagement().getStreamInfo(STREAM, StreamInfoOptions.allSubjects());
            assertThat(info.getStreamState().getSubjectMap())
                    .containsOnlyKeys(ReplicationSubject.of(STREAM, replicationId));
        }
    }

    @Test
    void whatTheyWouldMissIsRefusedWhileTheyTakePart() throws Exception {
        String large = "INSERT INTO t VALUES(1, hex(randomblob(1200000)))";
        try (TestNode one = open("n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT)");
            try (GoNode go = go("go")) {
                awaitRows(go, "SELECT count(*) FROM t", List.of("0"));
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> one.execute(large))
                        .withMessageContaining("test_go")
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("54000"));
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> transaction(one, "CREATE TABLE u(a)", large))
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("54000"));
                assertThat(one.query("SELECT count(*) FROM t")).containsExactly("0");
                assertThat(one.query("SELECT count(*) FROM sqlite_schema WHERE name = 'u'"))
                        .containsExactly("0");
                one.execute("INSERT INTO t VALUES(2, 'small')");
                awaitRows(go, "SELECT id FROM t", List.of("2"));
            }
            // away is not gone
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> one.execute(large));
            try (Connection nats = server.connect()) {
                nats.jetStreamManagement().deleteConsumer(STREAM, "test_go");
            }
            one.execute(large);
            assertThat(one.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "2");
        }
    }

    private static void transaction(TestNode node, String... statements) throws SQLException {
        try (java.sql.Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
            connection.commit();
        }
    }

    @Test
    void whatIsOnlyForNodesDoesNotStopThem() throws Exception {
        try (TestNode one = open("n1", Duration.ZERO)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT, b BLOB)");
            one.execute("INSERT INTO t VALUES(1, hex(randomblob(1200000)), null)");
            one.verifier().verify(Duration.ofSeconds(20));
            one.execute("PRAGMA user_version = 7");
            one.execute("INSERT INTO t VALUES(2, 'small', x'0102')");
            try (GoNode go = go("go")) {
                // what travelled in parts is missed, and a BLOB is the text of its base64
                awaitRows(go, "SELECT id, text, b FROM t", List.of("2|small|AQI="));
                assertThat(go.query("PRAGMA user_version")).containsExactly("7");
            }
        }
    }

    @Test
    void keysOfEveryKindAreTheirs() throws Exception {
        try (TestNode one = open("n1");
                GoNode go = go("go")) {
            one.execute("CREATE TABLE pair(b TEXT, a INT, v TEXT, PRIMARY KEY(a, b)) WITHOUT ROWID");
            one.execute("INSERT INTO pair(b, a, v) VALUES('x', 1, 'v'), ('y', 1, 'v'), ('z', 1, 'v')");
            one.execute("UPDATE pair SET v = 'w' WHERE b = 'y'");
            one.execute("UPDATE pair SET a = 2 WHERE b = 'z'");
            one.execute("DELETE FROM pair WHERE b = 'x'");
            awaitRows(go, "SELECT b, a, v FROM pair ORDER BY b", List.of("y|1|w", "z|2|v"));
            go.execute("UPDATE pair SET v = 'go' WHERE b = 'y'", "DELETE FROM pair WHERE b = 'z'");
            awaitRows(one, "SELECT b, a, v FROM pair", List.of("y|1|go"));
            one.execute("CREATE TABLE g(a INTEGER PRIMARY KEY, v TEXT, twice INT AS (a * 2) STORED)");
            one.execute("INSERT INTO g(a, v) VALUES(4, 'v')");
            awaitRows(go, "SELECT a, v, twice FROM g", List.of("4|v|8"));
        }
    }

    @Test
    void aSnapshotOfTheirsBeginsANode() throws Exception {
        begin("go", "CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB)", "INSERT INTO t VALUES(1, x'01')");
        try (GoNode go = go("go")) {
            go.execute("INSERT INTO t VALUES(2, x'02')");
            await().until(() -> go.takeSnapshot() > 0);
            go.execute("INSERT INTO t VALUES(3, x'03')", "UPDATE t SET b = x'22' WHERE id = 2");
            try (TestNode one = open("n1", Duration.ofDays(1))) {
                awaitRows(one, "SELECT id, quote(b) FROM t ORDER BY id", List.of("1|X'01'", "2|X'22'", "3|X'03'"));
                assertThat(one.query("SELECT count(*) FROM sqlite_schema WHERE name = 'ha_stats'"))
                        .containsExactly("0");
                one.execute("INSERT INTO t VALUES(4, null)");
                awaitRows(go, "SELECT id FROM t ORDER BY id", List.of("1", "2", "3", "4"));
                one.snapshotter().takeSnapshot();
            }
            go.execute("INSERT INTO t VALUES(5, null)");
            try (TestNode two = open("n2", Duration.ofDays(1))) {
                awaitRows(two, "SELECT id FROM t ORDER BY id", List.of("1", "2", "3", "4", "5"));
            }
        }
    }

    @Test
    void withoutItsBeginningTheirHistoryIsRefused() throws Exception {
        begin("go", "CREATE TABLE t(id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES(1)");
        try (GoNode go = go("go")) {
            go.execute("CREATE TABLE u(a)", "INSERT INTO t VALUES(2)", "INSERT INTO u VALUES(2)");
            for (int start = 0; start < 2; start++) {
                assertThatExceptionOfType(ReplicationStartException.class)
                        .isThrownBy(() -> open("n1", Duration.ofDays(1)))
                        .withMessageContaining("changes the table t, which no message before has created");
            }
            await().until(() -> go.takeSnapshot() > 0);
            try (TestNode two = open("n2", Duration.ofDays(1))) {
                awaitRows(two, "SELECT id FROM t ORDER BY id", List.of("1", "2"));
                awaitRows(two, "SELECT a FROM u", List.of("2"));
            }
        }
    }

    /** A database that a Go node has had before it joined any stream. */
    private void begin(String name, String... statements) throws Exception {
        try (java.sql.Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(name + ".db"));
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    private TestNode open(String name, Duration snapshotInterval) throws Exception {
        return TestNode.open(server.url(), folder.resolve(name + ".db"), name, snapshotInterval, settings -> settings);
    }
}
