package io.github.hasqlite.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of a database that is not replicated. */
@Timeout(60)
class SqlGatewayTests {

    private static final String ENDLESS =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

    private static final String MILLION =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i FROM n";

    private static final GatewaySettings SETTINGS = new GatewaySettings(
            3, 2, 2, Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(2), 10_000, 5_000_000);

    @TempDir
    private Path folder;

    private ReplicationNode node;
    private HaSqliteDataSource dataSource;
    private SqlGateway gateway;
    private GatewaySession session;

    @BeforeEach
    void open() throws SQLException {
        PoolSettings pool = PoolSettings.of(folder.resolve("app.db").toString());
        node = ReplicationNode.alone(NodeSettings.of("n1", pool)).start();
        dataSource = node.dataSource();
        gateway = gateway(SETTINGS);
        session = gateway.open();
        run("CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(10) UNIQUE, b REAL)");
    }

    private SqlGateway gateway(GatewaySettings settings) {
        return new SqlGateway(
                settings, dataSource, node.position(), StreamEnd.NONE, GatewayCommand.Parser.NONE, NodeRuntime.ofJvm());
    }

    @AfterEach
    void close() {
        gateway.close();
        dataSource.close();
    }

    private GatewayResult run(String sql, @Nullable Object... values) throws SQLException {
        return session.prepare(sql).execute(Arrays.asList(values));
    }

    private List<List<@Nullable Object>> rows(String sql, @Nullable Object... values) throws SQLException {
        try (GatewayResult result = run(sql, values)) {
            return rows(result);
        }
    }

    private static List<List<@Nullable Object>> rows(GatewayResult result) throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        while (result.next()) {
            List<@Nullable Object> row = new ArrayList<>();
            for (int i = 0; i < result.columns().size(); i++) {
                row.add(result.value(i));
            }
            rows.add(row);
        }
        return rows;
    }

    private static void assertFails(String state, ThrowingCallable call) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(state));
    }

    @Test
    void answersValuesAsTheyAreStored() throws SQLException {
        assertThat(rows("SELECT 1, 9223372036854775807, 1.5, 'x', x'00ff', NULL, ?, ?", 2L, null))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.get(4)).isEqualTo(new byte[] {0, -1});
                    row.remove(4);
                    assertThat(row).containsExactly(1L, Long.MAX_VALUE, 1.5, "x", null, 2L, null);
                });
    }

    @Test
    void countsWhatWasWritten() throws SQLException {
        GatewayResult inserted = run("INSERT INTO t(a) VALUES('x'), ('y')");
        assertThat(inserted.rowsAffected()).isEqualTo(2);
        assertThat(inserted.lastInsertId()).isEqualTo(2);
        assertThat(run("UPDATE t SET b = 1").rowsAffected()).isEqualTo(2);
        assertThat(run("CREATE INDEX i ON t(b)").rowsAffected()).isZero();
        try (GatewayResult returned = run("INSERT INTO t(a) VALUES('z') RETURNING id, a")) {
            assertThat(returned.rowsAffected()).isEqualTo(1);
            assertThat(rows(returned)).containsExactly(List.of(3L, "z"));
        }
        assertThat(rows("PRAGMA table_info(t)")).hasSize(3);
        assertThat(rows("EXPLAIN QUERY PLAN SELECT * FROM t")).isNotEmpty();
    }

    @Test
    void describesColumns() throws SQLException {
        assertThat(session.prepare("SELECT a AS x, b, count(*) FROM t").columns())
                .containsExactly(
                        new GatewayColumn("x", "VARCHAR(10)", "t"),
                        new GatewayColumn("b", "REAL", "t"),
                        new GatewayColumn("count(*)", "", ""));
        assertThat(session.prepare("DELETE FROM t").columns()).isEmpty();
        assertThat(session.prepare("DELETE FROM t RETURNING id").columns())
                .containsExactly(new GatewayColumn("id", "INTEGER", "t"));
        assertThat(rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
        assertFails("42P01", () -> session.prepare("SELECT * FROM nowhere").columns());
    }

    @Test
    void bindsByPlaceAndByName() throws SQLException {
        GatewayStatement named = session.prepare("SELECT :a, ?, ?5, $c, :a, '?', \":x\"");
        assertThat(named.parameters()).containsExactly(":a", null, null, null, "?5", "$c");
        Map<String, Object> values = new HashMap<>(Map.of("a", "A", "2", "B", "3", "-", "4", "-", "5", "E", "$c", "C"));
        try (GatewayResult result =
                session.prepare("SELECT :a, ?, ?5, $c, :a, '?'").execute(values)) {
            assertThat(rows(result)).containsExactly(List.of("A", "B", "E", "C", "A", "?"));
        }
        assertFails("07001", () -> session.prepare("SELECT :a").execute(Map.of("b", 1L)));
        assertFails("07001", () -> session.prepare("SELECT :a").execute(Map.of("a", 1L, "b", 1L)));
        assertFails("07001", () -> run("SELECT ?"));
        assertFails("07001", () -> run("SELECT 1", 2L));
    }

    @Test
    void runsTransactions() throws SQLException {
        run("BEGIN");
        run("INSERT INTO t(a) VALUES('x')");
        assertThat(session.state()).isEqualTo(TransactionState.OPEN);
        run("SAVEPOINT s");
        assertFails("23505", () -> run("INSERT INTO t(a) VALUES('x')"));
        assertThat(session.state()).isEqualTo(TransactionState.FAILED);
        assertFails("25P02", () -> run("SELECT 1"));
        run("ROLLBACK TO s");
        run("INSERT INTO t(a) VALUES('y')");
        run("COMMIT");
        assertThat(rows("SELECT a FROM t")).containsExactly(List.of("x"), List.of("y"));
        assertFails("25P01", () -> run("COMMIT"));
        assertFails("25P01", () -> run("SAVEPOINT s"));
        run("ROLLBACK");
    }

    @Test
    void rollsBackAtOnceWhatHasFailed() throws SQLException {
        session.begin(false);
        run("INSERT INTO t(a) VALUES('x')");
        assertFails("23505", () -> run("INSERT INTO t(a) VALUES('x')"));
        try (Connection other = dataSource.getConnection();
                Statement statement = other.createStatement()) {
            statement.executeUpdate("INSERT INTO t(a) VALUES('other')");
        }
        run("COMMIT");
        assertThat(session.state()).isEqualTo(TransactionState.NONE);
        assertThat(rows("SELECT a FROM t")).containsExactly(List.of("other"));
    }

    @Test
    void readOnlyTransactionsDoNotWrite() throws SQLException {
        session.begin(true);
        assertFails("25006", () -> run("INSERT INTO t(a) VALUES('x')"));
        run("ROLLBACK");
    }

    @Test
    void givesTheWriteLockBackAfterAWhile() throws SQLException {
        session.begin(false);
        run("INSERT INTO t(a) VALUES('x')");
        await().untilAsserted(() -> assertThat(session.state()).isEqualTo(TransactionState.FAILED));
        try (Connection other = dataSource.getConnection();
                Statement statement = other.createStatement()) {
            statement.executeUpdate("INSERT INTO t(a) VALUES('x')");
        }
        assertFails("25P03", () -> run("SELECT 1"));
        assertFails("25P02", () -> run("SELECT 1"));
        run("ROLLBACK");
        assertThat(rows("SELECT count(*) FROM t")).containsExactly(List.of(1L));
    }

    @Test
    void interruptsWhatRunsForTooLong() throws SQLException {
        assertFails("57014", () -> rows(ENDLESS));
        gateway.close();
        gateway = gateway(new GatewaySettings(
                3, 2, 2, Duration.ofMillis(200), Duration.ofMinutes(1), Duration.ofMillis(500), 10_000, 5_000_000));
        session = gateway.open();
        session.begin(false);
        assertFails("25P03", () -> rows(ENDLESS));
        assertFails("25P02", () -> rows(ENDLESS));
        run("ROLLBACK");
    }

    @Test
    void cancels() throws Exception {
        Thread canceller = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                session.cancel();
                Thread.onSpinWait();
            }
        });
        canceller.start();
        try {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> rows(ENDLESS))
                    .withMessageContaining("cancelled");
        } finally {
            canceller.interrupt();
            canceller.join();
        }
        assertThat(rows("SELECT 1")).hasSize(1);
    }

    @Test
    void endsRowsThatNobodyReads() throws SQLException {
        GatewayResult first = run(MILLION);
        GatewayResult second = run(MILLION);
        assertThat(first.next() && second.next()).isTrue();
        assertFails("53300", () -> run(MILLION));
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(rows("SELECT 1")).hasSize(1));
        assertFails("57014", first::next);
        first.close();
        second.close();
        assertThat(rows("SELECT 1")).hasSize(1);
    }

    @Test
    void rowsOfATransactionEndWithIt() throws SQLException {
        session.begin(false);
        GatewayResult rows = run(MILLION);
        assertThat(rows.next()).isTrue();
        run("INSERT INTO t(a) VALUES('x')");
        assertThat(rows.next()).isTrue();
        run("COMMIT");
        assertFails("34000", rows::next);
        rows.close();
    }

    @Test
    void takesBackWhatReturnsTooMuch() throws SQLException {
        assertFails(
                "54000",
                () -> run(
                        "INSERT INTO t(a) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
                                + " SELECT i FROM n RETURNING a"));
        assertThat(rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
    }

    @Test
    void refusesValuesThatAreTooLarge() throws SQLException {
        assertFails("22001", () -> rows("SELECT zeroblob(5000001)"));
        assertFails("22001", () -> rows("SELECT printf('%6000000d', 1)"));
        assertFails("22001", () -> run("INSERT INTO t(a) VALUES(zeroblob(5000001))"));
        run("INSERT INTO t(a) VALUES(zeroblob(4000000))");
        try (Connection other = dataSource.getConnection();
                Statement statement = other.createStatement()) {
            statement.executeUpdate("INSERT INTO t(a) VALUES(zeroblob(5000001))");
        }
    }

    @Test
    void refusesRowsThatAreTooLarge() throws SQLException {
        assertThat(rows("SELECT zeroblob(2000000), zeroblob(2000000)")).hasSize(1);
        assertFails("54000", () -> rows("SELECT zeroblob(2000000), zeroblob(2000000), zeroblob(2000000)"));
        assertThat(rows("SELECT 1")).hasSize(1);
    }

    @Test
    void letsNobodyInWhereThereAreTooMany() throws SQLException {
        GatewaySession second = gateway.open();
        gateway.open();
        assertFails("53300", () -> gateway.open());
        second.close();
        second.close();
        gateway.open().close();
        gateway.close();
        assertFails("57P01", () -> gateway.open());
        assertFails("08003", () -> run("SELECT 1"));
    }

    @Test
    void refusesWhatReachesOutside() throws SQLException {
        for (String sql : List.of(
                "ATTACH 'x.db' AS x",
                "/* */ ATTACH ':memory:' AS x",
                "DETACH x",
                "VACUUM INTO 'copy.db'",
                "backup to 'copy.db'",
                "restore from 'copy.db'",
                "SELECT load_extension('x')",
                "SELECT \"load_extension\" ('x')",
                "SELECT * FROM [fsdir]('.')",
                "SELECT * FROM 'fsdir'('.')",
                "SELECT readfile/* */('/etc/passwd')",
                "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT writefile('x', 'y'); END",
                "CREATE VIEW v AS SELECT * FROM ha_outbox",
                "SELECT * FROM ha_outbox",
                "SELECT * FROM 'ha_outbox'",
                "SELECT * FROM main . \"HA_State\"",
                "DELETE FROM `ha_state`",
                "DROP TRIGGER temp.ha_capture_t",
                "SELECT ha_capture(1)",
                "SELECT * FROM sqlite_dbpage",
                "SELECT * FROM pragma_database_list",
                "SELECT * FROM pragma_database_list()",
                "PRAGMA database_list",
                "PRAGMA writable_schema = ON",
                "PRAGMA main.journal_mode = DELETE",
                "PRAGMA foreign_keys(0)",
                "EXPLAIN PRAGMA temp_store = 2",
                "PRAGMA temp_store_directory = '/tmp'",
                "PRAGMA mmap_size = 1",
                "PRAGMA hexkey = 'x'",
                "CREATE VIRTUAL TABLE v USING csv(filename = '/etc/passwd')",
                "CREATE VIRTUAL TABLE v USING 'dbstat'",
                "CREATE VIRTUAL TABLE IF NOT EXISTS v USING zipfile")) {
            assertFails("42501", () -> run(sql));
        }
        for (String sql :
                List.of("CREATE TEMP TABLE x(a)", "CREATE TABLE temp.x(a)", "create temporary view v as select 1")) {
            assertFails("0A000", () -> run(sql));
        }
        assertFails("42601", () -> run("FROB the knob"));
        assertFails("42601", () -> run("SELEC 1"));
    }

    @Test
    void takesNamesThatOnlyLookAlike() throws SQLException {
        run("CREATE TABLE files(readfile, csv, edit, ha_column)");
        assertThat(rows("SELECT ha_column AS ha_name, 'ha_capture' FROM files")).isEmpty();
        run("INSERT INTO files VALUES('ha_x', 'load_extension', 'ATTACH', 1)");
        assertThat(rows("SELECT csv, readfile FROM files WHERE edit = 'ATTACH'"))
                .containsExactly(List.of("load_extension", "ha_x"));
        assertThat(rows("SELECT length(ha_id()) > 0")).containsExactly(List.of(1L));
        run("CREATE VIRTUAL TABLE f USING fts5(x)");
        assertThat(rows("SELECT * FROM pragma_table_info('t')")).hasSize(3);
        assertThat(rows("PRAGMA user_version")).containsExactly(List.of(0L));
        run("PRAGMA user_version = 5");
        run("ANALYZE");
        run("PRAGMA optimize");
    }
}
