package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What one node has written the other node has, however it was written; and what cannot reach the other
 * node is refused on the first, where it then has changed nothing (rule R12).
 */
@Tag("system")
class NothingEscapesTests extends CapturingNodes {

    // ---- texts

    @ParameterizedTest
    @ValueSource(
            strings = {
                ";INSERT INTO t VALUES(1, 'x')",
                "/* first */;;\n-- second\n; INSERT INTO t VALUES(1, 'x')",
                "\uFEFFINSERT INTO t VALUES(1, 'x')",
                ";\uFEFF/**/INSERT INTO t VALUES(1, 'x')",
                "INSERT INTO t VALUES(1, 'x')\0; DELETE FROM t",
                "INSERT INTO t VALUES(1, 'x'); -- nothing more",
                "INSERT INTO t VALUES(1, 'x');;",
                "WITH replace AS (SELECT 1 AS a) INSERT INTO t SELECT a, 'x' FROM replace",
                "WITH \"select\"(a, [b) (]) AS NOT MATERIALIZED (SELECT 1, ')'), replace AS (SELECT 2)"
                        + " INSERT INTO t SELECT a, 'x' FROM \"select\"",
                "with recursive replace(i) as (values(1) union all select i + 1 from replace where i < 3)"
                        + " insert into t select i, 'x' from replace where i = 1",
                "WITH d AS (SELECT 1) REPLACE INTO t SELECT 1, 'x'"
            })
    void oddTextsArriveByAllMethods(String sql) throws Exception {
        run(sql);
        assertBothHave("SELECT id, v FROM t", "1|x");
        run("DELETE FROM t");
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
            assertBothHave("SELECT id, v FROM t", "1|x");
            run("DELETE FROM t");
            statement.executeLargeUpdate(sql);
            assertBothHave("SELECT id, v FROM t", "1|x");
            run("DELETE FROM t");
            statement.addBatch(sql);
            statement.executeBatch();
        }
        assertBothHave("SELECT id, v FROM t", "1|x");
        run("DELETE FROM t");
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeUpdate();
            assertBothHave("SELECT id, v FROM t", "1|x");
            run("DELETE FROM t");
            statement.addBatch();
            statement.executeBatch();
        }
        assertBothHave("SELECT id, v FROM t", "1|x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WITH replace AS (SELECT 1 AS x) SELECT * FROM replace",
                "WITH \"update\"(x) AS MATERIALIZED (SELECT 1), [delete] AS (SELECT 2) SELECT * FROM \"update\"",
                ";SELECT 1",
                "WITH insert_ AS (SELECT ')INSERT' AS x) SELECT * FROM insert_"
            })
    void queriesTakeNoWriteLock(String sql) throws Exception {
        try (Connection other = one.dataSource().getConnection();
                Statement statement = other.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            run("INSERT INTO t VALUES(1, 'x')");
        }
        assertBothHave("SELECT id, v FROM t", "1|x");
    }

    @Test
    void schemaCommandsBehindSemicolonsArrive() throws Exception {
        run(
                ";CREATE TABLE u(a)",
                "/**/; ALTER TABLE u ADD COLUMN b",
                ";;CREATE TRIGGER g AFTER INSERT ON u BEGIN"
                        + " INSERT INTO t VALUES(new.a, new.b); DELETE FROM u; END",
                "; INSERT INTO u VALUES(4, 'y')");
        assertBothHave("SELECT id, v FROM t", "4|y");
        assertBothHave("SELECT count(*) FROM u", "0");
    }

    @Test
    void transactionsFollowSqliteWhateverTheText() throws Exception {
        run(";BEGIN", "INSERT INTO t VALUES(1, 'a')");
        assertRefused("COMMIT WORK").hasMessageContaining("syntax error");
        assertRefused("END NOW PLEASE").hasMessageContaining("syntax error");
        run("SAVEPOINT s", "INSERT INTO t VALUES(2, 'b')", "ROLLBACK TRANSACTION any TO SAVEPOINT s");
        run("\uFEFF;END TRANSACTION 'any'");
        run("BEGIN TRANSACTION IMMEDIATE", "INSERT INTO t VALUES(3, 'c')", "ROLLBACK TRANSACTION any");
        run("; SAVEPOINT x", "INSERT INTO t VALUES(4, 'd')");
        assertRefused("RELEASE x WORK").hasMessageContaining("syntax error");
        run("RELEASE X");
        run("/* */;INSERT INTO t VALUES(5, 'e')");
        assertBothHave("SELECT id, v FROM t", "1|a", "4|d", "5|e");
    }

    // ---- capture switched off from below

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA temp_store = FILE",
                "PRAGMA temp_store(1)",
                "PRAGMA temp_store_directory = ''",
                "PRAGMA recursive_triggers = OFF",
                "PRAGMA recursive_triggers = ON",
                "PRAGMA case_sensitive_like = ON",
                "PRAGMA trusted_schema = ON",
                "PRAGMA writable_schema = OFF",
                "PRAGMA journal_mode = wal"
            })
    void writesAreCapturedAfterPragmas(String pragma) throws Exception {
        run("CREATE TABLE u(id INTEGER PRIMARY KEY, k UNIQUE ON CONFLICT REPLACE, v)");
        run("INSERT INTO u VALUES(1, 1, 'a'), (2, 2, 'b')", "INSERT INTO t VALUES(1, 'a')");
        run(pragma);
        // many take effect when they are compiled
        connection.prepareStatement(pragma).close();
        run(
                "INSERT INTO t VALUES(2, 'b')",
                "EXPLAIN " + pragma,
                "REPLACE INTO u VALUES(3, 1, 'c')",
                "UPDATE u SET k = 2 WHERE id = 3");
        run("CREATE TRIGGER g AFTER DELETE ON u BEGIN INSERT INTO t VALUES(old.id + 10, 'deleted'); END");
        run("REPLACE INTO u VALUES(4, 2, 'd')", "DELETE FROM u WHERE id = 4", "INSERT INTO u VALUES(5, 5, 'e')");
        one.awaitAppliedOn(two);
        for (String table : List.of("t", "u")) {
            assertThat(two.query("SELECT * FROM " + table)).isEqualTo(one.query("SELECT * FROM " + table));
        }
        assertBothHave("SELECT id FROM u", "5");
        // REPLACE fires DELETE triggers if they are recursive
        boolean recursive = pragma.endsWith("recursive_triggers = ON");
        assertThat(one.query("SELECT count(*) FROM t WHERE v = 'deleted'")).containsExactly(recursive ? "2" : "1");
    }

    @Test
    void readersStayReaders() throws Exception {
        try (Connection reader = one.dataSource().getConnection()) {
            reader.setReadOnly(true);
            try (Statement statement = reader.createStatement()) {
                for (String sql :
                        List.of("PRAGMA query_only = OFF", "PRAGMA query_only = 0", "restore from 'other.db'")) {
                    assertThatThrownBy(() -> statement.execute(sql))
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining(sql);
                }
                assertThatThrownBy(() -> statement.execute(";INSERT INTO t VALUES(1, 'x')"))
                        .hasMessageContaining("readonly");
            }
        }
        assertBothHave("SELECT count(*) FROM t", "0");
    }

    @Test
    void readOnlyInTheMiddleOfATransactionLosesNothing() throws Exception {
        run("BEGIN", "INSERT INTO t VALUES(1, 'x')", "PRAGMA query_only = ON");
        assertRefused("INSERT INTO t VALUES(2, 'y')").hasMessageContaining("readonly");
        run("COMMIT");
        assertRefused("INSERT INTO t VALUES(3, 'z')").hasMessageContaining("readonly");
        connection.close();
        connection = one.dataSource().getConnection();
        run("INSERT INTO t VALUES(4, 'w')");
        assertBothHave("SELECT id FROM t", "1", "4");
    }

    // ---- TEMP

    @Test
    void temporaryTriggersOfTheApplicationHideNothing() throws Exception {
        for (int i = 0; i < 12; i++) {
            run("CREATE TABLE u" + i + "(id INTEGER PRIMARY KEY, v)");
        }
        run("CREATE TEMP TABLE trigger_log(a)");
        for (int i = 0; i < 12; i++) {
            String table = "u" + i;
            String name = "trigger" + Integer.toHexString(i * 7919);
            run("CREATE TEMP TRIGGER " + name + " AFTER INSERT ON " + table + " BEGIN UPDATE " + table
                    + " SET v = 'changed' WHERE id = new.id; INSERT INTO trigger_log VALUES(new.id);"
                    + (i % 2 == 0 ? "" : " SELECT RAISE(IGNORE);") + " END");
            run("INSERT INTO " + table + " VALUES(1, 'a'), (2, 'b')");
            assertBothHave("SELECT id, v FROM " + table, "1|changed", "2|changed");
        }
        assertThat(query("SELECT count(*) FROM trigger_log")).containsExactly("24");
    }

    @Test
    void aBrokenTemporaryTriggerStopsNoOtherTable() throws Exception {
        run("CREATE TABLE u(id INTEGER PRIMARY KEY)", "CREATE TEMP TABLE broken_log(a)");
        run("CREATE TEMP TRIGGER broken AFTER INSERT ON u BEGIN INSERT INTO broken_log VALUES(new.id); END");
        run("INSERT INTO u VALUES(1)", "DROP TABLE broken_log");
        assertRefused("INSERT INTO u VALUES(2)").hasMessageContaining("no such table");
        run("INSERT INTO t VALUES(1, 'x')", "CREATE TABLE broken_log(a)", "INSERT INTO u VALUES(3)");
        assertBothHave("SELECT id, v FROM t", "1|x");
        assertBothHave("SELECT id FROM u", "1", "3");
        assertBothHave("SELECT a FROM broken_log", "3");
    }

    @Test
    void temporaryTablesThatHideReplicatedOnesStayHere() throws Exception {
        run("INSERT INTO t VALUES(1, 'main')", "CREATE TEMP TABLE t(id INTEGER PRIMARY KEY, v)");
        run(
                "INSERT INTO t VALUES(2, 'temp')",
                "INSERT INTO main.t VALUES(3, 'main')",
                "REPLACE INTO main.t VALUES(1, 'r')");
        run(
                "BEGIN",
                "INSERT INTO t VALUES(4, 'temp')",
                "UPDATE main.t SET v = v || '!'",
                "COMMIT",
                "DROP TABLE temp.t");
        assertBothHave("SELECT id, v FROM t", "1|r!", "3|main!");
    }

    // ---- what adds up

    @Test
    void legalStatementsAddUp() throws Exception {
        run(
                "CREATE TABLE k(id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE, b)",
                "CREATE TABLE w(a, b UNIQUE, c, PRIMARY KEY(a)) WITHOUT ROWID",
                "CREATE TABLE p(id INTEGER PRIMARY KEY)",
                "CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE)",
                "CREATE VIEW kv AS SELECT a, b FROM k",
                "CREATE TRIGGER ki INSTEAD OF INSERT ON kv BEGIN INSERT INTO k(a, b) VALUES(new.a, new.b);"
                        + " INSERT OR REPLACE INTO w VALUES(new.a, new.a, new.b); END",
                "CREATE TRIGGER kd AFTER DELETE ON k BEGIN INSERT INTO t(v) VALUES('gone ' || old.a); END",
                "CREATE TEMP TABLE l(a)",
                "CREATE TEMP TRIGGER lt AFTER INSERT ON k BEGIN INSERT INTO l VALUES(new.a); END",
                "CREATE TEMP TRIGGER tl AFTER INSERT ON l BEGIN INSERT INTO t(v) VALUES('logged ' || new.a); END",
                "CREATE VIRTUAL TABLE f USING fts5(a)");
        run("ATTACH ':memory:' AS side", "CREATE TABLE side.s(a)", "PRAGMA foreign_keys = ON");
        run(
                "INSERT INTO kv VALUES(1, 'a'), (2, 'b')",
                "INSERT INTO k(a, b) VALUES(3, 'c'), (4, 'd') RETURNING id",
                "REPLACE INTO k(a, b) VALUES(1, 'z'), (4, 'y')",
                "INSERT OR IGNORE INTO k(a, b) VALUES(1, 'no')",
                "INSERT INTO k(a, b) VALUES(2, 'up') ON CONFLICT(a) DO UPDATE SET b = excluded.b",
                "INSERT INTO k(a, b) VALUES(2, 'no') ON CONFLICT DO NOTHING",
                "UPDATE OR REPLACE w SET b = 2",
                "UPDATE OR IGNORE k SET a = 3",
                "UPDATE sqlite_sequence SET seq = 100 WHERE name = 'k'",
                "INSERT INTO p VALUES(1), (2)",
                "INSERT INTO c VALUES(1, 1), (2, 1), (3, 2)",
                "UPDATE p SET id = 10 WHERE id = 1",
                "DELETE FROM p WHERE id = 2",
                "INSERT INTO side.s SELECT a FROM k",
                "DELETE FROM side.s",
                "INSERT INTO l VALUES('direct')",
                "DELETE FROM l",
                "ANALYZE",
                "DELETE FROM sqlite_stat1",
                "DROP TABLE sqlite_stat1",
                "ANALYZE",
                "BEGIN",
                "INSERT INTO f VALUES('one two')",
                "UPDATE t SET v = v || '.'",
                "SAVEPOINT s",
                "INSERT INTO k(a, b) VALUES(7, 'gone')",
                "ROLLBACK TO s",
                "DELETE FROM w",
                "COMMIT",
                "DELETE FROM c");
        assertRefused("INSERT OR FAIL INTO k(a, b) VALUES(8, 'h'), (2, 'no')").hasMessageContaining("UNIQUE");
        assertRefused("INSERT INTO k(a, b) VALUES(9, 'no'), (2, 'no')").hasMessageContaining("UNIQUE");
        connection.setAutoCommit(false);
        try (PreparedStatement returning = connection.prepareStatement("INSERT INTO l VALUES(?), (?) RETURNING a")) {
            for (int i = 0; i < 3; i++) {
                returning.setInt(1, i);
                returning.setInt(2, i);
                assertThat(returning.executeQuery().next()).isTrue();
                run("UPDATE k SET b = b || '!'");
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
        run("DETACH side", "PRAGMA foreign_keys = OFF");
        one.awaitAppliedOn(two);
        for (String table : List.of("t", "k", "w", "p", "c", "f")) {
            String rows = "SELECT * FROM " + table;
            assertThat(two.query(rows)).as(table).isEqualTo(one.query(rows));
        }
        assertBothHave("SELECT a, b FROM k WHERE a > 4", "8|h!!!");
    }

    @Test
    void namesLikeThoseOfFunctionsAreNames() throws Exception {
        run("CREATE TABLE load_extension(load_extension TEXT, b DEFAULT 'load_extension(')");
        run("CREATE UNIQUE INDEX li ON load_extension(load_extension)");
        run("CREATE VIEW lv AS SELECT load_extension FROM \"load_extension\"");
        run("CREATE TABLE lr(a REFERENCES load_extension(load_extension))");
        run("INSERT INTO load_extension(load_extension) VALUES('x')");
        assertBothHave("SELECT load_extension FROM lv", "x");
        assertBothHave("SELECT count(*) FROM lr", "0");
    }

    @Test
    void headerPragmasAreWhatSqliteMakesOfThem() throws Exception {
        for (String value : List.of("5.7", "-7.9", "0x10", "'12'", "abc", "99999999999", "+3", "(8)", "\"9\"", "1e3")) {
            for (String pragma : List.of("user_version", "application_id")) {
                run("PRAGMA " + pragma + (value.startsWith("(") ? value : " = " + value));
                one.awaitAppliedOn(two);
                assertThat(two.query("PRAGMA " + pragma)).as(value).isEqualTo(one.query("PRAGMA " + pragma));
            }
        }
        run("PRAGMA user_version = 41", "ATTACH ':memory:' AS aux");
        run("PRAGMA aux.user_version = 3", "PRAGMA temp.user_version = 4", "; PRAGMA \"main\".user_version(42)");
        run("DETACH aux");
        assertBothHave("PRAGMA user_version", "42");
        assertThat(one.status().rejectedMessages()).isZero();
    }
}
