package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** How nodes begin: with a snapshot, with the stream alone, as what the stream begins with, or not at all. */
@Tag("nats")
@Execution(ExecutionMode.CONCURRENT)
class BootstrapTests {

    private static final Duration SOON = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    private FolderSnapshotStore store;

    @BeforeEach
    void makeStore() throws Exception {
        store = new FolderSnapshotStore(folder.resolve("store"));
    }

    @Test
    void anEmptyNodeBeginsWithASnapshotAndTheMessagesBehindIt() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("INSERT INTO t VALUES(1, 'in the snapshot')");
            Snapshot snapshot = snapshot(one);
            one.execute("INSERT INTO t VALUES(2, 'behind it')");
            one.awaitAppliedOn(one);
            purgeUpTo(server, snapshot.sequence());
            try (TestNode two = open(server, "n2")) {
                assertThat(two.query("SELECT * FROM t ORDER BY id"))
                        .containsExactly("1|in the snapshot", "2|behind it");
                two.execute("INSERT INTO t VALUES(3, 'from the new one')");
                two.awaitAppliedOn(one);
                assertThat(one.query("SELECT count(*) FROM t")).containsExactly("3");
            }
        }
    }

    @Test
    void whatIsPendingIsNotInASnapshot() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("INSERT INTO t VALUES(1, 'sent')");
            one.awaitAppliedOn(one);
            server.stop();
            one.execute("INSERT INTO t VALUES(2, 'pending')");
            one.execute("UPDATE t SET v = 'changed' WHERE id = 1");
            Path copy = folder.resolve("copy.db");
            long sequence = one.node().snapshots().copy(copy);
            assertThat(sequence).isEqualTo(one.status().appliedSequence());
            try (java.sql.Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
                    Statement statement = connection.createStatement()) {
                assertThat(statement.executeQuery("SELECT v FROM t").getString(1))
                        .isEqualTo("sent");
                assertThat(statement.executeQuery("SELECT count(*) FROM t").getInt(1))
                        .isOne();
                assertThat(statement
                                .executeQuery("SELECT count(*) FROM ha_outbox")
                                .getInt(1))
                        .isZero();
            }
            assertThat(one.query("SELECT v FROM t ORDER BY id")).containsExactly("changed", "pending");
        }
    }

    @Test
    void anExistingDatabaseIsWhatAnEmptyStreamBeginsWith() throws Exception {
        createPlain("n1.db");
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            assertThat(store.list()).hasSize(1);
            one.execute("INSERT INTO old VALUES(2, 'new')");
            try (TestNode two = open(server, "n2")) {
                assertThat(two.query("SELECT * FROM old ORDER BY id")).containsExactly("1|old", "2|new");
            }
        }
    }

    @Test
    void aNodeThatWasThereBeforeGetsTheExistingDatabaseToo() throws Exception {
        createPlain("n1.db");
        try (NatsServer server = NatsServer.start();
                TestNode two = open(server, "n2");
                TestNode one = open(server, "n1")) {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(two.query("SELECT name FROM sqlite_schema WHERE name = 'old'"))
                            .hasSize(1));
            assertThat(two.query("SELECT * FROM old")).containsExactly("1|old");
            two.execute("INSERT INTO old VALUES(2, 'from the other one')");
            two.awaitAppliedOn(one);
            assertThat(one.query("SELECT * FROM old ORDER BY id")).containsExactly("1|old", "2|from the other one");
        }
    }

    @Test
    void anExistingDatabaseDoesNotMergeWithAStreamThatHasAHistory() throws Exception {
        createPlain("n2.db");
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> open(server, "n2"))
                    .withMessageContaining("was never replicated")
                    .satisfies(e -> assertThat(e.action()).contains("move the file away", "delete the stream"));
            Files.move(folder.resolve("n2.db"), folder.resolve("away.db"));
            try (TestNode two = open(server, "n2")) {
                assertThat(two.query("SELECT name FROM sqlite_schema WHERE name IN ('t', 'old')"))
                        .containsExactly("t");
            }
        }
    }

    @Test
    void aReadReplicaWithADatabaseOfItsOwnIsRefused() throws Exception {
        createPlain("n1.db");
        try (NatsServer server = NatsServer.start()) {
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> TestNode.open(
                            server,
                            folder.resolve("n1.db"),
                            "n1",
                            store,
                            settings -> settings.with(to -> to.readOnly(true))))
                    .withMessageContaining("read replica");
        }
    }

    @Test
    void aNodeThatTheStreamHasLeftBehindGoesOnFromASnapshotAndKeepsWhatIsPending() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("INSERT INTO t VALUES(1, 'known')");
            try (TestNode two = open(server, "n2")) {
                one.awaitAppliedOn(two);
            }
            one.execute("INSERT INTO t VALUES(2, 'missed')");
            one.execute("UPDATE t SET v = 'missed' WHERE id = 1");
            one.awaitAppliedOn(one);
            Snapshot snapshot = snapshot(one);
            server.stop();
            try (TestNode two = open(server, "n2")) {
                two.execute("INSERT INTO t VALUES(3, 'pending')");
            }
            server.restart();
            purgeUpTo(server, snapshot.sequence());
            try (TestNode two = open(server, "n2")) {
                assertThat(two.query("SELECT * FROM t ORDER BY id"))
                        .containsExactly("1|missed", "2|missed", "3|pending");
                two.awaitAppliedOn(one);
                assertThat(one.query("SELECT v FROM t WHERE id = 3")).containsExactly("pending");
            }
        }
    }

    @Test
    void aHoleThatNoSnapshotCoversStopsTheNode() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            try (TestNode two = open(server, "n2")) {
                one.awaitAppliedOn(two);
            }
            one.execute("INSERT INTO t VALUES(2, 'missed')");
            one.awaitAppliedOn(one);
            purgeUpTo(server, one.status().appliedSequence());
            one.execute("INSERT INTO t VALUES(3, 'later')");
            one.awaitAppliedOn(one);
            for (String name : new String[] {"n2", "n3"}) {
                assertThatExceptionOfType(ReplicationStartException.class)
                        .isThrownBy(() -> TestNode.open(
                                server,
                                folder.resolve(name + ".db"),
                                name,
                                store,
                                settings -> settings.with(to -> to.bootstrapTimeout(SOON))))
                        .withMessageContaining("snapshot")
                        .satisfies(e -> assertThat(e.action()).contains("snapshot", "stream-max-age"));
            }
            snapshot(one);
            try (TestNode two = open(server, "n2");
                    TestNode three = open(server, "n3")) {
                assertThat(two.query("SELECT v FROM t ORDER BY id")).containsExactly("missed", "later");
                assertThat(three.query("SELECT v FROM t ORDER BY id")).containsExactly("missed", "later");
            }
        }
    }

    @Test
    void aDamagedSnapshotIsNotUsedButTheOneBeforeIs() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.awaitAppliedOn(one);
            snapshot(one);
            one.execute("INSERT INTO t VALUES(1, 'x')");
            one.awaitAppliedOn(one);
            Snapshot newest = snapshot(one);
            byte[] bytes = Files.readAllBytes(store.file(newest));
            bytes[bytes.length / 2] ^= 0x55;
            Files.write(store.file(newest), bytes);
            try (TestNode two = open(server, "n2")) {
                assertThat(two.query("SELECT v FROM t")).containsExactly("x");
            }
        }
    }

    @Test
    void anotherStreamStopsTheNodeUnlessToldOtherwise() throws Exception {
        try (NatsServer server = NatsServer.start()) {
            try (TestNode one = open(server, "n1");
                    TestNode two = open(server, "n2")) {
                one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
                one.execute("INSERT INTO t VALUES(1, 'x')");
                one.awaitAppliedOn(two);
            }
            try (Connection connection = server.connect()) {
                connection.jetStreamManagement().deleteStream("ha_replication");
            }
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> open(server, "n1"))
                    .withMessageContaining("created later")
                    .satisfies(e -> assertThat(e.action()).contains("origin", "rejoin"));
            try (TestNode one = open(server, "n1", OnStreamReset.ORIGIN)) {
                one.execute("INSERT INTO t VALUES(2, 'y')");
                assertThatExceptionOfType(ReplicationStartException.class)
                        .isThrownBy(() -> open(server, "n2", OnStreamReset.ORIGIN))
                        .withMessageContaining("has a history already");
                try (TestNode two = open(server, "n2", OnStreamReset.REJOIN)) {
                    assertThat(two.query("SELECT v FROM t ORDER BY id")).containsExactly("x", "y");
                }
                assertThat(folder.toFile().list((dir, name) -> name.startsWith("n2.db.before-")))
                        .hasSize(1);
            }
        }
    }

    private TestNode open(NatsServer server, String name) {
        return TestNode.open(server, folder.resolve(name + ".db"), name, store);
    }

    private TestNode open(NatsServer server, String name, OnStreamReset policy) {
        return TestNode.open(
                server,
                folder.resolve(name + ".db"),
                name,
                store,
                settings -> settings.with(to -> to.onStreamReset(policy)));
    }

    private Snapshot snapshot(TestNode node) throws Exception {
        node.awaitAppliedOn(node);
        return node.takeSnapshot(store);
    }

    private void createPlain(String name) throws Exception {
        try (java.sql.Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(name));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE old(id INTEGER PRIMARY KEY, v)");
            statement.executeUpdate("INSERT INTO old VALUES(1, 'old')");
        }
    }

    private static void purgeUpTo(NatsServer server, long sequence) throws Exception {
        try (Connection connection = server.connect()) {
            JetStreamManagement management = connection.jetStreamManagement();
            management.purgeStream(
                    "ha_replication",
                    io.nats.client.PurgeOptions.builder().sequence(sequence + 1).build());
        }
    }
}
