package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.NodeProcess;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamInfoOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The stream keeps what no snapshot covers for longer than what one covers. */
@Tag("nats")
@Execution(ExecutionMode.CONCURRENT)
class StreamReserveTests {

    private static final String STREAM = "ha_replication";
    private static final Duration AGE = Duration.ofSeconds(1);
    private static final UnaryOperator<NatsSettings> SHORT =
            settings -> settings.with(to -> to.streamMaxAge(AGE).replicas(1));

    @TempDir
    private Path folder;

    private NatsServer server;
    private Connection nats;
    private Store store;

    @BeforeEach
    void open() throws Exception {
        server = NatsServer.start();
        nats = server.connect();
        store = new Store(folder.resolve("snapshots"));
    }

    @AfterEach
    void close() throws Exception {
        nats.close();
        server.close();
    }

    private TestNode open(String node, UnaryOperator<NatsSettings> stream) {
        return TestNode.openOn(server.url(), folder.resolve(node + ".db"), node, stream, store);
    }

    private StreamInfo info() throws Exception {
        return nats.jetStreamManagement().getStreamInfo(STREAM, StreamInfoOptions.allSubjects());
    }

    private long first() throws Exception {
        return info().getStreamState().getFirstSequence();
    }

    /** Waits until all that is in the stream now, or was, has been there for longer than it has to be kept. */
    private void awaitAllOld() throws Exception {
        StreamInfo info = info();
        Instant last = info.getStreamState().getLastTime().toInstant();
        Awaitility.await().until(() -> Instant.now().isAfter(last.plus(AGE).plusMillis(500)));
    }

    private static void commit(TestNode node, String sql) throws Exception {
        node.execute(sql);
        node.awaitAppliedOn(node);
    }

    @Test
    void allNodesAreKilledUnderLoadAndAwayForLongerThanTheStreamKeepsWhatSnapshotsCover() throws Exception {
        List<List<String>> committed = new ArrayList<>();
        try (NodeProcess one = NodeProcess.startKeeping(server, folder, "n1", AGE);
                NodeProcess two = NodeProcess.startKeeping(server, folder, "n2", AGE)) {
            List<NodeProcess> nodes = List.of(one, two);
            one.make("execute CREATE TABLE w(node, n, v, PRIMARY KEY(node, n))");
            one.awaitAppliedOn(two);
            for (NodeProcess node : nodes) {
                node.make("write " + node.name());
            }
            Awaitility.await().until(() -> info().getStreamState().getLastSequence() > 200);
            nodes.forEach(NodeProcess::kill9);
            for (NodeProcess node : nodes) {
                committed.add(rows(node));
            }
            awaitAllOld();
            assertThat(first()).isEqualTo(1);
            for (NodeProcess node : nodes) {
                node.start();
            }
            one.awaitAppliedOn(two);
            two.awaitAppliedOn(one);
            one.awaitAppliedOn(two);
            assertThat(one.ask("content")).isEqualTo(two.ask("content"));
            nodes.forEach(NodeProcess::kill9);
            for (List<String> each : committed) {
                assertThat(each).isNotEmpty();
                assertThat(rows(two)).containsAll(each);
            }
        }
    }

    private static List<String> rows(NodeProcess node) throws Exception {
        List<String> rows = new ArrayList<>();
        try (java.sql.Connection database = DriverManager.getConnection("jdbc:sqlite:" + node.file());
                var found = database.createStatement().executeQuery("SELECT node || n FROM w")) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }

    @Test
    void withoutAReserveTheServerDropsWhatNoSnapshotCovers() throws Exception {
        try (TestNode one =
                open("n1", SHORT.andThen(settings -> settings.with(to -> to.streamReserve(Duration.ZERO)))::apply)) {
            commit(one, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            Awaitility.await().until(() -> info().getStreamState().getMsgCount() == 0);
        }
        try (TestNode one = open("n1", SHORT)) {
            assertThat(info().getConfiguration().getMaxAge())
                    .as("of a stream that is there")
                    .isEqualTo(AGE.plus(NatsSettings.DEFAULT_STREAM_RESERVE));
        }
    }

    @Test
    void whatIsOldAndCoveredGoesAndNothingElse() throws Exception {
        try (TestNode one = open("n1", SHORT)) {
            commit(one, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            commit(one, "INSERT INTO t VALUES(1)");
            long firstSnapshot = one.takeSnapshot(store).sequence();
            commit(one, "INSERT INTO t VALUES(2)");
            long secondSnapshot = one.takeSnapshot(store).sequence();
            awaitAllOld();
            assertThat(first()).as("nobody has dropped anything").isEqualTo(1);
            commit(one, "INSERT INTO t VALUES(3)");
            store.fails = true;
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> one.takeSnapshot(store));
            assertThat(first()).as("there is no newer snapshot").isEqualTo(1);
            store.fails = false;
            one.takeSnapshot(store);
            assertThat(firstSnapshot).isLessThan(secondSnapshot);
            assertThat(first()).as("the older one of two counts").isEqualTo(secondSnapshot + 1);
            try (TestNode two = open("n2", SHORT)) {
                assertThat(two.query("SELECT id FROM t")).containsExactly("1", "2", "3");
            }
        }
    }

    @Test
    void aNodeThatComesBackAfterWhatItMissedHasGoneGoesOnFromTheSnapshotAndLosesNothing() throws Exception {
        try (TestNode one = open("n1", SHORT)) {
            commit(one, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            try (TestNode two = open("n2", SHORT)) {
                one.awaitAppliedOn(two);
            }
            commit(one, "INSERT INTO t VALUES(1)");
            one.takeSnapshot(store);
            commit(one, "INSERT INTO t VALUES(2)");
            one.takeSnapshot(store);
            awaitAllOld();
            commit(one, "INSERT INTO t VALUES(3)");
            one.takeSnapshot(store);
            assertThat(first()).isGreaterThan(2);
            try (TestNode two = open("n2", SHORT)) {
                commit(two, "INSERT INTO t VALUES(4)");
                two.awaitAppliedOn(one);
                assertThat(two.query("SELECT id FROM t")).containsExactly("1", "2", "3", "4");
                assertThat(one.query("SELECT id FROM t")).containsExactly("1", "2", "3", "4");
            }
        }
    }

    @Test
    void whatIsCoveredAndNotOldStays() throws Exception {
        try (TestNode one = open("n1", UnaryOperator.identity())) {
            commit(one, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            for (int i = 1; i <= 3; i++) {
                commit(one, "INSERT INTO t VALUES(" + i + ")");
                one.takeSnapshot(store);
            }
            assertThat(first()).isEqualTo(1);
        }
    }

    @Test
    void inASharedStreamNothingOfAnotherDatabaseGoes() throws Exception {
        UnaryOperator<NatsSettings> another =
                settings -> SHORT.apply(settings).with(to -> to.stream(STREAM).subject(STREAM + ".other"));
        try (TestNode one = open("n1", SHORT)) {
            commit(one, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            one.takeSnapshot(store);
            try (TestNode other = TestNode.openOn(server.url(), folder.resolve("other.db"), "n1", another, null)) {
                commit(other, "CREATE TABLE u(id INTEGER PRIMARY KEY)");
                commit(one, "INSERT INTO t VALUES(1)");
                commit(other, "INSERT INTO u VALUES(1)");
                long others = firstOf(STREAM + ".other");
                long count = info().getStreamState().getSubjectMap().get(STREAM + ".other");
                commit(one, "INSERT INTO t VALUES(2)");
                one.takeSnapshot(store);
                awaitAllOld();
                commit(one, "INSERT INTO t VALUES(3)");
                one.takeSnapshot(store);
                assertThat(others).isGreaterThan(1);
                assertThat(first()).isEqualTo(others);
                assertThat(info().getStreamState().getSubjectMap()).containsEntry(STREAM + ".other", count);
                assertThat(info().getStreamState().getDeletedCount()).isZero();
            }
            try (TestNode other = TestNode.openOn(server.url(), folder.resolve("other.db"), "n1", another, null)) {
                assertThat(other.query("SELECT id FROM u")).containsExactly("1");
                assertThat(other.status().halted()).isNull();
            }
        }
    }

    private long firstOf(String subject) throws Exception {
        MessageInfo first = nats.jetStreamManagement().getFirstMessage(STREAM, subject);
        return first.getSeq();
    }

    /** A store that can be out of order. */
    private static final class Store extends FolderSnapshotStore {

        private volatile boolean fails;

        Store(Path folder) throws IOException {
            super(folder);
        }

        @Override
        public void save(Snapshot snapshot, InputStream content) throws IOException {
            if (fails) {
                throw new IOException("no room");
            }
            super.save(snapshot, content);
        }
    }
}
