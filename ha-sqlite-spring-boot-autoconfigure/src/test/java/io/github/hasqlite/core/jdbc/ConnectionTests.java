package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.sqlite.WriteLock;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Readers, writers and the write lock, as an application meets them on a replicated node. */
@Tag("system")
@Timeout(60)
class ConnectionTests {

    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(500);

    private static NatsServer server;

    @TempDir
    private Path folder;

    private TestNode node;
    private HaSqliteDataSource dataSource;

    @BeforeAll
    static void startServer() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void open() throws SQLException {
        node = TestNode.open(
                server.url(),
                folder.resolve("app.db"),
                "n1",
                settings -> NodeSettings.of(settings.name(), pool(settings.pool()))
                        .with(to -> to.commitMode(CommitMode.ASYNC)),
                List.of());
        dataSource = node.dataSource();
        node.execute("DROP TABLE IF EXISTS t");
        node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        node.execute("INSERT INTO t VALUES(1, 10)");
        Awaitility.await().until(() -> node.status().outboxLength() == 0);
    }

    private static PoolSettings pool(PoolSettings settings) {
        return settings.with(to -> to.lockTimeout(LOCK_TIMEOUT));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private Connection begin() throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    private static void assertFails(SQLiteErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(SQLiteException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.getResultCode()).isEqualTo(code));
    }

    @Test
    void aLimitOfRowsDoesNotKeepAWriteWithReturningFromCommitting() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("UPDATE t SET a = a + 1 RETURNING a")) {
            statement.setMaxRows(1);
            prepared.setMaxRows(3);
            for (int round = 0; round < 2; round++) {
                try (ResultSet rows = statement.executeQuery("INSERT INTO t(a) VALUES('x'),('y'),('z') RETURNING a")) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.next()).isFalse();
                    assertThat(rows.next()).isFalse();
                }
                try (ResultSet rows = prepared.executeQuery()) {
                    for (int i = 0; i < 3; i++) {
                        assertThat(rows.next()).isTrue();
                    }
                    assertThat(rows.next()).isFalse();
                }
            }
        }
        assertThat(node.query("SELECT count(*) FROM t")).containsExactly("7");
    }

    @Test
    void readingDoesNotWaitForAWriter() throws Exception {
        try (Connection writer = begin();
                Connection plain = begin();
                Connection readOnly = dataSource.getConnection()) {
            update(writer, "UPDATE t SET a = 11");
            readOnly.setReadOnly(true);
            assertThat(query(plain, "SELECT a FROM t")).isEqualTo("10");
            assertThat(query(readOnly, "SELECT a FROM t")).isEqualTo("10");
            plain.commit();
            writer.commit();
            assertThat(query(plain, "SELECT a FROM t")).isEqualTo("11");
        }
    }

    @Test
    void readOnlyConnectionsComeFromTheReadersAndRefuseToWrite() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            assertFails(SQLiteErrorCode.SQLITE_READONLY, () -> update(connection, "INSERT INTO t VALUES(2, 2)"));
            assertFails(SQLiteErrorCode.SQLITE_READONLY, () -> update(connection, "CREATE TABLE u(a)"));
            connection.setAutoCommit(false);
            assertThat(query(connection, "SELECT count(*) FROM t")).isEqualTo("1");
            assertFails(SQLiteErrorCode.SQLITE_READONLY, () -> update(connection, "DELETE FROM t"));
            connection.rollback();
            assertThat(query(connection, "SELECT count(*) FROM temp.sqlite_schema"))
                    .isEqualTo("0");
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("10");
    }

    @Test
    void readOnlyPlansKnowNothingOfCapture() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            List<String> plan = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("EXPLAIN SELECT a FROM t WHERE id = 1")) {
                while (rows.next()) {
                    plan.add(rows.getString("opcode") + " " + rows.getString("p4"));
                }
            }
            assertThat(plan).isNotEmpty().noneMatch(step -> step.contains("ha_capture") || step.contains("Program"));
        }
    }

    @Test
    void readThenWriteSucceedsIfNothingReadHasChanged() throws Exception {
        try (Connection first = begin();
                Connection second = dataSource.getConnection()) {
            assertThat(query(first, "SELECT a FROM t WHERE id = 1")).isEqualTo("10");
            update(second, "INSERT INTO t VALUES(2, 20)");
            update(first, "UPDATE t SET a = a + 1");
            first.commit();
        }
        assertThat(node.query("SELECT a FROM t ORDER BY id")).containsExactly("11", "21");
    }

    @Test
    void readThenWriteIsRefusedIfWhatWasReadHasChanged() throws Exception {
        try (Connection first = begin();
                Connection second = dataSource.getConnection()) {
            assertThat(query(first, "SELECT a FROM t WHERE id = 1")).isEqualTo("10");
            update(second, "UPDATE t SET a = 20");
            assertFails(SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT, () -> update(first, "UPDATE t SET a = 11"));
            first.rollback();
            assertThat(query(first, "SELECT a FROM t WHERE id = 1")).isEqualTo("20");
            update(first, "UPDATE t SET a = 21");
            first.commit();
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("21");
    }

    @Test
    void readThenWriteWithRowsStillOpenKeepsTheTransactionTogether() throws Exception {
        node.execute("INSERT INTO t VALUES(2, 20), (3, 30)");
        try (Connection first = begin();
                Connection second = dataSource.getConnection();
                Statement reading = first.createStatement();
                ResultSet rows = reading.executeQuery("SELECT a FROM t WHERE id < 4 ORDER BY id")) {
            assertThat(rows.next()).isTrue();
            update(second, "UPDATE t SET a = 31 WHERE id = 3");
            assertFails(SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT, () -> update(first, "UPDATE t SET a = a + 1"));
            rows.close();
            first.rollback();
            update(first, "UPDATE t SET a = a + 2");
            first.rollback();
        }
        assertThat(node.query("SELECT a FROM t ORDER BY id")).containsExactly("10", "20", "31");
    }

    @Test
    void countersAreNotLostBetweenTransactionsThatReadFirst() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        int each = 50;
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try (Connection connection = begin()) {
                    for (int done = 0; done < each; ) {
                        try {
                            long value = Long.parseLong(query(connection, "SELECT a FROM t WHERE id = 1"));
                            update(connection, "UPDATE t SET a = " + (value + 1) + " WHERE id = 1");
                            connection.commit();
                            done++;
                        } catch (SQLiteException e) {
                            connection.rollback();
                            if (e.getResultCode() != SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT) {
                                throw e;
                            }
                        }
                    }
                } catch (SQLException | RuntimeException e) {
                    failures.add(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(node.query("SELECT a FROM t")).containsExactly(Integer.toString(10 + 4 * each));
    }

    @Test
    void writersGetBusyAfterTheTimeout() throws Exception {
        try (Connection holder = begin();
                Connection waiting = dataSource.getConnection()) {
            update(holder, "UPDATE t SET a = 11");
            long start = System.nanoTime();
            assertFails(SQLiteErrorCode.SQLITE_BUSY, () -> update(waiting, "UPDATE t SET a = 12"));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(LOCK_TIMEOUT);
            waiting.setAutoCommit(false);
            assertThat(query(waiting, "SELECT a FROM t")).isEqualTo("10");
            assertFails(SQLiteErrorCode.SQLITE_BUSY, () -> update(waiting, "UPDATE t SET a = 12"));
            holder.commit();
            waiting.rollback();
            update(waiting, "UPDATE t SET a = 13");
            waiting.commit();
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("13");
    }

    /** Whoever waited inside SQLite instead, with the write lock held, would keep the holder from writing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN IMMEDIATE",
                "BEGIN EXCLUSIVE",
                "PRAGMA incremental_vacuum",
                "PRAGMA optimize(0x10002)",
                "PRAGMA main.default_cache_size = 100",
                "REINDEX"
            })
    void whatLocksTheDatabaseHoldsTheWriteLock(String sql) throws Exception {
        try (Connection holder = dataSource.getConnection();
                Connection waiting = dataSource.getConnection()) {
            update(holder, "BEGIN");
            try {
                update(holder, sql);
            } catch (SQLiteException e) {
                assertThat(e.getMessage()).contains("cannot start a transaction within a transaction");
            }
            SQLiteException busy =
                    catchThrowableOfType(SQLiteException.class, () -> update(waiting, "UPDATE t SET a = 12"));
            assertThat(Arrays.stream(busy.getStackTrace()).map(StackTraceElement::getClassName))
                    .contains(WriteLock.class.getName());
            update(holder, "UPDATE t SET a = 11");
            update(holder, "COMMIT");
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("11");
    }

    @Test
    void writersQueueInTheOrderTheyCame() throws Exception {
        node.execute("CREATE TABLE IF NOT EXISTS turn(n INTEGER PRIMARY KEY AUTOINCREMENT, who)");
        node.execute("DELETE FROM turn");
        List<Thread> threads = new ArrayList<>();
        try (Connection holder = begin()) {
            update(holder, "UPDATE t SET a = 11");
            for (int i = 0; i < 6; i++) {
                String sql = "INSERT INTO turn(who) VALUES(" + i + ")";
                Connection borrowed = dataSource.getConnection();
                // so that the only thing the thread can wait for is the write lock
                query(borrowed, "SELECT 1");
                Thread thread = new Thread(() -> {
                    try (Connection connection = borrowed) {
                        update(connection, sql);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                threads.add(thread);
                thread.start();
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            }
            holder.commit();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(node.query("SELECT who FROM turn ORDER BY n")).containsExactly("0", "1", "2", "3", "4", "5");
    }

    @Test
    void unwrapReachesDriverAndPool() throws Exception {
        assertThat(dataSource.unwrap(HikariDataSource.class).isRunning()).isTrue();
        assertThat(dataSource.isWrapperFor(HikariDataSource.class)).isTrue();
        try (Connection connection = dataSource.getConnection()) {
            SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
            assertThat(driver.libversion()).startsWith("3.");
            assertThat(query(driver, "SELECT a FROM t")).isEqualTo("10");
        }
    }

    @Test
    void writesThroughTheUnwrappedConnectionAreRefused() throws Exception {
        for (int i = 0; i < 12; i++) {
            try (Connection connection = dataSource.getConnection()) {
                SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> update(driver, "INSERT INTO t VALUES(5, 5)"))
                        .withMessageContaining("readonly database");
            }
        }
        List<Connection> all = new ArrayList<>();
        try {
            // connections that have never written
            for (int i = 0; i < 10; i++) {
                Connection connection = dataSource.getConnection();
                all.add(connection);
                SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> update(driver, "UPDATE t SET a = 12"))
                        .withMessageContaining("readonly database");
            }
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("10");
    }

    @Test
    void unwrappingInATransactionThatIsRolledBackLosesNoCapture() throws Exception {
        long before = node.status().appliedSequence();
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                Connection connection = begin();
                all.add(connection);
                query(connection, "SELECT a FROM t");
                connection.unwrap(SQLiteConnection.class);
                connection.rollback();
                update(connection, "UPDATE t SET a = a + 1");
                connection.commit();
            }
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
        Awaitility.await().until(() -> node.status().outboxLength() == 0);
        assertThat(node.status().appliedSequence()).isEqualTo(before + 10);
    }

    @Test
    void nothingWorksAfterClose() throws Exception {
        Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT a FROM t");
        PreparedStatement prepared = connection.prepareStatement("INSERT INTO t VALUES(?, 7)");
        connection.close();
        assertThat(connection.isClosed()).isTrue();
        assertThat(statement.isClosed()).isTrue();
        assertThat(rows.isClosed()).isTrue();
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.executeQuery("SELECT 1"));
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.executeUpdate("DELETE FROM t"));
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("DELETE FROM t"));
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> {
            statement.addBatch("DELETE FROM t");
            statement.executeBatch();
        });
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> {
            prepared.setInt(1, 7);
            prepared.executeUpdate();
        });
        assertThatExceptionOfType(SQLException.class).isThrownBy(connection::createStatement);
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection.setAutoCommit(false));
        assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
        connection.close();
        assertThat(node.query("SELECT a FROM t")).containsExactly("10");
    }

    @Test
    void anOpenTransactionIsRolledBackWithTheConnection() throws Exception {
        try (Connection connection = begin()) {
            update(connection, "UPDATE t SET a = 11");
        }
        try (Connection connection = begin()) {
            update(connection, "UPDATE t SET a = a + 5");
            connection.commit();
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("15");
    }

    @Test
    void metadataListsNothingOfReplicationAndItsConnectionIsTheApplications() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            update(connection, "INSERT INTO t VALUES(2, 20)");
            DatabaseMetaData metadata = connection.getMetaData();
            assertThat(metadata.getConnection()).isSameAs(connection);
            List<String> names = new ArrayList<>();
            try (ResultSet tables = metadata.getTables(null, null, "%", null)) {
                while (tables.next()) {
                    names.add(tables.getString("TABLE_NAME"));
                }
            }
            assertThat(names).containsExactlyInAnyOrder("t", "sqlite_schema");
            try (ResultSet columns = metadata.getColumns(null, null, "%", "%")) {
                while (columns.next()) {
                    assertThat(columns.getString("TABLE_NAME")).doesNotStartWith("ha_");
                }
            }
            Awaitility.await().until(() -> node.status().outboxLength() == 0);
            long applied = node.status().appliedSequence();
            update(metadata.getConnection(), "INSERT INTO t VALUES(3, 30)");
            Awaitility.await().until(() -> node.status().appliedSequence() == applied + 1);
        }
    }

    @Test
    void anOpenCursorMayLookOnWhileItsTransactionBeginsToWrite() throws Exception {
        node.execute("CREATE TABLE IF NOT EXISTS other(a)");
        try (Connection connection = begin();
                Connection other = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(
                        "SELECT id, a, a || 'x', 1.5, x'00ff', NULL, CAST(x'ff' AS TEXT) FROM t ORDER BY id")) {
            update(connection, "INSERT INTO t VALUES(2, 20), (3, 30), (4, 40)");
            connection.commit();
            try (ResultSet rows = query.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isTrue();
                update(other, "INSERT INTO other VALUES(1)");
                assertThat(update(connection, "UPDATE t SET a = 0 WHERE id = 4"))
                        .isOne();
                assertThat(rows.getInt("id")).isEqualTo(2);
                assertThat(rows.getObject(3)).isEqualTo("20x");
                assertThat(rows.getObject(4)).isEqualTo(1.5);
                assertThat(rows.getBytes(5)).containsExactly(0, 0xff);
                assertThat(rows.getObject(6)).isNull();
                assertThat(rows.getBytes(7)).containsExactly(0xff);
                assertThat(rows.getMetaData().getTableName(1)).isEqualTo("t");
                assertThat(rows.next()).isTrue();
                assertThat(rows.getRow()).isEqualTo(3);
                assertThat(rows.getInt(1)).isEqualTo(3);
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(2)).as("as it was when the query began").isEqualTo(40);
                assertThat(rows.next()).isFalse();
            }
            try (ResultSet again = query.executeQuery()) {
                assertThat(again.next()).isTrue();
                assertThat(again.getInt(1)).isOne();
            }
            connection.commit();
        }
        assertThat(node.query("SELECT a FROM t WHERE id = 4")).containsExactly("0");
    }
}
