package io.github.hasqlite.core.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.NoReplication;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.jdbc.RecordingLog;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.testing.TestRuntime;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** Keys that never collide: their order, their uniqueness, and their use in SQL. */
@Timeout(60)
class KeyFunctionsTests {

    private static final long NOW = 1_800_000_000_000L;

    @TempDir
    private Path folder;

    @Test
    void growsWhenTheClockStandsStillOrGoesBack() {
        TestRuntime clock = new TestRuntime(NOW);
        KeyGenerator keys = new KeyGenerator(clock);
        long id = 0;
        String uuid = "";
        for (int i = 0; i < 200_000; i++) {
            if (i % 50_000 == 0) {
                clock.move(Duration.ofSeconds(-1));
            }
            long nextId = keys.nextId();
            String nextUuid = keys.nextUuid();
            assertThat(nextId).isGreaterThan(id);
            assertThat(nextUuid).isGreaterThan(uuid);
            id = nextId;
            uuid = nextUuid;
        }
    }

    @Test
    void tellsItsTime() {
        KeyGenerator keys = new KeyGenerator(new TestRuntime(NOW));
        assertThat((keys.nextId() >> 21) + KeyGenerator.EPOCH_MILLIS).isEqualTo(NOW);
        String uuid = keys.nextUuid();
        assertThat(uuid).matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(Long.parseLong(uuid.substring(0, 8) + uuid.substring(9, 13), 16))
                .isEqualTo(NOW);
    }

    @Test
    void isPositiveUntilItsLastYear() {
        assertThat(new KeyGenerator(new TestRuntime(KeyGenerator.EPOCH_MILLIS + (1L << 42) - 1)).nextId())
                .isPositive();
    }

    @Test
    void isUniqueOverThreadsAndDataSources() throws Exception {
        try (ReplicatingDataSource one = open("one.db", null);
                ReplicatingDataSource two = open("two.db", null)) {
            Set<String> seen = ConcurrentHashMap.newKeySet();
            List<Thread> threads = new ArrayList<>();
            for (ReplicatingDataSource dataSource : List.of(one, two, one, two)) {
                threads.add(new Thread(() -> collect(dataSource, seen)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(seen).hasSize(4 * 2 * 5_000);
        }
    }

    private static void collect(ReplicatingDataSource dataSource, Set<String> seen) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            try (PreparedStatement statement = connection.prepareStatement("SELECT ha_id(), ha_uuid7()")) {
                for (int i = 0; i < 5_000; i++) {
                    try (ResultSet rows = statement.executeQuery()) {
                        seen.add(rows.getString(1));
                        seen.add(rows.getString(2));
                    }
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void worksAsDefault() throws SQLException {
        RecordingLog log = new RecordingLog();
        PoolSettings settings = PoolSettings.of(folder.resolve("default.db").toString());
        try (SQLiteConnection applier = new DatabaseFile(settings).open();
                Statement statement = applier.createStatement()) {
            // as the applier does: it creates the table and sets whole rows
            statement.executeUpdate("CREATE TABLE t(id INT PRIMARY KEY DEFAULT (ha_id()), u DEFAULT (ha_uuid7()), a)");
            statement.executeUpdate("CREATE TABLE k(id INTEGER PRIMARY KEY, a)");
            statement.executeUpdate("INSERT OR REPLACE INTO t(id, u, a) VALUES(1, 'u', 2)");
        }
        try (ReplicatingDataSource dataSource = open("default.db", log);
                Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            long id;
            try (ResultSet rows = statement.executeQuery("INSERT INTO t(a) VALUES(1) RETURNING id, u")) {
                id = rows.getLong(1);
                assertThat(id).isGreaterThan(1L << 50);
                assertThat(rows.getString(2)).hasSize(36);
            }
            statement.executeUpdate("INSERT INTO k(id, a) VALUES(ha_id(), 1)");
            try (ResultSet keys = statement.getGeneratedKeys()) {
                assertThat(keys.next()).isTrue();
                assertThat(keys.getLong(1)).isGreaterThan(id);
            }
            List<Change> changes = log.drain();
            assertThat(changes.get(0).newValues().get(0)).isEqualTo(id);
        }
    }

    private ReplicatingDataSource open(String name, CommitLog log) {
        return ReplicatingDataSource.open(
                PoolSettings.of(folder.resolve(name).toString()),
                false,
                new WriteLock(NodeRuntime.ofJvm(), 5_000),
                new SchemaCatalog(),
                log,
                KeySettings.SQLITE_COUNTS,
                new NoReplication());
    }
}
