package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.commit.DeliverPolicy;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.nats.JetStreamSnapshotStore;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Read replicas that begin somewhere in the stream. */
@Tag("system")
class DeliverPolicyTests {

    @TempDir
    private Path folder;

    private NatsServer server;
    private JetStreamSnapshotStore store;
    private TestNode writer;
    private TestNode replica;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start();
        store = JetStreamSnapshotStore.open(NatsSettings.of(server.url(), "test"));
        writer = TestNode.open(server, folder.resolve("writer.db"), "writer", store);
        writer.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        writer.execute("INSERT INTO t VALUES(1, 'first')");
        awaitStored();
    }

    @AfterEach
    void close() {
        for (AutoCloseable each : new AutoCloseable[] {replica, writer, store, server}) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void awaitStored() {
        Awaitility.await().until(() -> writer.status().outboxLength() == 0);
    }

    private TestNode open(String policy) {
        return open(settings -> settings.with(to -> to.readOnly(true).deliverPolicy(DeliverPolicy.of(policy))));
    }

    private TestNode open(UnaryOperator<NodeSettings> settings) {
        return TestNode.open(
                server.url(),
                folder.resolve("replica.db"),
                "replica",
                each -> settings.apply(each.with(to -> to.commitMode(CommitMode.ASYNC))),
                List.of(),
                UnaryOperator.identity(),
                store);
    }

    /** What a replica begins with that does not begin with everything. */
    private void copyOfSchema() throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("replica.db"));
                var statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        }
    }

    private List<String> after(String policy) throws Exception {
        copyOfSchema();
        replica = open(policy);
        writer.execute("INSERT INTO t VALUES(99, 'later')");
        Awaitility.await()
                .untilAsserted(() -> assertThat(replica.query("SELECT id FROM t WHERE id = 99"))
                        .containsExactly("99"));
        return replica.query("SELECT id FROM t ORDER BY id");
    }

    @Test
    void withWhatIsNew() throws Exception {
        assertThat(after("new")).containsExactly("99");
        long from = replica.status().deliveredFrom();
        assertThat(from).isGreaterThan(2);

        replica.close();
        writer.execute("INSERT INTO t VALUES(100, 'while it was away')");
        replica = open("new");

        assertThat(replica.query("SELECT id FROM t ORDER BY id")).containsExactly("99", "100");
        assertThat(replica.status().deliveredFrom()).isEqualTo(from);
    }

    @Test
    void withTheLast() throws Exception {
        writer.execute("INSERT INTO t VALUES(2, 'second')");
        awaitStored();
        assertThat(after("last")).containsExactly("2", "99");
    }

    @Test
    void atASequence() throws Exception {
        long first = writer.status().appliedSequence();
        writer.execute("INSERT INTO t VALUES(2, 'second')");
        awaitStored();
        assertThat(after("by_start_sequence=" + first)).containsExactly("1", "2", "99");
    }

    @Test
    void atATime() throws Exception {
        long before = writer.status().appliedSequence();
        Instant time = Instant.now();
        for (int i = 2; i < 10; i++) {
            writer.execute("INSERT INTO t VALUES(" + i + ", 'x')");
        }
        awaitStored();
        List<String> found = after("by_start_time=" + time);
        assertThat(found).containsExactly("2", "3", "4", "5", "6", "7", "8", "9", "99");
        assertThat(replica.status().deliveredFrom()).isEqualTo(before + 1);
    }

    @Test
    void behindTheEndIsRefused() {
        assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> open("by_start_sequence=1000"))
                .withMessageContaining("the stream has messages from 1 to ");
    }

    @Test
    void aRowOfATableThatIsNotThereIsReported() throws Exception {
        replica = open("new");
        writer.execute("INSERT INTO t VALUES(3, 'x')");
        writer.awaitAppliedOn(replica);
        assertThat(replica.query("SELECT table_name, kind FROM ha_conflicts")).containsExactly("t|SCHEMA_CHANGE");
    }

    @Test
    void itCannotBecomeOneThatWrites() throws Exception {
        after("new");
        replica.close();
        replica = null;
        assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> open(settings -> settings))
                .withMessageContaining("nothing can be written to it for the others");
        assertThat(Files.exists(folder.resolve("replica.db"))).isTrue();
    }

    @Test
    void whatIsConfiguredIsRead() {
        assertThat(DeliverPolicy.of(" NEW ").start()).isEqualTo(DeliverPolicy.Start.NEW);
        assertThat(DeliverPolicy.of("by-start-sequence=7").sequence()).isEqualTo(7);
        Instant time = Instant.parse("2026-11-26T10:00:00Z");
        assertThat(DeliverPolicy.of("by_start_time=2026-11-26T10:00:00Z").time())
                .isEqualTo(time);
        assertThat(DeliverPolicy.of("by_start_time=2026-11-26 10:00:00").time()).isEqualTo(time);
        assertThat(DeliverPolicy.of("by_start_time=2026-11-26T11:00:00+01:00").time())
                .isEqualTo(time);
        for (String wrong : List.of("newest", "by_start_sequence=0", "by_start_sequence=x", "by_start_time=today")) {
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> DeliverPolicy.of(wrong));
        }
    }
}
