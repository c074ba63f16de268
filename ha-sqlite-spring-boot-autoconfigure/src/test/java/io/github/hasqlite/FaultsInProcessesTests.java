package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NodeProcess;
import io.github.hasqlite.testing.ProcessCluster;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What becomes of nodes in processes of their own when the stream, the snapshots, a database or a process is not what
 * it should be: whatever was done, all end with the same content.
 */
@Tag("nats")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Execution(ExecutionMode.CONCURRENT)
class FaultsInProcessesTests {

    private static final String ROWS = "SELECT id || '=' || v FROM t ORDER BY id";

    @TempDir
    private Path folder;

    private ProcessCluster cluster;

    @BeforeEach
    void startServer() {
        cluster = new ProcessCluster(folder);
    }

    /** Ends the processes also when a test waits for one of them in vain. */
    @AfterEach
    void endProcesses() {
        cluster.close();
    }

    @Test
    void anExistingDatabaseIsWhatAllBeginWithAndASecondOneIsRefused() throws Exception {
        createPlain("n1", "the first one''s");
        createPlain("n3", "another one''s");
        NodeProcess one = cluster.start("n1").get(0);
        one.make("execute INSERT INTO t VALUES(2, 'new')");
        NodeProcess three = cluster.launch("n3");
        NodeProcess two = cluster.launch("n2");
        Path refused = three.file();
        byte[] before = Files.readAllBytes(refused);
        assertThat(three.awaitRefusal())
                .contains("was never replicated, and the stream has a history already")
                .contains("move the file away")
                .contains("delete the stream and its snapshots");
        assertThat(Files.readAllBytes(refused)).isEqualTo(before);
        assertThat(folder.toFile().list((in, name) -> name.startsWith("n3.db")))
                .containsExactlyInAnyOrder("n3.db", "n3.db-ha-lock");
        two.awaitReady();
        two.make("execute INSERT INTO t VALUES(3, 'from the second one')");
        cluster.assertEqual(List.of(one, two));
        Files.move(refused, folder.resolve("away.db"));
        three.start();
        cluster.assertEqual(List.of(one, two, three));
        assertThat(three.ask("query " + ROWS)).isEqualTo("1=the first one's,2=new,3=from the second one");
    }

    @Test
    void aNodeGoesOnFromASnapshotWithWhatIsPendingWhereMessagesAreMissing() throws Exception {
        List<NodeProcess> nodes = cluster.start("n1", "n2");
        NodeProcess one = nodes.get(0);
        NodeProcess two = nodes.get(1);
        createTable(one, "known");
        cluster.assertEqual(nodes);

        // one message in the middle, while the node is down
        cluster.server().stop();
        two.make("execute UPDATE t SET v = 'pending' WHERE id = 1");
        two.make("execute INSERT INTO t VALUES(10, 'pending')");
        two.kill9();
        cluster.server().restart();
        one.make("execute UPDATE t SET v = 'missed' WHERE id = 1");
        long deleted = insertAndAwait(one, 2, "deleted");
        takeSnapshotBehind(one, 3);
        one.make("execute INSERT INTO t VALUES(4, 'behind the snapshot')");
        cluster.manage((connection, management) -> management.deleteMessage(ProcessCluster.STREAM, deleted));
        two.start();
        cluster.assertEqual(nodes);
        assertThat(two.log()).contains("Went on with the snapshot at");
        assertThat(two.ask("query " + ROWS)).isEqualTo("1=pending,2=deleted,3=x,4=behind the snapshot,10=pending");

        // all messages up to some, while the node runs and nobody hears of it
        cluster.server().stop();
        two.make("execute UPDATE t SET v = 'pending again' WHERE id = 2");
        two.make("execute INSERT INTO t VALUES(11, 'pending again')");
        two.suspend();
        cluster.server().restart();
        one.make("execute UPDATE t SET v = 'missed again' WHERE id = 2");
        long purged = takeSnapshotBehind(one, 5);
        one.make("execute INSERT INTO t VALUES(6, 'behind the snapshot')");
        cluster.purgeUpTo(purged);
        two.resume();
        Awaitility.await().until(() -> two.applied() >= purged);
        cluster.assertEqual(nodes);
        assertThat(two.log()).contains("Went on with the snapshot at " + purged);
        assertThat(one.ask("query " + ROWS))
                .isEqualTo("1=pending,2=pending again,3=x,4=behind the snapshot,5=x,6=behind the snapshot,"
                        + "10=pending,11=pending again");
    }

    @Test
    void aStreamThatWasMadeAnewStopsTheNodesAndBeginsWithTheDatabaseOfOne() throws Exception {
        List<NodeProcess> nodes = cluster.start("n1", "n2");
        NodeProcess one = nodes.get(0);
        NodeProcess two = nodes.get(1);
        createTable(one, "known");
        one.make("execute CREATE TABLE w(node TEXT, n INTEGER, v INTEGER, PRIMARY KEY(node, n))");
        cluster.assertEqual(nodes);
        for (NodeProcess node : nodes) {
            node.make("write " + node.name());
        }
        StreamConfiguration configuration = cluster.deleteStream();
        for (NodeProcess node : nodes) {
            node.awaitHealth("connected=false");
        }
        cluster.manage((connection, management) -> management.addStream(configuration));
        for (NodeProcess node : nodes) {
            awaitHalted(node, "deleted and created again");
        }
        assertThat(cluster.end())
                .as("what was stored of those that follow another")
                .isZero();
        String written = one.ask("stop");
        two.ask("stop");
        two.make("execute INSERT INTO t VALUES(2, 'of the other one')");
        nodes.forEach(NodeProcess::kill9);

        one.launch();
        assertThat(one.awaitRefusal())
                .contains("the present one was created later", "ha.sqlite.on-stream-reset=origin");
        one.start(OnStreamReset.ORIGIN);
        two.start(OnStreamReset.REJOIN);
        two.make("execute INSERT INTO t VALUES(3, 'after')");
        cluster.assertEqual(nodes);
        assertThat(two.ask("query " + ROWS)).isEqualTo("1=known,3=after");
        assertThat(two.ask("query SELECT count(*) FROM w WHERE node = 'n1'")).isEqualTo(written);
        assertThat(rows(setAside("n2"))).containsExactly("1=known", "2=of the other one");
        assertThat(folder.toFile().list((in, name) -> name.startsWith("n1.db.before-")))
                .isEmpty();
    }

    @Test
    void aStreamThatWasSetBackStopsTheNodesAndTheyBeginWithWhatItHas() throws Exception {
        List<NodeProcess> nodes = cluster.start("n1", "n2");
        NodeProcess one = nodes.get(0);
        NodeProcess two = nodes.get(1);
        createTable(one, "kept");
        cluster.assertEqual(nodes);
        long kept = cluster.end();
        cluster.server().stop();
        cluster.server().keepStore();
        cluster.server().restart();
        one.make("execute INSERT INTO t VALUES(2, 'lost')");
        one.make("execute UPDATE t SET v = 'changed' WHERE id = 1");
        cluster.assertEqual(nodes);
        cluster.server().stop();
        cluster.server().setStoreBack();
        one.make("execute INSERT INTO t VALUES(4, 'pending')");
        two.make("execute INSERT INTO t VALUES(4, 'pending')");
        cluster.server().restart();
        for (NodeProcess node : nodes) {
            awaitHalted(node, "set back");
            assertThat(node.ask("query " + ROWS)).isEqualTo("1=changed,2=lost,4=pending");
            node.kill9();
        }
        assertThat(cluster.end()).isEqualTo(kept);
        one.launch(OnStreamReset.ORIGIN);
        two.launch();
        assertThat(one.awaitRefusal()).contains("has a history already", "on-stream-reset=rejoin");
        assertThat(two.awaitRefusal()).contains("set back to an earlier state", "ha.sqlite.on-stream-reset=rejoin");

        for (NodeProcess node : nodes) {
            node.start(OnStreamReset.REJOIN);
        }
        two.make("execute INSERT INTO t VALUES(3, 'after')");
        cluster.assertEqual(nodes);
        assertThat(one.ask("query " + ROWS)).isEqualTo("1=kept,3=after");
        for (String name : List.of("n1", "n2")) {
            assertThat(rows(setAside(name))).containsExactly("1=changed", "2=lost", "4=pending");
        }
    }

    @Test
    void aNodeJoinsWithoutTheNewestSnapshotAndWithoutAny() throws Exception {
        NodeProcess one = cluster.start("n1").get(0);
        createTable(one, "known");
        takeSnapshotBehind(one, 2);
        cluster.emptyBucket();
        NodeProcess two = cluster.start("n2").get(0);
        assertThat(two.log()).doesNotContain("Began with the snapshot");
        cluster.assertEqual(List.of(one, two));

        long before = takeSnapshotBehind(one, 3);
        cluster.purgeUpTo(before);
        long newest = takeSnapshotBehind(one, 4);
        cluster.damageNewestSnapshot();
        NodeProcess three = cluster.start("n3").get(0);
        assertThat(three.log())
                .containsPattern("A snapshot cannot be used, trying the one before: .*/" + newest + "-\\w+ is damaged")
                .contains("Began with the snapshot at " + before);
        cluster.assertEqual(List.of(one, two, three));

        cluster.emptyBucket();
        NodeProcess four = cluster.launch("n4");
        one.make("execute INSERT INTO t VALUES(5, 'while it waits')");
        four.awaitLog("Waiting for a snapshot");
        takeSnapshotBehind(one, 6);
        four.awaitReady();
        four.make("execute INSERT INTO t VALUES(7, 'from the last one')");
        cluster.assertEqual(List.of(one, two, three, four));
        assertThat(two.ask("query SELECT count(*) FROM t")).isEqualTo("7");
    }

    @Test
    void allGoOnFromARestoredFileAlsoOneThatIsKilledMeanwhile() throws Exception {
        List<NodeProcess> nodes = cluster.start("n1", "n2", "n3");
        NodeProcess one = nodes.get(0);
        NodeProcess two = nodes.get(1);
        NodeProcess three = nodes.get(2);
        createTable(one, "kept");
        cluster.awaitQuiet(nodes);
        Path file = folder.resolve("backup.db");
        one.ask("copy " + file);
        one.make("execute INSERT INTO t VALUES(2, 'a mistake')");
        three.make("execute CREATE TABLE mistake(x)");
        cluster.awaitQuiet(nodes);
        two.say("restore " + file);
        three.kill9();
        long restored = Long.parseLong(two.answer());
        Awaitility.await().until(() -> one.applied() >= restored);
        one.make("execute INSERT INTO t VALUES(3, 'after')");
        three.start();
        cluster.assertEqual(nodes);
        assertThat(three.ask("query " + ROWS)).isEqualTo("1=kept,3=after");
        assertThat(three.ask("query SELECT count(*) FROM sqlite_schema WHERE name = 'mistake'"))
                .isEqualTo("0");
    }

    @Test
    void aRowChangedBehindTheBackOfAStoppedNodeIsFoundAndRepaired() throws Exception {
        List<NodeProcess> nodes = cluster.start("n1", "n2", "n3");
        NodeProcess one = nodes.get(0);
        NodeProcess three = nodes.get(2);
        createTable(one, "right");
        one.make("execute CREATE TABLE u(id INTEGER PRIMARY KEY, v)");
        cluster.awaitQuiet(nodes);
        assertThat(one.ask("verify")).isEqualTo("agree");
        three.kill9();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + three.file());
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE t SET v = 'wrong' WHERE id = 1"))
                    .isOne();
        }
        three.start();
        assertThat(three.ask("health")).startsWith("UP");
        assertThat(one.ask("verify")).isEqualTo("[TableDifference[table=t, nodes=[n3]]]");
        three.awaitHealth("DOWN", "table t: this node differs from n1, n2");
        assertThat(one.ask("health")).startsWith("UP");
        takeSnapshotBehind(one, 2);
        three.make("execute INSERT INTO t VALUES(3, 'while it differs')");
        assertThat(three.ask("repair")).isEqualTo("n1");
        assertThat(three.ask("health")).startsWith("UP");
        cluster.assertEqual(nodes);
        assertThat(three.ask("verify")).isEqualTo("agree");
        assertThat(three.ask("query " + ROWS)).isEqualTo("1=right,2=x,3=while it differs");
    }

    private static void createTable(NodeProcess node, String value) throws IOException {
        node.make("execute CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        node.make("execute INSERT INTO t VALUES(1, '" + value + "')");
    }

    private void createPlain(String name, String value) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(name + ".db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            statement.executeUpdate("INSERT INTO t VALUES(1, '" + value + "')");
        }
    }

    /** Inserts a row; the sequence that it has got, as nobody else writes. */
    private long insertAndAwait(NodeProcess node, int id, String value) throws Exception {
        node.make("execute INSERT INTO t VALUES(" + id + ", '" + value + "')");
        cluster.awaitQuiet(List.of(node));
        return node.applied();
    }

    /** Takes a snapshot of which a new row is the last thing; its sequence. */
    private long takeSnapshotBehind(NodeProcess node, int id) throws Exception {
        long sequence = insertAndAwait(node, id, "x");
        assertThat(node.ask("snapshot")).isEqualTo(String.valueOf(sequence));
        return sequence;
    }

    private static void awaitHalted(NodeProcess node, String reason) {
        node.awaitHealth("DOWN", "connected=false", reason);
    }

    private Path setAside(String name) {
        String[] found = folder.toFile().list((in, file) -> file.startsWith(name + ".db.before-"));
        assertThat(found).hasSize(1);
        return folder.resolve(found[0]);
    }

    private static List<String> rows(Path file) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(ROWS)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        return rows;
    }
}
