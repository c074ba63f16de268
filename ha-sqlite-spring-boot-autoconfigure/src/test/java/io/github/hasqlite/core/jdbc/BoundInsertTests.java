package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large batches where what is bound is not all there is to know. */
class BoundInsertTests {

    private static final int ROWS = 250;

    private final RecordingLog log = new RecordingLog();
    private @Nullable ReplicatingDataSource dataSource;
    private @Nullable Connection opened;

    @TempDir
    private Path folder;

    @AfterEach
    void close() throws SQLException {
        if (opened != null) {
            opened.close();
        }
        if (dataSource != null) {
            dataSource.close();
        }
    }

    private Connection open(KeySettings keys, String... setup) throws SQLException {
        ReplicatingDataSource source = ReplicatingDataSource.open(
                PoolSettings.of(folder.resolve("db").toString()),
                false,
                new WriteLock(NodeRuntime.ofJvm(), 5_000),
                new SchemaCatalog(),
                log,
                keys,
                new NoReplication());
        dataSource = source;
        Connection connection = source.getConnection();
        opened = connection;
        run(connection, setup);
        log.drain();
        return connection;
    }

    private Connection open(String... setup) throws SQLException {
        return open(KeySettings.SQLITE_COUNTS, setup);
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    private static int[] batch(Connection connection, String sql, int rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < rows; i++) {
                statement.setString(1, "row " + i);
                statement.addBatch();
            }
            return statement.executeBatch();
        }
    }

    private static List<Long> numbers(Connection connection, String sql) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
        }
        return numbers;
    }

    private List<@Nullable Long> rowids(String table) {
        List<@Nullable Long> rowids = new ArrayList<>();
        for (Change change : log.drain()) {
            if (change.table().equals(table)) {
                rowids.add(change.newRowid());
            }
        }
        return rowids;
    }

    @Test
    void theTriggerIsAwayForTheBatchAlone() throws SQLException {
        Connection connection = open("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        run(connection, "INSERT INTO t(a) VALUES(1)");
        long before = numbers(connection, "PRAGMA temp.schema_version").get(0);

        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);

        assertThat(numbers(connection, "PRAGMA temp.schema_version")).containsExactly(before + 2);
        run(connection, "INSERT INTO t(a) VALUES(2)");
        assertThat(rowids("t")).isEqualTo(numbers(connection, "SELECT id FROM t ORDER BY id"));
    }

    @Test
    void rowidsThatSqliteChoosesByChance() throws SQLException {
        Connection connection = open("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        run(connection, "INSERT INTO t VALUES(9223372036854775700, 1)");
        log.drain();

        // the first hundred count on, the others do not
        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);

        assertThat(rowids("t"))
                .containsExactlyInAnyOrderElementsOf(numbers(connection, "SELECT id FROM t WHERE a <> 1"));
    }

    @Test
    void aTableWhoseNumbersEnd() throws SQLException {
        Connection connection = open("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a)");
        run(connection, "INSERT INTO t VALUES(9223372036854775700, 1)");
        log.drain();
        connection.setAutoCommit(false);

        assertThatThrownBy(() -> batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS))
                .hasMessageContaining("full");
        connection.commit();

        assertThat(rowids("t")).hasSize(107).isEqualTo(numbers(connection, "SELECT id FROM t WHERE a <> 1 ORDER BY 1"));
    }

    @Test
    void aTemporaryTableOfTheSameName() throws SQLException {
        Connection connection = open("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);
        log.drain();
        run(connection, "CREATE TEMP TABLE t(id INTEGER PRIMARY KEY, a)");

        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);

        assertThat(log.drain()).isEmpty();
        assertThat(numbers(connection, "SELECT count(*) FROM main.t")).containsExactly((long) ROWS);
    }

    @Test
    void aTemporaryTriggerOfTheApplication() throws SQLException {
        Connection connection =
                open("CREATE TABLE t(id INTEGER PRIMARY KEY, a)", "CREATE TABLE u(id INTEGER PRIMARY KEY)");
        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);
        log.drain();
        run(connection, "CREATE TEMP TRIGGER r AFTER INSERT ON main.t BEGIN INSERT INTO u VALUES(NEW.id); END");

        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);

        assertThat(rowids("u"))
                .isEqualTo(numbers(connection, "SELECT id FROM u ORDER BY id"))
                .hasSize(ROWS);
    }

    @Test
    void aTriggerOfAnotherProcess() throws SQLException {
        Connection connection =
                open("CREATE TABLE t(id INTEGER PRIMARY KEY, a)", "CREATE TABLE u(id INTEGER PRIMARY KEY)");
        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);
        log.drain();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("db"))) {
            run(other, "CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO u VALUES(NEW.id); END");
        }

        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);

        assertThat(rowids("u"))
                .isEqualTo(numbers(connection, "SELECT id FROM u ORDER BY id"))
                .hasSize(ROWS);
    }

    @Test
    void whereSqliteRollsTheTransactionBack() throws SQLException {
        Connection connection = open("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        long pages = numbers(connection, "PRAGMA page_count").get(0);
        numbers(connection, "PRAGMA max_page_count = " + (pages + 5));
        connection.setAutoCommit(false);

        assertThatThrownBy(() -> batch(connection, "INSERT INTO t(a) VALUES(?)", 20_000))
                .hasMessageContaining("full");
        // as with sqlite-jdbc, what follows is no transaction
        assertThatThrownBy(connection::rollback).hasMessageContaining("no transaction is active");
        numbers(connection, "PRAGMA max_page_count = 1000000");
        run(connection, "INSERT INTO t(a) VALUES(1)");
        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);

        assertThat(rowids("t")).hasSize(ROWS + 1).isEqualTo(numbers(connection, "SELECT id FROM t ORDER BY id"));
    }

    @Test
    void aTableOfTheSameTransaction() throws SQLException {
        Connection connection = open("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        connection.setAutoCommit(false);
        run(connection, "CREATE TABLE u(id INTEGER PRIMARY KEY, a)");
        batch(connection, "INSERT INTO u(a) VALUES(?)", ROWS);
        batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);
        connection.commit();

        assertThat(rowids("t"))
                .isEqualTo(numbers(connection, "SELECT id FROM t ORDER BY id"))
                .hasSize(ROWS);
    }

    @Test
    void aKeyThatIsThereAlready() throws SQLException {
        Connection connection =
                open(new KeySettings(new MemoryKeyBlocks(), 1_000), "CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        run(connection, "INSERT INTO t(a) VALUES('first')", "INSERT INTO t VALUES(77, 'own')");
        log.drain();

        int[] counts = batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS);

        assertThat(counts).hasSize(ROWS).containsOnly(1);
        assertThat(rowids("t"))
                .hasSize(ROWS)
                .isEqualTo(numbers(
                        connection, "SELECT id FROM t WHERE a GLOB 'row *' ORDER BY CAST(substr(a, 5) AS INT)"));
    }

    @Test
    void aRowThatIsRefusedLeavesThoseBeforeIt() throws SQLException {
        Connection connection = open("CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE)");
        run(connection, "INSERT INTO t(a) VALUES('row 200')");
        log.drain();

        assertThatThrownBy(() -> batch(connection, "INSERT INTO t(a) VALUES(?)", ROWS))
                .hasMessageContaining("UNIQUE constraint failed: t.a");

        assertThat(rowids("t"))
                .hasSize(200)
                .isEqualTo(numbers(connection, "SELECT id FROM t WHERE id > 1 ORDER BY id"));
    }
}
