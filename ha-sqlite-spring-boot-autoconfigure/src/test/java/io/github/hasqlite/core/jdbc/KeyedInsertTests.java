package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The keys that rows get which are inserted without one, as the application sees them. */
@Timeout(60)
class KeyedInsertTests extends KeyedTables {

    /** Another node takes the next numbers. */
    private void others(int numbers) throws Exception {
        blocks.lease("t", 1, numbers);
    }

    /** What has to be known of a table is asked within the transaction. */
    @Test
    void keysAreNoReasonToBeBehindOthers() throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
        run("BEGIN");
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t(a, b) VALUES (1, 2)")) {
            try (Connection other = dataSource.getConnection();
                    Statement statement = other.createStatement()) {
                statement.executeUpdate("INSERT INTO t VALUES (1000, 1, 1)");
            }
            assertThat(insert.executeUpdate()).isOne();
        }
        run("COMMIT");
        connection.setAutoCommit(false);
    }

    @Test
    void countsWhereSqliteWouldAndGoesOnInItsOwnBlocks() throws Exception {
        run("INSERT INTO t(id, a) VALUES(41, 'x')");
        run("INSERT INTO t(a) VALUES('y')");
        others(1_000);
        for (int i = 0; i < 2 * BLOCK; i++) {
            run("INSERT INTO t(a) VALUES('z')");
        }
        assertThat(rows("SELECT min(id), max(id) FROM t WHERE a = 'z'")).containsExactly("43|1062");
        assertThat(rows("SELECT id FROM t WHERE a = 'y'")).containsExactly("42");
    }

    @Test
    void everyFormGetsKeys() throws Exception {
        run("CREATE TABLE s(x, y)");
        run("INSERT INTO s VALUES(3, 'c'), (1, 'a'), (2, 'b')");
        others(100);
        run("INSERT INTO t VALUES(NULL, 1, 2)");
        run("INSERT INTO t DEFAULT VALUES");
        run("INSERT INTO t(a) SELECT x FROM s ORDER BY x DESC");
        run("INSERT INTO t(b, a) VALUES(1, 2), (3, 4) -- end");
        run("INSERT INTO t SELECT NULL, x, y FROM s ORDER BY x LIMIT 2");
        run("INSERT OR IGNORE INTO t(rowid, a) VALUES(null, 9)");
        run("WITH q AS (SELECT 7 AS v) INSERT INTO t(a) SELECT v FROM q");
        run(";;/* c */ INSERT INTO main.t AS z(a) VALUES((SELECT 8)) ON CONFLICT(id) DO UPDATE SET a = 0");
        run("REPLACE INTO \"t\"(a) VALUES('r')");
        run("INSERT INTO t(a) VALUES(1) UNION ALL SELECT 2 UNION ALL VALUES(3)");
        assertThat(rows("SELECT id, a, b FROM t"))
                .containsExactly(
                        "101|1|2",
                        "102|null|null",
                        "103|3|null",
                        "104|2|null",
                        "105|1|null",
                        "106|2|1",
                        "107|4|3",
                        "108|1|a",
                        "109|2|b",
                        "110|9|null",
                        "111|7|null",
                        "112|8|null",
                        "113|r|null",
                        "114|1|null",
                        "115|2|null",
                        "116|3|null");
    }

    @Test
    void theApplicationIsToldTheKey() throws Exception {
        others(100);
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO t(id, a) VALUES(?2, :a) RETURNING id, a AS \"A\"", Statement.RETURN_GENERATED_KEYS)) {
            assertThat(insert.getParameterMetaData().getParameterCount()).isEqualTo(3);
            insert.setString(3, "x");
            try (ResultSet rows = insert.executeQuery()) {
                assertThat(rows.getMetaData().getColumnLabel(2)).isEqualTo("A");
                assertThat(rows.getMetaData().getColumnTypeName(1)).isEqualTo("INTEGER");
                assertThat(rows.next()).isTrue();
                assertThat(rows.getLong(1)).isEqualTo(101);
            }
            insert.setLong(2, 5);
            try (ResultSet rows = insert.executeQuery()) {
                assertThat(rows.getLong(1)).isEqualTo(5);
            }
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO t(a) VALUES(?)", Statement.RETURN_GENERATED_KEYS)) {
            insert.setString(1, "y");
            assertThat(insert.executeUpdate()).isEqualTo(1);
            try (ResultSet keys = insert.getGeneratedKeys()) {
                assertThat(keys.getLong(1)).isEqualTo(102);
            }
            for (int i = 0; i < 3; i++) {
                insert.setInt(1, i);
                insert.addBatch();
            }
            assertThat(insert.executeBatch()).containsExactly(1, 1, 1);
        }
        assertThat(rows("SELECT last_insert_rowid()")).containsExactly("105");
    }

    /** One row of a prepared statement: the key is a parameter that the application does not see. */
    @Test
    void aKeyThatIsBoundIsNotSeen() throws Exception {
        others(100);
        for (String sql : List.of(
                "INSERT INTO t(a, b) VALUES(?, ?)",
                "INSERT INTO t VALUES(NULL, ?, ?)",
                "INSERT INTO t(a, id, b) VALUES(?, NULL, ?)",
                "INSERT INTO t(a, b) VALUES(?2, ?1)",
                "INSERT INTO t(a, b) VALUES(:b, @a)",
                "INSERT INTO t(a, b) VALUES(?, 'b') ON CONFLICT(id) DO UPDATE SET a = ?",
                "INSERT INTO t(a, b) VALUES(?, 1) RETURNING a, ?")) {
            try (PreparedStatement insert = connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
                insert.setString(1, "x");
                assertThatThrownBy(() -> insert.setString(3, "z")).isInstanceOf(ArrayIndexOutOfBoundsException.class);
                for (int run = 0; run < 2; run++) {
                    assertThat(insert.getParameterMetaData().getParameterCount())
                            .isEqualTo(2);
                    insert.setString(1, "x");
                    insert.setString(2, "y");
                    insert.execute();
                    insert.addBatch();
                    insert.setString(1, "v");
                    insert.addBatch();
                    if (!sql.contains("RETURNING")) {
                        insert.executeBatch();
                        insert.clearParameters();
                        insert.executeUpdate();
                    }
                }
            }
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t DEFAULT VALUES")) {
            assertThat(insert.getParameterMetaData().getParameterCount()).isZero();
            insert.executeUpdate();
            insert.addBatch();
            insert.addBatch();
            assertThat(insert.executeBatch()).containsExactly(1, 1);
        }
        assertThat(rows("SELECT count(*), min(id), max(id) FROM t")).containsExactly("53|101|153");
    }

    @Test
    void theSequenceOfAutoincrementFollows() throws Exception {
        run("CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, a)");
        blocks.lease("auto", 1, 100);
        run("INSERT INTO auto(a) VALUES(1), (2)");
        assertThat(rows("SELECT seq FROM sqlite_sequence WHERE name = 'auto'")).containsExactly("102");
        run("DELETE FROM auto");
        run("INSERT INTO auto(a) VALUES(3)");
        assertThat(rows("SELECT id FROM auto")).containsExactly("103");
        run("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'auto'");
        run("INSERT INTO auto(a) VALUES(4)");
        assertThat(rows("SELECT max(id) FROM auto")).containsExactly("104");
    }

    @Test
    void whatTriggersInsertWithAKeyFromHaIdIsNotCounted() throws Exception {
        run("CREATE TABLE log(id INTEGER PRIMARY KEY, what)");
        run("CREATE TRIGGER t_log AFTER INSERT ON t BEGIN INSERT INTO log(id, what) VALUES(ha_id(), NEW.a); END");
        run("INSERT INTO t(a) VALUES('keyed')");
        assertThat(rows("SELECT what FROM log")).containsExactly("keyed");
        assertThat(dataSource.keysLeftToSqlite()).isZero();
    }

    @Test
    void whatTriggersInsertIsLeftToSqliteAndCounted() throws Exception {
        run("CREATE TABLE log(id INTEGER PRIMARY KEY, what)");
        run("CREATE VIEW v AS SELECT a FROM t");
        run("CREATE TRIGGER v_insert INSTEAD OF INSERT ON v BEGIN INSERT INTO t(a) VALUES(NEW.a); END");
        run("CREATE TRIGGER t_log AFTER INSERT ON t BEGIN INSERT INTO log(what) VALUES(NEW.a); END");
        others(100);
        run("INSERT INTO t(a) VALUES('keyed')");
        assertThat(dataSource.keysLeftToSqlite()).isEqualTo(1);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t(a) VALUES(?)")) {
            insert.setString(1, "bound");
            insert.executeUpdate();
        }
        run("INSERT INTO v(a) VALUES('left')");
        assertThat(rows("SELECT id, a FROM t")).containsExactly("101|keyed", "102|bound", "103|left");
        assertThat(rows("SELECT id FROM log")).containsExactly("1", "2", "3");
        assertThat(dataSource.keysLeftToSqlite()).isEqualTo(3);
    }

    @Test
    void aSchemaThatChangesIsFollowed() throws Exception {
        run("INSERT INTO t(a) VALUES(1)");
        connection.commit();
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t(a) VALUES(?)")) {
            insert.setInt(1, 1);
            insert.executeUpdate();
            run("ALTER TABLE t RENAME COLUMN id TO \"a key\"");
            insert.executeUpdate();
            run("DROP TABLE t");
            run("CREATE TABLE t(a TEXT PRIMARY KEY)");
            insert.executeUpdate();
            run("DROP TABLE t");
            run("CREATE TABLE t(k INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)");
            insert.executeUpdate();
        }
        assertThat(rows("SELECT k FROM t")).containsExactly("4");
    }

    @Test
    void otherTablesAreLeftAlone() throws Exception {
        run("CREATE TABLE no_key(a)");
        run("CREATE TABLE text_key(id TEXT PRIMARY KEY, a)");
        run("CREATE TABLE without(id INTEGER PRIMARY KEY, a) WITHOUT ROWID");
        run("CREATE TABLE descending(id INTEGER PRIMARY KEY DESC, a)");
        run("CREATE TEMP TABLE here(id INTEGER PRIMARY KEY, a)");
        run("CREATE VIEW v AS SELECT * FROM t");
        run("CREATE TRIGGER v_insert INSTEAD OF INSERT ON v BEGIN INSERT INTO no_key VALUES(NEW.a); END");
        run("INSERT INTO no_key VALUES(1)");
        run("INSERT INTO text_key VALUES(NULL, 1)");
        run("INSERT INTO descending VALUES(NULL, 1)");
        run("INSERT INTO here(a) VALUES(1)");
        run("INSERT INTO v(a) VALUES(1)");
        assertThatThrownBy(() -> run("INSERT INTO without(a) VALUES(1)")).hasMessageContaining("NOT NULL");
        assertThat(blocks.leases()).isZero();
    }
}
