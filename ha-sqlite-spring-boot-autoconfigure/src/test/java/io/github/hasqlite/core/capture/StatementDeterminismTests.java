package io.github.hasqlite.core.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hasqlite.core.capture.StatementDeterminism.Conflict;
import io.github.hasqlite.core.capture.StatementDeterminism.Effect;
import io.github.hasqlite.core.capture.StatementDeterminism.NewKey;
import io.github.hasqlite.core.capture.StatementDeterminism.VirtualWrite;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

class StatementDeterminismTests {

    private Connection connection;

    @BeforeEach
    void openDatabase() throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        Function.create(connection, "upper", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(value_text(0));
            }
        });
        run(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, v)",
                "CREATE TABLE hidden(v)",
                "CREATE TABLE child(id INTEGER PRIMARY KEY, t REFERENCES t(id) ON DELETE CASCADE)",
                "CREATE TABLE ha_outbox(id INTEGER PRIMARY KEY)",
                "CREATE TEMP TABLE mine(id INTEGER PRIMARY KEY, v)",
                "ATTACH ':memory:' AS other",
                "CREATE TABLE other.far(id INTEGER PRIMARY KEY, v)",
                "CREATE VIRTUAL TABLE f USING fts5(v)",
                "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)",
                "CREATE TRIGGER feed AFTER INSERT ON t BEGIN INSERT INTO f(rowid, v) VALUES(new.id, new.v); END");
    }

    @AfterEach
    void closeDatabase() throws SQLException {
        connection.close();
    }

    private void run(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    private Effect explain(String sql) throws SQLException {
        return new StatementDeterminism((SQLiteConnection) connection).explain(sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES(1, ?)",
                "INSERT INTO t(id, v) SELECT id, t FROM child",
                "UPDATE t SET v = lower(v) || substr(v, 2) WHERE id IN (SELECT id FROM child)",
                "DELETE FROM t WHERE v LIKE 'a%'",
                "DELETE FROM f WHERE f MATCH 'word'",
                "UPDATE f SET v = v || ? WHERE rowid = ?",
                "INSERT INTO f(rowid, v) SELECT id, v FROM t",
                "INSERT INTO f(rowid, v) SELECT value, value FROM json_each(?)",
                "INSERT INTO f(rowid, v) SELECT max(id), count(*) FROM t"
            })
    void isTheSameOnEveryNode(String sql) throws SQLException {
        assertThat(explain(sql)).matches(Effect::deterministic);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO f(rowid, v) VALUES(1, random())",
                "INSERT INTO f(rowid, v) VALUES(1, hex(randomblob(4)))",
                "INSERT INTO f(rowid, v) VALUES(1, CURRENT_TIMESTAMP)",
                "INSERT INTO f(rowid, v) VALUES(1, datetime('now'))",
                "INSERT INTO f(rowid, v) VALUES(last_insert_rowid(), changes())",
                "INSERT INTO f(rowid, v) VALUES(1, upper('x'))",
                "INSERT INTO f(rowid, v) SELECT id, v FROM mine",
                "INSERT INTO f(rowid, v) SELECT id, v FROM far",
                "INSERT INTO f(rowid, v) SELECT rowid, v FROM hidden",
                "INSERT INTO f(rowid, v) SELECT id, id FROM ha_outbox",
                "INSERT INTO f(rowid, v) SELECT rowid, name FROM sqlite_schema",
                "INSERT INTO f(rowid, v) SELECT cid, name FROM pragma_table_info('t')",
                "DELETE FROM f WHERE rowid IN (SELECT id FROM mine)",
                "UPDATE mine SET v = 1"
            })
    void mayDifferBetweenNodes(String sql) throws SQLException {
        assertThat(explain(sql).reasons()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO f(rowid, v) SELECT id, v FROM t LIMIT 3",
                "INSERT INTO f(rowid, v) SELECT 1, group_concat(v) FROM t",
                "INSERT INTO f(rowid, v) SELECT 1, (SELECT v FROM child) FROM t",
                "INSERT INTO t VALUES(?, ?)",
                "INSERT INTO hidden SELECT v FROM t",
                "INSERT INTO t(v) SELECT v FROM child"
            })
    void mayDependOnTheOrderOfRows(String sql) throws SQLException {
        assumeTrue(!sql.contains("(SELECT v FROM child)") && !sql.endsWith("v FROM child") || addedColumn());
        assertThat(explain(sql).orderReasons()).isNotEmpty();
    }

    private boolean addedColumn() throws SQLException {
        run("ALTER TABLE child ADD COLUMN v");
        return true;
    }

    @Test
    void namesTheVirtualTablesThatAStatementWrites() throws SQLException {
        assertThat(explain("INSERT OR REPLACE INTO f(rowid, v) VALUES(1, 'x')").virtualWrites())
                .containsExactly(new VirtualWrite("f", null, Conflict.REPLACE, NewKey.GIVEN));
        assertThat(explain("INSERT INTO f(v) VALUES('x')").virtualWrites())
                .containsExactly(new VirtualWrite("f", null, Conflict.ABORT, NewKey.CHOSEN));
        assertThat(explain("INSERT INTO f(rowid, v) VALUES(?, 'x')").virtualWrites())
                .containsExactly(new VirtualWrite("f", null, Conflict.ABORT, NewKey.EITHER));
        assertThat(explain("INSERT INTO r VALUES(NULL, 1, 2)").virtualWrites())
                .containsExactly(new VirtualWrite("r", null, Conflict.ABORT, NewKey.CHOSEN));
        assertThat(explain("INSERT INTO r VALUES(7, 1, 2)").virtualWrites())
                .containsExactly(new VirtualWrite("r", null, Conflict.ABORT, NewKey.GIVEN));
        assertThat(explain("DELETE FROM f").virtualWrites())
                .containsExactly(new VirtualWrite("f", null, Conflict.ABORT, NewKey.GIVEN));
    }

    @Test
    void looksIntoTriggersAndForeignKeyActions() throws SQLException {
        assertThat(explain("INSERT OR REPLACE INTO t VALUES(1, 'x')").virtualWrites())
                .containsExactly(new VirtualWrite("f", "feed", Conflict.REPLACE, NewKey.EITHER));
        run("PRAGMA foreign_keys = ON");
        assertThat(explain("DELETE FROM t WHERE id = 1").writes()).containsExactly("child", "t");
    }

    @Test
    void leavesOutTriggersOfReplication() throws SQLException {
        run("CREATE TEMP TRIGGER ha_capture_0 AFTER INSERT ON main.child BEGIN SELECT random(); END");

        assertThat(explain("INSERT INTO child VALUES(1, 2)")).matches(Effect::deterministic);
    }

    @Test
    void seesThroughANameThatATemporaryTableShadows() throws SQLException {
        run("CREATE TEMP TABLE t(id INTEGER PRIMARY KEY, v)");

        Effect effect = explain("INSERT INTO f(rowid, v) SELECT id, v FROM t");

        assertThat(effect.reasons()).containsExactly("reads TEMP tables");
    }
}
