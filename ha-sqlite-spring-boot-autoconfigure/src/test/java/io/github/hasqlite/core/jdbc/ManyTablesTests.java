package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.testing.DisconnectedPublisher;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A schema so large that its capture triggers take longer than anybody waits for the write lock. */
class ManyTablesTests {

    private static final int TABLES = 700;
    private static final int WRITERS = 4;

    @TempDir
    private Path folder;

    @Test
    void connectionsThatWriteForTheFirstTimeDoNotWaitForEachOthersTriggers() throws Exception {
        Path file = folder.resolve("app.db");
        createTables(file);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try (HaSqliteDataSource dataSource = ReplicationNode.replicating(
                        NodeSettings.of(
                                        "n1",
                                        PoolSettings.of(file.toString())
                                                .with(to -> to.writers(WRITERS).lockTimeout(Duration.ofMillis(250))))
                                .with(to -> to.commitMode(CommitMode.ASYNC)),
                        Transport.of(new DisconnectedPublisher(), null))
                .start()
                .dataSource()) {
            CyclicBarrier together = new CyclicBarrier(WRITERS);
            List<Future<Integer>> written = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                String sql = "INSERT INTO t" + i + " VALUES(1, 'one')";
                written.add(threads.submit(() -> {
                    together.await();
                    return execute(dataSource.getConnection(), sql);
                }));
            }
            for (Future<Integer> each : written) {
                assertThat(each.get()).isEqualTo(1);
            }
            assertThat(dataSource.replicationStatus().outboxLength()).isEqualTo(WRITERS);
        } finally {
            threads.shutdownNow();
        }
    }

    private static int execute(Connection connection, String sql) throws SQLException {
        try (connection;
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static void createTables(Path file) throws SQLException {
        StringBuilder script = new StringBuilder("BEGIN;");
        for (int i = 0; i < TABLES; i++) {
            script.append("CREATE TABLE t").append(i).append("(id INTEGER PRIMARY KEY, name TEXT);");
        }
        execute(
                DriverManager.getConnection("jdbc:sqlite:" + file),
                script.append("COMMIT").toString());
    }
}
