package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of blocks of keys when rows have keys of their own, other nodes take theirs, or none is to be had. */
@Timeout(60)
class KeyBlockUseTests extends KeyedTables {

    @Test
    void aRowThatIsThereIsNeverReplaced() throws Exception {
        run("INSERT INTO t(a) VALUES('first')");
        run("INSERT INTO t(id, a) VALUES(2, 'own'), (3, 'own')");
        run("INSERT INTO t(a) VALUES('a')");
        run("INSERT INTO t(id, a) VALUES(5, 'own')");
        run("REPLACE INTO t(a) VALUES('b')");
        run("INSERT INTO t(id, a) VALUES(7, 'own')");
        run("INSERT OR IGNORE INTO t(a) VALUES('c')");
        run("INSERT INTO t(id, a) VALUES(9, 'own')");
        run("INSERT INTO t(a) VALUES('d') ON CONFLICT DO UPDATE SET a = 'lost'");
        assertThat(rows("SELECT id, a FROM t ORDER BY id"))
                .containsExactly("1|first", "2|own", "3|own", "4|a", "5|own", "6|b", "7|own", "8|c", "9|own", "10|d");
    }

    /** Also a key that an UPDATE has brought into the block, or an upsert. */
    @Test
    void aKeyThatWasChangedIntoTheBlockIsLeftOut() throws Exception {
        run("INSERT INTO t(id, a) VALUES(-1, 'moved'), (-2, 'moved')");
        run("INSERT INTO t(a) VALUES('first')");
        run("UPDATE t SET id = 2 WHERE id = -1");
        run("INSERT INTO t(a) VALUES('a')");
        run("INSERT INTO t(id, a) VALUES(-2, 'x') ON CONFLICT(id) DO UPDATE SET id = 4");
        run("REPLACE INTO t(a) VALUES('b')");
        assertThat(rows("SELECT id, a FROM t ORDER BY id"))
                .containsExactly("1|first", "2|moved", "3|a", "4|moved", "5|b");
    }

    /** An {@code int} holds what SQLite would give as long as it would; what is greater is as great as SQLite's. */
    @Test
    void behindTheGreatestIntItGoesOnAsSqliteDoes() throws Exception {
        run("INSERT INTO t(id, a) VALUES(2147483646, 'import')");
        run("INSERT INTO t(a) VALUES('last'), ('next')");
        assertThat(rows("SELECT id FROM t ORDER BY id")).containsExactly("2147483646", "2147483647", "2147483648");
        run("CREATE TABLE small(id INTEGER PRIMARY KEY, a)");
        run("INSERT INTO small(a) VALUES(1)");
        run("INSERT INTO small(id, a) VALUES(5000000000, 'import')");
        for (int i = 0; i < 3 * BLOCK; i++) {
            run("INSERT INTO small(a) VALUES(2)");
        }
        assertThat(rows("SELECT max(id) FROM small WHERE a = 2")).containsExactly(Long.toString(3 * BLOCK + 1));
    }

    @Test
    void aBatchThatMeetsRowsGoesOnBehindThem() throws Exception {
        run("INSERT INTO t(a) VALUES('first')");
        run("INSERT INTO t(id, a) VALUES(3, 'own'), (4, 'own')");
        connection.commit();
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t(a) VALUES(?)")) {
            for (int i = 0; i < 30; i++) {
                insert.setInt(1, i);
                insert.addBatch();
            }
            insert.executeBatch();
        }
        connection.commit();
        assertThat(rows("SELECT count(*), max(id), count(DISTINCT id) FROM t")).containsExactly("33|33|33");
    }

    @Test
    void importedRowsAreLeftBehind() throws Exception {
        run("INSERT INTO t(a) VALUES('first')");
        run("WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
                + " INSERT INTO t(id, a) SELECT i, 'import' FROM n");
        run("INSERT INTO t(a) VALUES('second')");
        assertThat(rows("SELECT id FROM t WHERE a = 'second'")).containsExactly("100001");
        assertThat(blocks.leases()).isLessThan(6);
    }

    @Test
    void theGreatestNumberIsAnsweredAsSqliteDoes() throws Exception {
        run("CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, a)");
        run("INSERT INTO t(id, a) VALUES(9223372036854775807, 'greatest')");
        run("INSERT INTO t(a) VALUES('random')");
        assertThat(rows("SELECT count(*) FROM t WHERE a = 'random' AND id > 0")).containsExactly("1");
        run("INSERT INTO auto VALUES(9223372036854775807, 1)");
        assertThatThrownBy(() -> run("INSERT INTO auto(a) VALUES(1)")).hasMessageContaining("SQLITE_FULL");
        run("CREATE TABLE nearly(id INTEGER PRIMARY KEY, a)");
        run("INSERT INTO nearly VALUES(9223372036854775805, 1)");
        run("INSERT INTO nearly(a) VALUES(1), (2)");
        run("INSERT INTO nearly(a) VALUES(3)");
        assertThat(rows("SELECT count(*) FROM nearly")).containsExactly("4");
    }

    @Test
    void withoutTheStreamAndWithAllNumbersUsedItFailsAndNothingIsLost() throws Exception {
        for (int i = 0; i < BLOCK / 2 - 1; i++) {
            run("INSERT INTO t(a) VALUES('x')");
        }
        blocks.away(true);
        int more = 0;
        SQLException failure = null;
        while (failure == null) {
            try {
                run("INSERT INTO t(a) VALUES('y')");
                more++;
            } catch (SQLException e) {
                failure = e;
            }
        }
        assertThat(more).isGreaterThanOrEqualTo((int) BLOCK / 2);
        assertThat((Throwable) failure)
                .isInstanceOf(KeysUsedUpException.class)
                .hasMessageContaining("table t")
                .hasMessageContaining("nobody answers");
        assertThat(failure.getSQLState()).isEqualTo("08001");
        run("INSERT INTO t(id, a) VALUES(1000, 'with a key')");
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t(a) VALUES(?)")) {
            assertThatThrownBy(insert::executeUpdate).isInstanceOf(KeysUsedUpException.class);
        }
        blocks.away(false);
        run("INSERT INTO t(a) VALUES('z')");
        assertThat(rows("SELECT id FROM t WHERE a = 'z'")).containsExactly(Long.toString(BLOCK + 1));
    }

    @Test
    void aRecordThatWasEmptiedIsNoticed() throws Exception {
        run("INSERT INTO t(a) VALUES('x')");
        blocks.empty();
        for (int i = 0; i < BLOCK; i++) {
            run("INSERT INTO t(a) VALUES('y')");
        }
        assertThat(rows("SELECT max(id) > 1000000 FROM t")).containsExactly("1");
    }
}
