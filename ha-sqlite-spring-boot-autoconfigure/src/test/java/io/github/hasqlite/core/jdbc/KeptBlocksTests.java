package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Numbers that are left when a node ends, and what becomes of them when it starts without the stream. */
@Timeout(60)
class KeptBlocksTests {

    private static final int BLOCK = 100;

    private final MemoryKeyBlocks blocks = new MemoryKeyBlocks();

    @TempDir
    private Path folder;

    private ReplicatingDataSource open(String file) {
        return ReplicatingDataSource.open(
                PoolSettings.of(folder.resolve(file).toString()),
                false,
                new WriteLock(NodeRuntime.ofJvm(), 5_000),
                new SchemaCatalog(),
                new RecordingLog(),
                new KeySettings(blocks, BLOCK),
                new NoReplication());
    }

    private static void run(ReplicatingDataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static long insert(ReplicatingDataSource dataSource, String table) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("INSERT INTO " + table + " DEFAULT VALUES RETURNING id")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static List<Long> insertAll(ReplicatingDataSource dataSource, String table) throws SQLException {
        List<Long> keys = new ArrayList<>();
        while (true) {
            try {
                keys.add(insert(dataSource, table));
            } catch (SQLException e) {
                assertThat((Throwable) e).isInstanceOf(KeysUsedUpException.class);
                assertThat(e.getSQLState()).isEqualTo("08001");
                return keys;
            }
        }
    }

    private void firstLife() throws SQLException {
        try (ReplicatingDataSource dataSource = open("app.db")) {
            run(dataSource, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            run(dataSource, "CREATE TABLE \"T\u00e4ble \"\"2\"\"\"(id INTEGER PRIMARY KEY)");
            for (int i = 1; i <= 7; i++) {
                assertThat(insert(dataSource, "t")).isEqualTo(i);
            }
            assertThat(insert(dataSource, "\"T\u00e4ble \"\"2\"\"\"")).isEqualTo(1);
        }
    }

    @Test
    void theRestOfABlockIsThereAfterARestartWithoutTheStream() throws Exception {
        firstLife();
        blocks.away(true);
        try (ReplicatingDataSource dataSource = open("app.db")) {
            assertThat(insert(dataSource, "t")).isEqualTo(8);
        }
        try (ReplicatingDataSource dataSource = open("app.db")) {
            assertThat(insertAll(dataSource, "T"))
                    .hasSize(BLOCK - 8)
                    .startsWith(9L)
                    .endsWith((long) BLOCK);
            assertThat(insertAll(dataSource, "\"T\u00e4ble \"\"2\"\"\""))
                    .hasSize(BLOCK - 1)
                    .startsWith(2L);
        }
        try (ReplicatingDataSource dataSource = open("app.db")) {
            assertThat(insertAll(dataSource, "t")).isEmpty();
            blocks.away(false);
            assertThat(insert(dataSource, "t")).isEqualTo(BLOCK + 1);
        }
    }

    @Test
    void withTheStreamTheRestIsUsedBeforeANewBlock() throws Exception {
        firstLife();
        blocks.lease("t", 1, 1_000);
        try (ReplicatingDataSource dataSource = open("app.db")) {
            for (int i = 8; i <= BLOCK; i++) {
                assertThat(insert(dataSource, "t")).isEqualTo(i);
            }
            assertThat(insert(dataSource, "t")).isEqualTo(1_000 + BLOCK + 1);
        }
    }

    /** As after a crash: the file is as it was while numbers were handed out. */
    @Test
    void whatCanHaveBeenHandedOutIsNotInTheFile() throws Exception {
        Path file = folder.resolve("app.db-ha-keys");
        try (ReplicatingDataSource dataSource = open("app.db")) {
            run(dataSource, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            long biggest = 0;
            for (int i = 0; i < 5 * BLOCK; i++) {
                biggest = insert(dataSource, "t");
                List<Long> kept = new ArrayList<>();
                for (String line : Files.readAllLines(file)) {
                    if (line.endsWith(" t")) {
                        kept.add(Long.parseLong(line.substring(0, line.indexOf(' '))));
                    }
                }
                long handedOut = biggest;
                assertThat(kept).allSatisfy(first -> assertThat(first).isGreaterThan(handedOut));
            }
            assertThat(biggest).isEqualTo(5 * BLOCK);
        }
    }

    @Test
    void aRecordThatWasEmptiedMeanwhileTakesTheRestAway() throws Exception {
        firstLife();
        blocks.empty();
        try (ReplicatingDataSource dataSource = open("app.db")) {
            assertThat(insert(dataSource, "t")).isGreaterThan(KeyNumbers.LOST_GAP);
        }
    }

    @Test
    void aCopyOfTheDatabaseDoesNotHaveTheNumbersToo() throws Exception {
        firstLife();
        for (String end : List.of("", "-ha-keys")) {
            Files.copy(
                    folder.resolve("app.db" + end),
                    folder.resolve("copy.db" + end),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        blocks.away(true);
        try (ReplicatingDataSource copy = open("copy.db");
                ReplicatingDataSource original = open("app.db")) {
            assertThat(insertAll(copy, "t")).isEmpty();
            assertThat(insert(original, "t")).isEqualTo(8);
        }
    }

    @Test
    void whatWasWrittenBackFromABackupIsNotUsed() throws Exception {
        firstLife();
        Path file = folder.resolve("app.db-ha-keys");
        byte[] backup = Files.readAllBytes(file);
        blocks.away(true);
        try (ReplicatingDataSource dataSource = open("app.db")) {
            insert(dataSource, "t");
        }
        Files.write(file, backup, StandardOpenOption.TRUNCATE_EXISTING);
        try (ReplicatingDataSource dataSource = open("app.db")) {
            assertThat(insertAll(dataSource, "t")).isEmpty();
        }
    }

    @Test
    void aFileThatIsOlderThanItsLastChangeIsNotUsed() throws Exception {
        firstLife();
        Path file = folder.resolve("app.db-ha-keys");
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        String[] head = lines.get(0).split(" ");
        long hourBefore = Long.parseLong(head[head.length - 2]) - 3_600;
        head[head.length - 2] = Long.toString(hourBefore);
        lines.set(0, String.join(" ", head));
        // as a restored file that keeps its time, in the same inode
        Files.write(file, lines, StandardOpenOption.TRUNCATE_EXISTING);
        Files.setLastModifiedTime(file, FileTime.fromMillis(hourBefore * 1_000));
        blocks.away(true);
        try (ReplicatingDataSource dataSource = open("app.db")) {
            assertThat(insertAll(dataSource, "t")).isEmpty();
        }
    }

    @Test
    void aDatabaseThatIsOlderThanTheFileIsCountedOnFromTheFile() throws Exception {
        firstLife();
        Files.copy(folder.resolve("app.db"), folder.resolve("backup.db"));
        blocks.away(true);
        try (ReplicatingDataSource dataSource = open("app.db")) {
            assertThat(insert(dataSource, "t")).isEqualTo(8);
        }
        Files.copy(folder.resolve("backup.db"), folder.resolve("app.db"), StandardCopyOption.REPLACE_EXISTING);
        try (ReplicatingDataSource dataSource = open("app.db")) {
            assertThat(insert(dataSource, "t")).isEqualTo(9);
        }
    }

    @Test
    void aFileThatMakesNoSenseOrCannotBeWrittenIsDoneWithout() throws Exception {
        Path file = folder.resolve("app.db-ha-keys");
        Files.writeString(file, "ha-sqlite blocks of keys 1 x\n1 2\nend\n");
        try (ReplicatingDataSource dataSource = open("app.db")) {
            run(dataSource, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            assertThat(insert(dataSource, "t")).isEqualTo(1);
            // nothing can be written or put in its place
            Files.delete(file);
            Files.createDirectories(folder.resolve("app.db-ha-keys.new/occupied"));
            for (int i = 2; i <= 3 * BLOCK; i++) {
                assertThat(insert(dataSource, "t")).isEqualTo(i);
            }
            Files.delete(folder.resolve("app.db-ha-keys.new/occupied"));
        }
        assertThat(blocks.leases()).isPositive();
    }

    @Test
    void nothingIsHandedOutThatTheFileShows() throws Exception {
        try (ReplicatingDataSource dataSource = open("app.db")) {
            run(dataSource, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            Path file = folder.resolve("app.db-ha-keys");
            Files.createDirectories(file.resolve("occupied"));
            assertThatThrownBy(() -> insert(dataSource, "t"))
                    .isInstanceOf(KeysUsedUpException.class)
                    .hasRootCauseInstanceOf(IOException.class);
            Files.delete(file.resolve("occupied"));
            assertThat(insert(dataSource, "t")).isPositive();
        }
    }
}
