package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commit mode {@code strict} with snapshot isolation: only who wrote the same loses. */
@Tag("nats")
@Timeout(120)
class StrictSnapshotTests {

    @TempDir
    private Path folder;

    private NatsServer server;
    private final List<TestNode> nodes = new ArrayList<>();

    @BeforeEach
    void open() throws SQLException {
        server = NatsServer.start();
        for (int i = 0; i < 3; i++) {
            nodes.add(TestNode.openStrict(
                    server,
                    folder.resolve(i + ".db"),
                    "n" + i,
                    settings -> settings.with(to -> to.isolation(StrictIsolation.SNAPSHOT)),
                    UnaryOperator.identity()));
        }
        nodes.get(0).execute("CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, code TEXT UNIQUE)");
        nodes.get(0).execute("INSERT INTO t(id, n) VALUES(0, 0),(1, 0),(2, 0)");
        awaitAll();
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
        server.close();
    }

    private void awaitAll() {
        for (TestNode from : nodes) {
            for (TestNode to : nodes) {
                from.awaitAppliedOn(to);
            }
        }
    }

    private void assertSame() throws SQLException {
        awaitAll();
        for (TestNode node : nodes) {
            assertThat(Content.of(node.dataSource()))
                    .isEqualTo(Content.of(nodes.get(0).dataSource()));
            assertThat(node.status().rejectedMessages()).isZero();
        }
    }

    private interface Work {
        Integer on(int node) throws Exception;
    }

    private int sumOfAll(Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(nodes.size());
        try {
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < nodes.size(); i++) {
                int node = i;
                results.add(pool.submit(() -> work.on(node)));
            }
            int sum = 0;
            for (Future<Integer> result : results) {
                sum += result.get(90, TimeUnit.SECONDS);
            }
            return sum;
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void writersOfDifferentRowsDoNotDisturbOneAnother() throws Exception {
        int each = 200;
        int failures = sumOfAll(i -> {
            int failed = 0;
            try (Connection connection = nodes.get(i).dataSource().getConnection();
                    PreparedStatement update = connection.prepareStatement("UPDATE t SET n = n + 1 WHERE id = ?")) {
                connection.setAutoCommit(false);
                for (int round = 0; round < each; round++) {
                    try {
                        update.setInt(1, i);
                        update.executeUpdate();
                        connection.commit();
                    } catch (SerializationFailureException e) {
                        failed++;
                        connection.rollback();
                    }
                }
            }
            return failed;
        });
        assertThat(failures).isZero();
        assertSame();
        assertThat(nodes.get(0).query("SELECT n FROM t ORDER BY id"))
                .containsOnly(Integer.toString(each))
                .hasSize(3);
    }

    @Test
    void writersOfOneRowLoseAndNoUpdateIsLost() throws Exception {
        int each = 60;
        int failures = sumOfAll(i -> {
            int failed = 0;
            try (Connection connection = nodes.get(i).dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                for (int round = 0; round < each; ) {
                    try {
                        statement.executeUpdate("UPDATE t SET n = n + 1 WHERE id = 1");
                        connection.commit();
                        round++;
                    } catch (SerializationFailureException e) {
                        failed++;
                        connection.rollback();
                    }
                }
            }
            return failed;
        });
        assertThat(failures).as("somebody must have lost").isPositive();
        assertSame();
        assertThat(nodes.get(2).query("SELECT n FROM t WHERE id = 1")).containsExactly(Integer.toString(3 * each));
    }

    @Test
    void whoWritesTheSameLosesAndWhoDoesNotCommits() throws Exception {
        TestNode one = nodes.get(0);
        TestNode two = nodes.get(1);
        try (Connection first = begin(one, "UPDATE t SET n = 10 WHERE id = 1");
                Connection other = begin(two, "UPDATE t SET n = 20 WHERE id = 2")) {
            first.commit();
            other.commit();
        }
        try (Connection first = begin(one, "UPDATE t SET n = 11 WHERE id = 1");
                Connection same = begin(two, "UPDATE t SET n = 21 WHERE id = 1")) {
            first.commit();
            assertThatExceptionOfType(SerializationFailureException.class).isThrownBy(same::commit);
            try (Statement again = same.createStatement();
                    ResultSet rows = again.executeQuery("SELECT n FROM t WHERE id = 1")) {
                assertThat(rows.getInt(1)).as("it has caught up").isEqualTo(11);
            }
        }
        try (Connection first = begin(one, "UPDATE t SET code = 'x' WHERE id = 1");
                Connection sameCode = begin(two, "UPDATE t SET code = 'x' WHERE id = 2")) {
            first.commit();
            assertThatExceptionOfType(SerializationFailureException.class).isThrownBy(sameCode::commit);
        }
        try (Connection first = begin(one, "CREATE TABLE u(a)");
                Connection any = begin(two, "UPDATE t SET n = 22 WHERE id = 2")) {
            first.commit();
            assertThatExceptionOfType(SerializationFailureException.class).isThrownBy(any::commit);
        }
        assertSame();
        assertThat(one.query("SELECT * FROM t ORDER BY id")).containsExactly("0|0|null", "1|11|x", "2|20|null");
    }

    private static Connection begin(TestNode node, String sql) throws SQLException {
        Connection connection = node.dataSource().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
        return connection;
    }

    /** What snapshot isolation does not promise; serializable does. */
    @Test
    void writeSkewIsPossible() throws Exception {
        try (Connection first =
                        begin(nodes.get(0), "UPDATE t SET n = 1 WHERE id = 1 AND (SELECT n FROM t WHERE id = 2) = 0");
                Connection second =
                        begin(nodes.get(1), "UPDATE t SET n = 1 WHERE id = 2 AND (SELECT n FROM t WHERE id = 1) = 0")) {
            first.commit();
            second.commit();
        }
        assertSame();
        assertThat(nodes.get(0).query("SELECT n FROM t ORDER BY id")).containsExactly("0", "1", "1");
    }

    @Test
    void generatedKeysCollideAndTheSingleStatementIsRunAgain() throws Exception {
        int each = 40;
        List<String> expected = new ArrayList<>();
        sumOfAll(i -> {
            try (Connection connection = nodes.get(i).dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement(
                            "INSERT INTO t(code) VALUES(?)", Statement.RETURN_GENERATED_KEYS)) {
                for (int round = 0; round < each; round++) {
                    insert.setString(1, i + "." + round);
                    insert.executeUpdate();
                    try (ResultSet keys = insert.getGeneratedKeys()) {
                        keys.next();
                        synchronized (expected) {
                            expected.add(keys.getLong(1) + "|" + i + "." + round);
                        }
                    }
                }
            }
            return 0;
        });
        assertSame();
        assertThat(nodes.get(0).query("SELECT id, code FROM t WHERE code IS NOT NULL"))
                .containsExactlyInAnyOrderElementsOf(expected);
    }
}
