package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader that looks at the past for long: the write-ahead log grows, and gets small again behind it. */
@Tag("system")
class LongReaderTests {

    /** What {@code journal_size_limit} cuts the log to when it begins anew. */
    private static final long LIMIT = 64L << 20;

    private static final int BLOB = 100_000;
    private static final int PAGE = 4_096;
    private static final int READERS = 4;

    /** What counts as a large log where a test would have to write for long otherwise. */
    private static final long LARGE = 8L << 20;

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

    /** The first readers are gone before writers have waited for as long as they do at first, the others are not. */
    @ParameterizedTest
    @ValueSource(ints = {20, 120})
    void theLogBeginsAnewWhileReadersOverlapAllTheTime(int millis) throws Exception {
        Path file = folder.resolve("overlap.db");
        Path log = folder.resolve("overlap.db-wal");
        WriteLock lock = new WriteLock(NodeRuntime.ofJvm(), 60_000);
        DatabaseFile database = new DatabaseFile(PoolSettings.of(file.toString()));
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        AtomicBoolean done = new AtomicBoolean();
        List<Future<?>> readers = new ArrayList<>();
        try (Connection writer = database.open();
                Statement statement = writer.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
            statement.executeUpdate("INSERT INTO t(v) VALUES(NULL)");
            try (Checkpointer ignored = Checkpointer.start(database, file.toString(), lock, LARGE)) {
                for (int i = 0; i < READERS; i++) {
                    readers.add(threads.submit(() -> {
                        readUntil(done, database, millis);
                        return null;
                    }));
                }
                Set<Integer> beginnings = new HashSet<>();
                Awaitility.await()
                        .timeout(Duration.ofMinutes(1))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> {
                            lock.acquire();
                            try {
                                statement.executeUpdate("UPDATE t SET v = randomblob(" + BLOB + ")");
                                lock.committed(BLOB / PAGE);
                            } finally {
                                lock.release();
                            }
                            if (Files.size(log) > LARGE) {
                                beginnings.add(timesBegun(log));
                            }
                            return beginnings.size() == 2;
                        });
            } finally {
                done.set(true);
                threads.shutdown();
            }
        }
        for (Future<?> reader : readers) {
            reader.get();
        }
    }

    /** The checkpoint sequence number in the header of the log (section 4.1 of SQLite's file format). */
    private static int timesBegun(Path log) throws IOException {
        try (DataInputStream header = new DataInputStream(Files.newInputStream(log))) {
            header.skipNBytes(12);
            return header.readInt();
        }
    }

    private static void readUntil(AtomicBoolean done, DatabaseFile database, int millis) throws Exception {
        try (Connection reader = database.open();
                Statement statement = reader.createStatement()) {
            while (!done.get()) {
                statement.executeUpdate("BEGIN");
                try (ResultSet rows = statement.executeQuery("SELECT id FROM t")) {
                    assertThat(rows.next()).isTrue();
                }
                TimeUnit.MILLISECONDS.sleep(millis);
                statement.executeUpdate("ROLLBACK");
            }
        }
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
