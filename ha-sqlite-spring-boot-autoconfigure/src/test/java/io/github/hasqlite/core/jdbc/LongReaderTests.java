package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader that looks at the past for long: the write-ahead log grows, and gets small again behind it. */
@Tag("system")
class LongReaderTests {

    /** What {@code journal_size_limit} cuts the log to when it begins anew. */
    private static final long LIMIT = 64L << 20;

    private static final int BLOB = 100_000;
    private static final int READERS = 4;

    @TempDir
    private Path folder;

    @Test
    void theLogGetsSmallAgainBehindALongReader() throws Exception {
        Path file = folder.resolve("long.db");
        Path log = folder.resolve("long.db-wal");
        try (HaSqliteDataSource dataSource = ReplicationNode.alone(
                                NodeSettings.of("n1", PoolSettings.of(file.toString())))
                        .start()
                        .dataSource();
                Connection writer = dataSource.getConnection()) {
            try (Statement statement = writer.createStatement()) {
                statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
            }
            try (Connection reader = dataSource.getConnection()) {
                reader.setReadOnly(true);
                reader.setAutoCommit(false);
                assertThat(count(reader)).isZero();
                while (Files.size(log) < 2 * LIMIT) {
                    write(writer, 50);
                }
                assertThat(count(reader)).as("it sees the past").isZero();
                reader.rollback();
            }
            Awaitility.await().untilAsserted(() -> {
                write(writer, 1);
                assertThat(Files.size(log)).isLessThanOrEqualTo(LIMIT);
            });
        }
    }

    @Test
    void readersThatOverlapAllTheTimeDoNotLetTheLogGrow() throws Exception {
        Path file = folder.resolve("overlap.db");
        try (HaSqliteDataSource dataSource = ReplicationNode.alone(
                                NodeSettings.of("n1", PoolSettings.of(file.toString())))
                        .start()
                        .dataSource();
                Connection writer = dataSource.getConnection()) {
            try (Statement statement = writer.createStatement()) {
                statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
            }
            AtomicBoolean done = new AtomicBoolean();
            ExecutorService threads = Executors.newFixedThreadPool(READERS);
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(threads.submit(() -> {
                    while (!done.get()) {
                        try (Connection reader = reader(dataSource)) {
                            TimeUnit.MILLISECONDS.sleep(20);
                        }
                    }
                    return null;
                }));
            }
            try {
                for (int written = 0; written < 20 * LIMIT; written += 20 * BLOB) {
                    write(writer, 20);
                }
            } finally {
                done.set(true);
                threads.shutdown();
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
            assertThat(Files.size(folder.resolve("overlap.db-wal"))).isLessThan(12 * LIMIT);
        }
    }

    private static Connection reader(HaSqliteDataSource dataSource) throws SQLException {
        Connection reader = dataSource.getConnection();
        reader.setReadOnly(true);
        reader.setAutoCommit(false);
        assertThat(count(reader)).isNotNegative();
        return reader;
    }

    private static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
            return rows.getInt(1);
        }
    }

    private static void write(Connection writer, int rows) throws SQLException {
        try (Statement statement = writer.createStatement()) {
            for (int i = 0; i < rows; i++) {
                statement.executeUpdate("INSERT INTO t(v) VALUES(randomblob(" + BLOB + "))");
            }
        }
    }
}
