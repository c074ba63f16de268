package io.github.hasqlite;

import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.core.verify.ClusterVerifier;
import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with verifiers, and a store for their snapshots. */
abstract class ComparedNodes {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    FolderSnapshotStore store;

    @BeforeEach
    void makeStore() throws Exception {
        store = new FolderSnapshotStore(folder.resolve("store"));
    }

    static void createTables(TestNode node) throws SQLException {
        node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w)");
        node.execute("CREATE TABLE u(k TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID");
        node.execute("CREATE TABLE log(what)");
        node.execute("CREATE TABLE copied AS SELECT id AS a, w FROM t");
        node.execute("CREATE INDEX i ON t(v)");
        node.execute("CREATE VIEW sums AS SELECT v, count(*) AS n FROM t GROUP BY v");
        node.execute("CREATE TRIGGER logged BEFORE UPDATE ON t BEGIN INSERT INTO log VALUES(OLD.v); END");
    }

    static void awaitAll(Member... members) {
        for (Member from : members) {
            for (Member to : members) {
                from.node().awaitAppliedOn(to.node());
            }
        }
    }

    void changeBehindTheBack(String node, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(node + ".db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    Member open(NatsServer server, String name) throws SQLException {
        return open(server, name, Duration.ZERO, UnaryOperator.identity());
    }

    Member open(NatsServer server, String name, Duration interval, UnaryOperator<ChangeSetPublisher> publishing)
            throws SQLException {
        return open(server, name, interval, CommitMode.ASYNC, publishing);
    }

    Member open(
            NatsServer server,
            String name,
            Duration interval,
            CommitMode mode,
            UnaryOperator<ChangeSetPublisher> publishing)
            throws SQLException {
        TestNode node = TestNode.open(
                server.url(),
                folder.resolve(name + ".db"),
                name,
                settings -> settings.with(to -> to.commitMode(mode)),
                List.of(),
                publishing,
                store);
        DigestExchange exchange = node.digestExchange();
        ClusterVerifier verifier = node.node().verification().verifier(exchange, store, interval);
        verifier.start();
        return new Member(node, exchange, verifier);
    }

    /** A node that takes part in verifications. */
    record Member(TestNode node, DigestExchange exchange, ClusterVerifier verifier) implements AutoCloseable {

        org.springframework.boot.health.contributor.Health health() {
            return new HaSqliteHealthIndicator(node.dataSource(), false, () -> "").health();
        }

        @Override
        public void close() {
            try (node;
                    exchange) {
                verifier.close();
            }
        }
    }

    /** Writes on all nodes, to the same rows, until it is closed. */
    static final class Writers implements AutoCloseable {

        private static final int ROWS = 50;

        /** What is put on top again for each batch that comes; with more the test takes long, and shows nothing more. */
        private static final int MANY_PENDING = 2_000;

        private final List<Thread> threads = new ArrayList<>();
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        private volatile boolean closed;

        Writers(List<TestNode> nodes) {
            for (int i = 0; i < nodes.size(); i++) {
                TestNode node = nodes.get(i);
                Random random = new Random(i);
                Thread thread = new Thread(() -> write(node, random), "test-writer-" + i);
                threads.add(thread);
                thread.start();
            }
        }

        private void write(TestNode node, Random random) {
            try {
                while (!closed) {
                    if (node.status().outboxLength() < MANY_PENDING) {
                        tryTo(node, statement(random));
                    } else {
                        Thread.yield();
                    }
                }
            } catch (SQLException e) {
                failure.set(e);
            }
        }

        /** In strict mode somebody else may be faster. */
        private static void tryTo(TestNode node, String sql) throws SQLException {
            try {
                node.execute(sql);
            } catch (SQLException e) {
                if (!"40001".equals(e.getSQLState())) {
                    throw e;
                }
            }
        }

        private static String statement(Random random) {
            int id = random.nextInt(ROWS);
            return switch (random.nextInt(5)) {
                case 0 -> "INSERT OR REPLACE INTO t VALUES(" + id + ", 'v" + random.nextInt() + "', 0.5)";
                case 1 -> "UPDATE t SET v = v || '+' WHERE id = " + id + " AND length(v) < 100";
                case 2 -> "DELETE FROM t WHERE id = " + id;
                case 3 -> "INSERT INTO u VALUES('k" + id + "', 1) ON CONFLICT DO UPDATE SET n = n + 1";
                default -> "DELETE FROM log WHERE rowid IN (SELECT rowid FROM log LIMIT 5)";
            };
        }

        void check() throws Exception {
            Exception failed = failure.get();
            if (failed != null) {
                throw failed;
            }
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
