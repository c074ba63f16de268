package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;

/** What cannot travel, or would get round replication, is refused and takes nothing along. */
@Tag("system")
class RefusedStatementTests extends CapturingNodes {

    @Test
    void whatSqliteRefusesDoesNotCommitInStrictMode() throws Exception {
        try (NatsServer strictServer = NatsServer.start();
                TestNode strict = TestNode.openStrict(strictServer, folder.resolve("strict.db"), "s1");
                Connection writer = strict.dataSource().getConnection();
                Statement statement = writer.createStatement()) {
            strict.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            long before = strict.status().appliedSequence();
            for (String end :
                    List.of("COMMIT WORK", "END WORK", "COMMIT AND CHAIN", "COMMIT TRANSACTION a b", "commit 5")) {
                statement.execute("BEGIN");
                statement.execute("INSERT INTO t VALUES(1)");
                assertThatThrownBy(() -> statement.execute(end)).hasMessageContaining("syntax error");
                assertThatThrownBy(() -> statement.executeUpdate(end)).hasMessageContaining("syntax error");
                statement.execute("ROLLBACK");
                statement.execute("SAVEPOINT s");
                statement.execute("INSERT INTO t VALUES(2)");
                assertThatThrownBy(() -> statement.execute("RELEASE s s")).hasMessageContaining("syntax error");
                statement.execute("ROLLBACK TO s");
                statement.execute("RELEASE s");
            }
            assertThat(strict.query("SELECT count(*) FROM t")).containsExactly("0");
            assertThat(strict.status().appliedSequence()).isEqualTo(before);
            statement.execute("BEGIN");
            statement.execute("INSERT INTO t VALUES(3)");
            statement.execute(";; COMMIT TRANSACTION \"any\";");
            assertThat(strict.query("SELECT id FROM t")).containsExactly("3");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA writable_schema = ON",
                "PRAGMA count_changes = 1",
                "PRAGMA main.writable_schema(1)",
                "; PRAGMA writable_schema = yes",
                "PRAGMA schema_version = 77",
                "PRAGMA journal_mode = DELETE",
                "pragma \"main\".[journal_mode] = off",
                "PRAGMA locking_mode = exclusive",
                "restore from other.db",
                "RESTORE main from 'other.db'"
            })
    void whatUndercutsReplicationIsRefused(String sql) throws Exception {
        String before = String.join(",", one.query("PRAGMA schema_version"));
        SQLException refusal = refused(sql);
        assertThat(refusal.getSQLState()).isEqualTo("0A000");
        assertThat((Throwable) refusal)
                .hasMessageContaining(sql.replace(";", "").strip());
        if (!sql.toLowerCase(Locale.ROOT).startsWith("restore")) {
            assertThatThrownBy(() -> connection.prepareStatement(sql)).hasMessageContaining(refusal.getMessage());
            assertRefused("EXPLAIN " + sql.replace(";", ""));
            assertRefused("EXPLAIN QUERY PLAN " + sql.replace(";", ""));
        }
        assertThat(one.query("PRAGMA journal_mode")).containsExactly("wal");
        assertThat(one.query("PRAGMA schema_version")).containsExactly(before);
        run("INSERT INTO t VALUES(1, 'x')");
        assertBothHave("SELECT id, v FROM t", "1|x");
    }

    @Test
    void aReplicatedFileCannotBeAttachedForWriting() throws Exception {
        Path link =
                Files.createSymbolicLink(folder.resolve("link" + System.nanoTime() + ".db"), folder.resolve("one.db"));
        for (Path file : List.of(folder.resolve("one.db"), link, folder.resolve("two.db"))) {
            assertThat(refused("ATTACH '" + file + "' AS other").getSQLState()).isEqualTo("0A000");
            assertThat(refused("ATTACH DATABASE 'file:" + file + "?mode=rw' AS \"other one\"")
                            .getSQLState())
                    .isEqualTo("0A000");
            try (PreparedStatement attach = connection.prepareStatement("ATTACH ? AS other")) {
                attach.setString(1, file.toString());
                assertThatThrownBy(attach::execute).isInstanceOf(SQLException.class);
            }
        }
        assertThat(query("SELECT count(*) FROM pragma_database_list WHERE seq > 1"))
                .containsExactly("0");
        run("ATTACH ':memory:' AS other", "CREATE TABLE other.t(a)", "INSERT INTO other.t VALUES(1)");
        run("INSERT INTO t VALUES(1, 'x')", "DETACH other");
        assertBothHave("SELECT id, v FROM t", "1|x");
        assertThatThrownBy(() -> run("backup to '" + link + "'")).hasMessageContaining("over itself");
    }

    @Test
    void theDriversOwnConnectionWritesNothing() throws Exception {
        SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
        for (String sql : List.of("CREATE TABLE u(a)", "DROP TABLE t", "INSERT INTO t VALUES(9, 'z')")) {
            try (Statement statement = driver.createStatement()) {
                assertThatThrownBy(() -> statement.execute(sql)).hasMessageContaining("readonly");
            }
            assertThatThrownBy(() -> driver.getDatabase()._exec(sql)).hasMessageContaining("readonly");
        }
        run("INSERT INTO t VALUES(1, 'x')", "CREATE TABLE v(a)");
        run("BEGIN", "INSERT INTO t VALUES(2, 'y')");
        driver.getDatabase()._exec("CREATE TABLE u(a)");
        assertRefused("COMMIT").hasMessageContaining("rolled back");
        assertRefused("INSERT INTO u VALUES(1)").hasMessageContaining("no such table");
        run("BEGIN", "INSERT INTO t VALUES(3, 'z')");
        driver.getDatabase()._exec("CREATE TABLE u(a)");
        assertRefused("CREATE TABLE w(a)").hasMessageContaining("rolled back");
        connection.close();
        connection = one.dataSource().getConnection();
        run("CREATE TABLE w(a)", "DROP TABLE w");
        assertBothHave("SELECT id, v FROM t", "1|x");
        assertBothHave("SELECT name FROM sqlite_schema WHERE name IN ('u', 'v', 'w')", "v");
    }

    @Test
    void aRemovedCaptureTriggerIsNoticed() throws Exception {
        run("INSERT INTO t VALUES(1, 'x')", "CREATE TEMP TABLE removal_log(a)");
        run("INSERT INTO t VALUES(2, 'x')");
        SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
        for (String sql : List.of(
                "INSERT INTO t VALUES(3, 'y')",
                "INSERT INTO t VALUES(3, 'y') RETURNING id",
                "UPDATE t SET v = 'y'",
                "DELETE FROM t",
                "REPLACE INTO t VALUES(1, 'y')",
                "INSERT INTO t VALUES(1, 'y') ON CONFLICT(id) DO UPDATE SET v = 'y'")) {
            removeCapture(driver);
            assertRefused("BEGIN", sql, "COMMIT").hasMessageContaining("would not be replicated");
            assertThat(query("SELECT id || v FROM t")).containsExactly("1x", "2x");
            run("UPDATE t SET v = 'x' WHERE id = 1");
        }
        assertBothHave("SELECT id, v FROM t", "1|x", "2|x");
    }

    private void removeCapture(SQLiteConnection driver) throws SQLException {
        driver.getDatabase()._exec("PRAGMA query_only = OFF");
        for (String trigger : query("SELECT name FROM temp.sqlite_schema WHERE name GLOB 'ha_capture_*'")) {
            driver.getDatabase()._exec("DROP TRIGGER temp." + trigger);
        }
        driver.getDatabase()._exec("PRAGMA query_only = ON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INSERT INTO f_content VALUES(9, 'hidden')", "DELETE FROM f_content"})
    void whatIsNotCapturedIsRefusedAndTakesItsTransactionAlong(String sql) throws Exception {
        run("CREATE VIRTUAL TABLE f USING fts5(a)", "INSERT INTO f VALUES('x')");
        run("BEGIN", "INSERT INTO t VALUES(1, 'x')");
        assertThat(refused(sql).getMessage()).contains("rolled back", sql);
        assertRefused("COMMIT").hasMessageContaining("no transaction is active");
        assertThat(refused(sql).getSQLState()).isEqualTo("0A000");
        assertBothHave("SELECT count(*) FROM t", "0");
        assertBothHave("SELECT a FROM f", "x");
    }

    // ---- names and header

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE ha_user(id INTEGER PRIMARY KEY)",
                "CREATE TABLE IF NOT EXISTS main.\"HA_user\"(a)",
                "CREATE TEMP TABLE ha_outbox(a)",
                "CREATE TABLE temp.ha_tick2(a)",
                "CREATE INDEX ha_i ON t(v)",
                "CREATE UNIQUE INDEX IF NOT EXISTS [Ha_i] ON t(v)",
                "CREATE VIEW ha_v AS SELECT 1",
                "CREATE TRIGGER ha_g AFTER INSERT ON t BEGIN SELECT 1; END",
                "CREATE TEMP TRIGGER ha_g AFTER INSERT ON t BEGIN SELECT 1; END",
                "CREATE VIRTUAL TABLE ha_f USING fts5(a)",
                "CREATE TABLE ha_copy AS SELECT * FROM t",
                "ALTER TABLE t RENAME TO ha_t",
                "DROP TRIGGER temp.ha_capture_insert_0",
                "DROP TABLE ha_outbox"
            })
    void reservedNamesAreRefused(String sql) throws Exception {
        run("INSERT INTO t VALUES(1, 'x')");
        SQLException refusal = refused(sql);
        assertThat(refusal.getSQLState()).isEqualTo("42939");
        assertThat(refusal.getMessage().toLowerCase(Locale.ROOT))
                .contains("reserved", "ha_", sql.toLowerCase(Locale.ROOT));
        run("BEGIN", "INSERT INTO t VALUES(2, 'y')");
        refused(sql);
        run("COMMIT");
        assertBothHave("SELECT id, v FROM t", "1|x", "2|y");
        assertThat(two.query("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'ha%' AND tbl_name = 't'"))
                .containsExactly("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM ha_outbox; END",
                "CREATE INDEX i ON ha_state(value)",
                "CREATE VIEW g AS SELECT load_extension('x')"
            })
    void whatOtherNodesWouldRefuseIsRefusedHere(String sql) throws Exception {
        long rejected = two.status().rejectedMessages();
        assertRefused(sql).hasMessageContaining("other nodes would not run this");
        run("BEGIN", "INSERT INTO t VALUES(1, 'x')");
        refused(sql);
        run("INSERT INTO t VALUES(2, 'y')", "COMMIT");
        assertBothHave("SELECT id, v FROM t", "1|x", "2|y");
        assertBothHave("SELECT count(*) FROM sqlite_schema WHERE name IN ('g', 'i')", "0");
        assertThat(two.status().rejectedMessages()).isEqualTo(rejected);
    }
}
