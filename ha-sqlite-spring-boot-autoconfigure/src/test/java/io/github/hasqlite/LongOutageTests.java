package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.core.changeset.NoopPublisher;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.GatedPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * All nodes are killed at once and stay away for longer than the stream keeps messages: it has dropped some that were
 * acknowledged, and that no node had applied.
 */
@Tag("nats")
@Execution(ExecutionMode.CONCURRENT)
class LongOutageTests {

    private static final String STREAM = "ha_replication";

    @TempDir
    private Path folder;

    private NatsServer server;
    private FolderSnapshotStore store;

    @BeforeEach
    void open() throws Exception {
        server = NatsServer.start();
        store = new FolderSnapshotStore(folder.resolve("snapshots"));
        try (TestNode one = open("n1", OnStreamReset.STOP)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.awaitAppliedOn(one);
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Path file(String node) {
        return folder.resolve(node + ".db");
    }

    private TestNode open(String node, OnStreamReset onReset) {
        return open(node, onReset, new AtomicReference<>());
    }

    private TestNode open(String node, OnStreamReset onReset, AtomicReference<GatedPublisher> gate) {
        return TestNode.open(
                server.url(),
                file(node),
                node,
                settings -> settings.with(to ->
                        to.commitMode(CommitMode.ASYNC).onStreamReset(onReset).bootstrapTimeout(Duration.ofSeconds(6))),
                List.of(),
                publisher -> {
                    if (gate.get() == null) {
                        return publisher;
                    }
                    gate.set(new GatedPublisher(publisher));
                    return gate.get();
                },
                store);
    }

    /** Commits on a node that dies when the stream has acknowledged it, and before the node has seen it again. */
    private void commitAndDie(String node, String sql) throws Exception {
        AtomicReference<GatedPublisher> gate = new AtomicReference<>(new GatedPublisher(new NoopPublisher()));
        Path kept = folder.resolve(node + "-kept.db");
        try (TestNode dying = open(node, OnStreamReset.STOP, gate)) {
            gate.get().shut();
            dying.execute(sql);
            try (java.sql.Connection copying = DriverManager.getConnection("jdbc:sqlite:" + file(node));
                    var statement = copying.createStatement()) {
                statement.executeUpdate("VACUUM INTO '" + kept + "'");
            }
        }
        Files.deleteIfExists(Path.of(file(node) + "-wal"));
        Files.deleteIfExists(Path.of(file(node) + "-shm"));
        Files.delete(file(node));
        Files.move(kept, file(node));
        try (java.sql.Connection database = DriverManager.getConnection("jdbc:sqlite:" + file(node));
                Connection nats = server.connect()) {
            for (OutboxTable.Row row : new OutboxTable(database).read(0, 10)) {
                nats.jetStream().publish(STREAM + ".test", row.message());
            }
        }
    }

    private void expire() throws Exception {
        try (Connection nats = server.connect()) {
            nats.jetStreamManagement().purgeStream(STREAM);
        }
    }

    private static void awaitRows(TestNode node, String... ids) {
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(node.query("SELECT id FROM t ORDER BY id")).containsExactly(ids));
    }

    @Test
    void aNodeThatIsAloneGoesOnByItselfAndLosesNothing() throws Exception {
        commitAndDie("n1", "INSERT INTO t VALUES(1, 'acknowledged')");
        expire();
        try (TestNode one = open("n1", OnStreamReset.STOP);
                TestNode two = open("n2", OnStreamReset.STOP)) {
            awaitRows(one, "1");
            awaitRows(two, "1");
            two.execute("INSERT INTO t VALUES(2, 'later')");
            awaitRows(one, "1", "2");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(one.status().outboxLength()).isZero());
        }
    }

    @Test
    void severalNodesGoOnFromTheOneThatTheOperatorNamesAndLoseNothing() throws Exception {
        try (TestNode one = open("n1", OnStreamReset.STOP);
                TestNode two = open("n2", OnStreamReset.STOP)) {
            two.execute("INSERT INTO t VALUES(10, 'seen by all')");
            two.awaitAppliedOn(one);
        }
        commitAndDie("n1", "INSERT INTO t VALUES(1, 'one')");
        expire();
        assertThatThrownBy(() -> open("n2", OnStreamReset.STOP).close())
                .isInstanceOf(ReplicationStartException.class)
                .hasMessageContaining("on-stream-reset=origin");
        try (TestNode one = open("n1", OnStreamReset.ORIGIN);
                TestNode two = open("n2", OnStreamReset.STOP)) {
            awaitRows(one, "1", "10");
            awaitRows(two, "1", "10");
            two.execute("INSERT INTO t VALUES(2, 'later')");
            awaitRows(one, "1", "2", "10");
        }
    }

    @Test
    void aNodeThatHasAppliedMoreThanWhatTheOthersWentOnFromRefusesToForgetIt() throws Exception {
        try (TestNode one = open("n1", OnStreamReset.STOP);
                TestNode two = open("n2", OnStreamReset.STOP)) {
            two.execute("INSERT INTO t VALUES(10, 'seen by all')");
            two.awaitAppliedOn(one);
        }
        try (TestNode two = open("n2", OnStreamReset.STOP)) {
            two.execute("INSERT INTO t VALUES(11, 'only here')");
            two.awaitAppliedOn(two);
        }
        expire();
        try (TestNode one = open("n1", OnStreamReset.ORIGIN)) {
            one.execute("INSERT INTO t VALUES(2, 'later')");
            assertThatThrownBy(() -> open("n2", OnStreamReset.STOP).close())
                    .isInstanceOf(ReplicationStartException.class)
                    .hasMessageContaining("lacks what this node has applied");
        }
        try (java.sql.Connection database = DriverManager.getConnection("jdbc:sqlite:" + file("n2"));
                var rows = database.createStatement().executeQuery("SELECT count(*) FROM t")) {
            assertThat(rows.getInt(1)).isEqualTo(2);
        }
    }
}
