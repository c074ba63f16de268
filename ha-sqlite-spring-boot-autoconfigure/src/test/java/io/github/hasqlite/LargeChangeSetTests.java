package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Change sets larger than the server takes in one message reach the other node whole. */
@Tag("nats")
@Timeout(120)
class LargeChangeSetTests {

    private static final String SMALL_MESSAGES = "max_payload: 65536";

    /** Many times what a message may hold. */
    private static final int FOUR_MEGABYTES = 4_000_000;

    @TempDir
    Path folder;

    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(strings = {SMALL_MESSAGES, "max_payload: 1048576"})
    void blobsTextsAndManyRows(String configuration) throws Exception {
        try (NatsServer server = NatsServer.start(configuration);
                TestNode one = node(server, "n1");
                TestNode two = node(server, "n2")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            insert(one, 1, blob(FOUR_MEGABYTES));
            insert(one, 2, text(FOUR_MEGABYTES));
            one.execute("INSERT INTO t VALUES(3, zeroblob(4000000))");
            insertMany(one, 5_000);
            one.execute("UPDATE t SET v = v || 'ü' WHERE id = 2");
            one.awaitAppliedOn(two);
            assertThat(content(two)).hasSize(5_003).isEqualTo(content(one));
            two.execute("DELETE FROM t WHERE id = 1");
            two.awaitAppliedOn(one);
            assertThat(content(one)).hasSize(5_002).isEqualTo(content(two));
            assertNothingLeft(one, two);
        }
    }

    @Test
    void smallCommitsOfAnotherNodeComeInBetween() throws Exception {
        try (NatsServer server = NatsServer.start(SMALL_MESSAGES);
                TestNode one = node(server, "n1");
                TestNode two = node(server, "n2")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.awaitAppliedOn(two);
            CompletableFuture<Void> small = CompletableFuture.runAsync(() -> {
                for (int i = 1_000; i < 3_000; i++) {
                    insert(two, i, Integer.toString(i));
                }
            });
            for (int i = 1; i <= 5; i++) {
                insert(one, i, blob(3_000_000));
                insert(one, 100 + i, "behind " + i);
            }
            small.join();
            one.awaitAppliedOn(two);
            two.awaitAppliedOn(one);
            assertThat(content(two)).hasSize(2_010).isEqualTo(content(one));
            assertNothingLeft(one, two);
        }
    }

    @Test
    void interceptorsReadTheChangesAsOftenAsTheyLike() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        ChangeSetInterceptor interceptor = new ChangeSetInterceptor() {
            @Override
            public boolean beforeApply(ChangeSet changeSet, Connection connection) {
                look("before", changeSet);
                return true;
            }

            @Override
            public void afterApply(ChangeSet changeSet, Connection connection, @Nullable Exception failure) {
                look("after", changeSet);
            }

            private void look(String when, ChangeSet changeSet) {
                List<Change> changes = changeSet.changes();
                if (changes instanceof LargeChanges) {
                    long sum = changes.stream().mapToLong(Change::newRowid).sum();
                    seen.add(when + " " + changes.size() + " " + sum + " "
                            + changes.get(39_999).newRowid());
                }
            }
        };
        try (NatsServer server = NatsServer.start(SMALL_MESSAGES);
                TestNode one = node(server, "n1");
                TestNode two = TestNode.open(
                        server.url(),
                        folder.resolve("n2.db"),
                        "n2",
                        settings -> settings.with(to -> to.commitMode(CommitMode.ASYNC)),
                        List.of(interceptor))) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            insertMany(one, 40_000);
            one.awaitAppliedOn(two);
            assertThat(seen).containsExactly("before 40000 800020000 40000", "after 40000 800020000 40000");
            assertThat(content(two)).hasSize(40_000).isEqualTo(content(one));
            assertNothingLeft(one, two);
        }
    }

    @Test
    void theServerIsKilledInTheMiddle() throws Exception {
        try (NatsServer server = NatsServer.start(SMALL_MESSAGES);
                TestNode one = node(server, "n1");
                TestNode two = node(server, "n2")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            for (int i = 1; i <= 4; i++) {
                insert(one, i, blob(FOUR_MEGABYTES));
            }
            for (int kill = 1; kill <= 3; kill++) {
                long after = kill * 60L;
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> two.status().streamSequence() > after);
                server.kill9();
                server.restart();
            }
            one.awaitAppliedOn(two);
            assertThat(content(two)).hasSize(4).isEqualTo(content(one));
            assertNothingLeft(one, two);
        }
    }

    @Test
    void theAuthorStartsAgainInTheMiddle() throws Exception {
        try (NatsServer server = NatsServer.start(SMALL_MESSAGES);
                TestNode two = node(server, "n2")) {
            for (int start = 0; start < 3; start++) {
                int first = 10 * start;
                try (TestNode one = node(server, "n1")) {
                    one.execute("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v)");
                    long before = one.status().streamSequence();
                    for (int i = 1; i <= 2; i++) {
                        insert(one, first + i, blob(FOUR_MEGABYTES));
                    }
                    await().pollInterval(Duration.ofMillis(1))
                            .until(() -> two.status().streamSequence() > before + 100);
                    server.kill9();
                }
                server.restart();
            }
            try (TestNode one = node(server, "n1")) {
                one.execute("INSERT INTO t VALUES(99, 'last')");
                one.awaitAppliedOn(two);
                assertThat(content(two)).hasSize(7).isEqualTo(content(one));
                assertNothingLeft(one, two);
            }
        }
    }

    @Test
    void aLargeCommandTakesEffectOnBothNodes() throws Exception {
        try (NatsServer server = NatsServer.start(SMALL_MESSAGES);
                TestNode one = node(server, "n1");
                TestNode two = node(server, "n2")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.awaitAppliedOn(two);
            // behind own large change sets, alone in the stream
            insert(one, 1, blob(FOUR_MEGABYTES));
            createWithRows(one, "u", 1_000_000);
            one.awaitAppliedOn(two);
            assertThat(content(two, "u")).isEqualTo(content(one, "u")).hasSize(1);
            // overtaken by somebody else's
            CompletableFuture<Void> others = CompletableFuture.runAsync(() -> {
                for (int i = 1_000; i < 2_000; i++) {
                    insert(two, i, blob(100));
                }
            });
            for (int i = 0; i < 5; i++) {
                createWithRows(one, "w" + i, 500_000);
            }
            others.join();
            one.awaitAppliedOn(two);
            two.awaitAppliedOn(one);
            for (int i = 0; i < 5; i++) {
                assertThat(content(two, "w" + i))
                        .isEqualTo(content(one, "w" + i))
                        .hasSize(1);
            }
            assertThat(content(two)).isEqualTo(content(one)).hasSize(1_001);
            assertNothingLeft(one, two);
        }
    }

    private TestNode node(NatsServer server, String name) {
        return TestNode.open(server, folder.resolve(name + ".db"), name);
    }

    private byte[] blob(int size) {
        byte[] blob = new byte[size];
        synchronized (random) {
            random.nextBytes(blob);
        }
        return blob;
    }

    /** Text of one to four bytes a character, also where parts begin and end. */
    private String text(int size) {
        StringBuilder text = new StringBuilder();
        while (text.length() < size) {
            text.append(List.of("a", "ü", "漢", "😀", "\"", "\\", "\u0000", "\n").get(random.nextInt(8)));
        }
        return text.toString();
    }

    private static void insert(TestNode node, int id, Object value) {
        try (Connection connection = node.dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement("INSERT INTO t VALUES(?,?)")) {
            statement.setInt(1, id);
            statement.setObject(2, value);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void insertMany(TestNode node, int count) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement("INSERT INTO t(v) VALUES(?)")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < count; i++) {
                statement.setBytes(1, blob(300));
                statement.addBatch();
            }
            statement.executeBatch();
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private void createWithRows(TestNode node, String table, int size) throws SQLException {
        try (Connection connection = node.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().executeUpdate("CREATE TABLE " + table + "(id INTEGER PRIMARY KEY, v)");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + table + " VALUES(1,?)")) {
                insert.setBytes(1, blob(size));
                insert.executeUpdate();
            }
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private static List<String> content(TestNode node) throws SQLException {
        return content(node, "t");
    }

    /** Rows by type, length and hash: millions of characters are of no use in a message. */
    private static List<String> content(TestNode node, String table) throws SQLException {
        return node.query("SELECT id, typeof(v), hex(v) FROM " + table + " ORDER BY id").stream()
                .map(row -> row.length() + ":" + row.hashCode() + ":" + row.substring(0, Math.min(40, row.length())))
                .toList();
    }

    private static void assertNothingLeft(TestNode... nodes) throws SQLException {
        for (TestNode node : nodes) {
            assertThat(node.query("SELECT publisher, counter, part FROM ha_parts"))
                    .isEmpty();
            assertThat(node.status().rejectedMessages()).isZero();
            assertThat(node.status().halted()).isNull();
        }
    }
}
