package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closing the data source closes everything. */
@Tag("system")
class DataSourceCloseTests {

    @TempDir
    private Path folder;

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ha-sqlite") || name.contains("nats"))
                .sorted()
                .toList();
    }

    private static void assertNoMoreThan(List<String> before) {
        Awaitility.await().untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
    }

    private List<Path> openFiles() throws Exception {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(fd -> {
                        try {
                            return Files.readSymbolicLink(fd);
                        } catch (Exception e) {
                            return Path.of("gone");
                        }
                    })
                    .filter(file -> file.startsWith(folder.toAbsolutePath()))
                    .toList();
        }
    }

    @Test
    void closesThreadsFilesAndConnections() throws Exception {
        List<String> before = threads();
        try (NatsServer server = NatsServer.start()) {
            TestNode node = TestNode.open(server, folder.resolve("app.db"), "n1");
            node.execute("CREATE TABLE t(a)");
            for (int i = 0; i < 200; i++) {
                node.execute("INSERT INTO t VALUES(" + i + ")");
            }
            node.close();
            node.close();
            assertNoMoreThan(before);
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> node.query("SELECT 1"))
                    .withMessageContaining("closed");
        }
        if (Files.isDirectory(Path.of("/proc/self/fd"))) {
            assertThat(openFiles()).isEmpty();
        }
        assertThat(folder.resolve("app.db-wal")).doesNotExist();
        Files.delete(folder.resolve("app.db"));
    }

    @Test
    void closesWhileConnectionsAreInUse() throws Exception {
        List<String> before = threads();
        try (NatsServer server = NatsServer.start()) {
            TestNode node = TestNode.open(server, folder.resolve("app.db"), "n1");
            node.execute("CREATE TABLE t(a)");
            Connection open = node.dataSource().getConnection();
            open.setAutoCommit(false);
            Statement statement = open.createStatement();
            statement.executeUpdate("INSERT INTO t VALUES(1)");
            CountDownLatch started = new CountDownLatch(1);
            // a thread that comes too late for a connection would wait for the pool's timeout
            Connection borrowed = node.dataSource().getConnection();
            Statement waiting = borrowed.createStatement();
            Thread writer = new Thread(() -> {
                started.countDown();
                try (borrowed) {
                    waiting.executeUpdate("INSERT INTO t VALUES(2)");
                } catch (SQLException e) {
                    // the lock is not given back in time
                }
            });
            writer.start();
            started.await();
            node.close();
            writer.join();
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> statement.executeUpdate("INSERT INTO t VALUES(3)"));
            open.close();
            assertNoMoreThan(before);
        }
        if (Files.isDirectory(Path.of("/proc/self/fd"))) {
            assertThat(openFiles()).isEmpty();
        }
    }
}
