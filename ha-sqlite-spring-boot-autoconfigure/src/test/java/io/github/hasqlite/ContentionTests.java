package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real nodes that write the same rows at the same moment end with the same content. */
@Tag("nats")
class ContentionTests {

    private static final int NODES = 3;
    private static final int THREADS_A_NODE = 2;
    private static final int TRANSACTIONS = 250;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = CommitMode.class,
            names = {"ASYNC", "SYNC"})
    void everybodyWritesTheSameRows(CommitMode mode) throws Exception {
        long seed = Long.getLong("ha.sqlite.test.contention", System.nanoTime());
        try (NatsServer server = NatsServer.start()) {
            List<TestNode> nodes = new ArrayList<>();
            try {
                for (int i = 1; i <= NODES; i++) {
                    nodes.add(TestNode.open(
                            server.url(),
                            folder.resolve("n" + i),
                            "n" + i,
                            settings -> settings.with(to -> to.commitMode(mode)),
                            List.of()));
                }
                nodes.get(0)
                        .execute("CREATE TABLE t(id INTEGER PRIMARY KEY, mail TEXT UNIQUE, v);"
                                + " CREATE TABLE s(code TEXT PRIMARY KEY, v);"
                                + " CREATE TABLE log(id INTEGER PRIMARY KEY);"
                                + " CREATE TABLE audit(id INTEGER, old, new);"
                                + " CREATE TRIGGER t_audit AFTER UPDATE ON t BEGIN"
                                + " INSERT INTO audit VALUES(NEW.id, OLD.v, NEW.v); END");
                nodes.get(0).awaitAppliedOn(nodes.get(1));
                nodes.get(0).awaitAppliedOn(nodes.get(2));
                long written = play(nodes, seed);
                settle(nodes);
                for (String table : List.of("t", "s", "log", "audit", "ha_publishers", "ha_conflicts")) {
                    List<String> first = rows(nodes.get(0), table);
                    for (TestNode other : nodes.subList(1, NODES)) {
                        assertThat(rows(other, table))
                                .as("table %s, seed %s", table, seed)
                                .isEqualTo(first);
                    }
                }
                assertThat(nodes.get(0).query("SELECT count(*) FROM log")).containsExactly(String.valueOf(written));
            } finally {
                nodes.forEach(TestNode::close);
            }
        }
    }

    private static List<String> rows(TestNode node, String table) throws SQLException {
        return node.query("SELECT * FROM " + table).stream().sorted().toList();
    }

    private static long play(List<TestNode> nodes, long seed) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(NODES * THREADS_A_NODE);
        try {
            List<Future<Long>> results = new ArrayList<>();
            for (int i = 0; i < NODES * THREADS_A_NODE; i++) {
                TestNode node = nodes.get(i % NODES);
                long marks = (i + 1) * 1_000_000L;
                Random random = new Random(seed + i);
                results.add(threads.submit(() -> write(node, random, marks)));
            }
            long written = 0;
            for (Future<Long> result : results) {
                written += result.get();
            }
            return written;
        } finally {
            threads.shutdownNow();
        }
    }

    private static long write(TestNode node, Random random, long marks) throws SQLException {
        for (int i = 0; i < TRANSACTIONS; i++) {
            try (Connection connection = node.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                run(connection, "INSERT INTO log VALUES(?)", marks + i);
                int id = random.nextInt(20);
                switch (random.nextInt(5)) {
                    case 0 ->
                        run(connection, "INSERT OR REPLACE INTO t VALUES(?, ?, ?)", id, "m" + random.nextInt(20), i);
                    case 1 ->
                        run(connection, "UPDATE OR REPLACE t SET mail = ? WHERE id = ?", "m" + random.nextInt(20), id);
                    case 2 -> run(connection, "UPDATE t SET v = ? WHERE id = ?", i, id);
                    case 3 -> run(connection, "DELETE FROM t WHERE id = ?", id);
                    default -> run(connection, "INSERT OR REPLACE INTO s VALUES(?, ?)", "c" + id, i);
                }
                connection.commit();
            }
        }
        return TRANSACTIONS;
    }

    private static void run(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    private static void settle(List<TestNode> nodes) {
        // twice: the first time round tells every node how far the stream goes
        for (int round = 0; round < 2; round++) {
            for (TestNode one : nodes) {
                for (TestNode other : nodes) {
                    one.awaitAppliedOn(other);
                }
            }
        }
    }
}
