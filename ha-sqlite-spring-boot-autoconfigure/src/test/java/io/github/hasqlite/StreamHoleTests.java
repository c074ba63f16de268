package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The stream loses messages, is made anew, is set back, or has no room; snapshots are gone or half done. */
@Tag("nats")
@Execution(ExecutionMode.CONCURRENT)
class StreamHoleTests {

    private static final String STREAM = "ha_replication";

    @TempDir
    private Path folder;

    private FolderSnapshotStore store;

    @BeforeEach
    void makeStore() throws Exception {
        store = new FolderSnapshotStore(folder.resolve("store"));
    }

    @Test
    void aMessageDeletedInTheMiddleIsMadeUpForByASnapshot() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            try (TestNode two = open(server, "n2")) {
                one.awaitAppliedOn(two);
            }
            one.execute("INSERT INTO t VALUES(1, 'deleted')");
            one.awaitAppliedOn(one);
            long deleted = one.status().appliedSequence();
            one.execute("INSERT INTO t VALUES(2, 'behind')");
            one.awaitAppliedOn(one);
            one.takeSnapshot(store);
            one.execute("INSERT INTO t VALUES(3, 'later')");
            one.awaitAppliedOn(one);
            try (Connection connection = server.connect()) {
                connection.jetStreamManagement().deleteMessage(STREAM, deleted);
            }
            try (TestNode two = open(server, "n2")) {
                assertThat(two.query("SELECT v FROM t ORDER BY id")).containsExactly("deleted", "behind", "later");
            }
        }
    }

    @Test
    void aRunningNodeStopsWhenTheStreamIsMadeAnewAndKeepsWhatIsPending() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            for (int i = 0; i < 10; i++) {
                one.execute("INSERT INTO t VALUES(" + i + ", 'x')");
            }
            one.awaitAppliedOn(one);
            try (Connection connection = server.connect()) {
                StreamConfiguration configuration =
                        connection.jetStreamManagement().getStreamInfo(STREAM).getConfiguration();
                connection.jetStreamManagement().deleteStream(STREAM);
                connection.jetStreamManagement().addStream(configuration);
            }
            one.execute("INSERT INTO t VALUES(100, 'pending')");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(one.status().halted()).isNotNull());
            assertThat(one.status().connected()).isFalse();
            assertThat(one.dataSource().retryReplication()).isFalse();
            one.execute("INSERT INTO t VALUES(101, 'pending, too')");
            assertThat(one.status().outboxLength()).isEqualTo(2);
            assertThat(one.query("SELECT count(*) FROM t")).containsExactly("12");
        }
    }

    @Test
    void aRunningNodeStopsWhenTheStreamIsSetBack() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.awaitAppliedOn(one);
            server.stop();
            server.keepStore();
            server.restart();
            for (int i = 0; i < 5; i++) {
                one.execute("INSERT INTO t VALUES(" + i + ", 'x')");
            }
            one.awaitAppliedOn(one);
            server.stop();
            server.setStoreBack();
            server.restart();
            one.execute("INSERT INTO t VALUES(100, 'pending')");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(one.status().halted()).isNotNull());
        }
    }

    @Test
    void theFirstSnapshotIsMadeUpForAtTheNextStart() throws Exception {
        try (java.sql.Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("n1.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE old(id INTEGER PRIMARY KEY, v)");
            statement.executeUpdate("INSERT INTO old VALUES(1, 'old')");
        }
        AtomicBoolean broken = new AtomicBoolean(true);
        store = new FolderSnapshotStore(folder.resolve("broken")) {
            @Override
            public void save(Snapshot snapshot, InputStream content) throws IOException {
                if (broken.get()) {
                    throw new IOException("the store is broken");
                }
                super.save(snapshot, content);
            }
        };
        try (NatsServer server = NatsServer.start()) {
            assertThatExceptionOfType(ReplicationStartException.class)
                    .isThrownBy(() -> open(server, "n1"))
                    .withMessageContaining("the store is broken");
            assertThat(store.list()).isEmpty();
            broken.set(false);
            try (TestNode one = open(server, "n1");
                    TestNode two = open(server, "n2")) {
                assertThat(store.list()).hasSize(1);
                assertThat(two.query("SELECT v FROM old")).containsExactly("old");
                two.execute("INSERT INTO old VALUES(2, 'new')");
                two.awaitAppliedOn(one);
                assertThat(one.query("SELECT count(*) FROM old")).containsExactly("2");
            }
        }
    }

    @Test
    void aStreamWithoutRoomLosesNothing() throws Exception {
        try (NatsServer server = NatsServer.startWithRoom("2MB");
                TestNode one = open(server, "n1");
                TestNode two = open(server, "n2")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            for (int i = 0; i < 40; i++) {
                one.execute("INSERT INTO t VALUES(" + i + ", randomblob(100000))");
            }
            Awaitility.await().until(() -> two.status().appliedSequence() > 5);
            assertThat(one.status().outboxLength()).isPositive();
            assertThat(one.query("SELECT count(*) FROM t")).containsExactly("40");
            server.changeRoom("200MB");
            one.awaitAppliedOn(two);
            assertThat(two.query("SELECT count(*) FROM t")).containsExactly("40");
        }
    }

    private TestNode open(NatsServer server, String name) {
        return TestNode.open(server, folder.resolve(name + ".db"), name, store);
    }
}
