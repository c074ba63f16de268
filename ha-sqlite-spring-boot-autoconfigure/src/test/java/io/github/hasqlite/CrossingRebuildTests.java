package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rebuilds take what crosses them along, or give way (rule R13). */
class CrossingRebuildTests extends CrossingNodes {

    @ParameterizedTest
    @CsvSource({
        "'CREATE TABLE n(id INTEGER PRIMARY KEY, v, w, z)|INSERT INTO n(id, v, w) SELECT id, v, w FROM t|DROP TABLE t"
                + "|ALTER TABLE n RENAME TO t'",
        "'ALTER TABLE t RENAME TO old|CREATE TABLE t(id INTEGER PRIMARY KEY, v, w, z)|INSERT INTO t(id, v, w) SELECT id,"
                + " v, w FROM old|DROP TABLE old'",
        "'CREATE TABLE n AS SELECT * FROM t|DROP TABLE t|CREATE TABLE t(id INTEGER PRIMARY KEY, v, w, z)|INSERT INTO t(id,"
                + " v, w) SELECT id, v, w FROM n|DROP TABLE n'"
    })
    void aRebuildLosesNothingThatCrossesIt(String statements) throws Exception {
        String[] rebuild = statements.split("\\|");
        writeBehind("INSERT INTO t VALUES(3, 'three', 'tre'); UPDATE t SET v = 'zwei' WHERE id = 2", rebuild);
        assertThat(author.query("SELECT id, v, w FROM t")).containsExactly("1|one|uno", "2|zwei|due", "3|three|tre");
        writeBefore(
                "INSERT INTO t(id, v, w) VALUES(4, 'four', 'quattro'); UPDATE t SET v = 'eins' WHERE id = 1", rebuild);
        assertThat(author.query("SELECT id, v, w FROM t"))
                .containsExactly("1|eins|uno", "2|zwei|due", "3|three|tre", "4|four|quattro");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void aRebuildWhoseRowsCannotBeMadeAnewGivesWay() throws Exception {
        String[] rebuild = {
            "CREATE TABLE n(id INTEGER PRIMARY KEY, v, w, z)",
            "INSERT INTO n SELECT id, v, w, random() FROM t",
            "DROP TABLE t",
            "ALTER TABLE n RENAME TO t"
        };
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> changeSchemaBehind("INSERT INTO t VALUES(3, 'three', 'tre')", rebuild))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("40001"));
        assertSame();
        assertThat(author.query("SELECT * FROM t WHERE id = 3")).containsExactly("3|three|tre");
        inOneTransaction(rebuild);
        assertSame();
        assertThat(author.query("SELECT id, v FROM t")).containsExactly("1|one", "2|two", "3|three");
    }

    @Test
    void rowsCopiedByTheApplicationItselfGiveWay() throws Exception {
        try (Connection connection = author.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("CREATE TABLE n(id INTEGER PRIMARY KEY, v, w)");
            List<String> copied = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("SELECT id, v, w FROM t")) {
                while (rows.next()) {
                    copied.add("(" + rows.getLong(1) + ", '" + rows.getString(2) + "', '" + rows.getString(3) + "')");
                }
            }
            statement.executeUpdate("INSERT INTO n VALUES " + String.join(", ", copied));
            statement.executeUpdate("DROP TABLE t");
            statement.executeUpdate("ALTER TABLE n RENAME TO t");
            writer.execute("INSERT INTO t VALUES(3, 'three', 'tre')");
            Awaitility.await().until(() -> writer.status().outboxLength() == 0);
            assertThatExceptionOfType(SerializationFailureException.class).isThrownBy(connection::commit);
        }
        assertSame();
        assertThat(writer.query("SELECT id FROM t")).containsExactly("1", "2", "3");
    }

    @Test
    void aTableThatIsDroppedWithoutACopyGivesWay() throws Exception {
        assertThatExceptionOfType(SerializationFailureException.class)
                .isThrownBy(() -> changeSchemaBehind("INSERT INTO t VALUES(3, 'three', 'tre')", "DROP TABLE t"));
        assertSame();
        assertThat(writer.query("SELECT id FROM t")).containsExactly("1", "2", "3");
        author.execute("DROP TABLE t");
        assertSame();
    }

    @Test
    void writersWaitForASchemaChangeThatGaveWayBefore() throws Exception {
        for (int i = 3; i < 5; i++) {
            String row = "INSERT INTO t VALUES(" + i + ", 'v', 'w')";
            assertThatExceptionOfType(SerializationFailureException.class)
                    .isThrownBy(() -> changeSchemaBehind(row, "DROP TABLE t"));
        }
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
            try {
                writer.execute("CREATE TABLE other(a)");
            } catch (SQLException e) {
                throw new CompletionException(e);
            }
        });
        author.execute("DROP TABLE t");
        waiting.get(60, TimeUnit.SECONDS);
        assertSame();
        assertThat(writer.query("SELECT name FROM sqlite_schema WHERE name IN ('t', 'other')"))
                .containsExactly("other");
    }

    @Test
    void aUniqueIndexAndRowsThatBreakItAreDecidedByWhatComesFirst() throws Exception {
        writeBehind("INSERT INTO t VALUES(3, 'one', 'tre')", "CREATE UNIQUE INDEX t_v ON t(v)");
        assertThat(author.query("SELECT id FROM t ORDER BY id")).containsExactly("2", "3");
        assertThat(conflicts())
                .singleElement()
                .asString()
                .startsWith("UNIQUE_KEY|t|")
                .contains("uno");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() ->
                        changeSchemaBehind("INSERT INTO t VALUES(4, 'four', 'tre')", "CREATE UNIQUE INDEX t_w ON t(w)"))
                .satisfies(e -> assertThat(e.getErrorCode()).isNotZero());
        assertSame();
        assertThat(author.query("SELECT id FROM t ORDER BY id")).containsExactly("2", "3", "4");
        assertThat(author.query("SELECT name FROM sqlite_schema WHERE type = 'index'"))
                .containsExactly("t_v");
    }

    @Test
    void aDataMigrationBesideTheSchemaChangeTakesWhatIsThere() throws Exception {
        writeBefore(
                "INSERT INTO t VALUES(3, 'three', 'tre')",
                "ALTER TABLE t ADD COLUMN x",
                "UPDATE t SET x = v || '!'",
                "DELETE FROM t WHERE id = 1");
        assertThat(author.query("SELECT id, x FROM t")).containsExactly("2|two!", "3|three!");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void rowsAreRowsAgainWhenTheSchemaCommandIsRolledBack() throws Exception {
        try (Connection connection = author.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("INSERT INTO t VALUES(3, 'three', 'tre')");
            statement.executeUpdate("SAVEPOINT s");
            statement.executeUpdate("ALTER TABLE t RENAME COLUMN v TO x");
            statement.executeUpdate("UPDATE t SET x = 'gone'");
            statement.executeUpdate("ROLLBACK TO s");
            statement.executeUpdate("UPDATE t SET v = upper(v)");
            connection.commit();
        }
        assertSame();
        assertThat(writer.query("SELECT v FROM t")).containsExactly("ONE", "TWO", "THREE");
    }

    @Test
    void textKeysAreCopiedInOrder() throws Exception {
        author.execute("CREATE TABLE k(code TEXT PRIMARY KEY, v)");
        author.execute("INSERT INTO k VALUES('b', 1), ('a', 2)");
        author.awaitAppliedOn(writer);
        writeBefore(
                "INSERT INTO k VALUES('0', 3)",
                "CREATE TABLE n(code TEXT PRIMARY KEY, v, z)",
                "INSERT INTO n(code, v) SELECT code, v FROM k",
                "DROP TABLE k",
                "ALTER TABLE n RENAME TO k");
        assertThat(writer.query("SELECT rowid, code FROM k ORDER BY rowid")).containsExactly("1|b", "2|a", "3|0");
    }

    @Test
    void autoincrementTablesAreRebuiltToo() throws Exception {
        author.execute("CREATE TABLE k(id INTEGER PRIMARY KEY AUTOINCREMENT, v)");
        author.execute("INSERT INTO k(v) VALUES('a'), ('b')");
        author.awaitAppliedOn(writer);
        writeBefore(
                "INSERT INTO k VALUES(7, 'c')",
                "CREATE TABLE n(id INTEGER PRIMARY KEY AUTOINCREMENT, v, z)",
                "INSERT INTO n(id, v) SELECT id, v FROM k",
                "DROP TABLE k",
                "ALTER TABLE n RENAME TO k");
        assertThat(writer.query("SELECT id, v FROM k")).containsExactly("1|a", "2|b", "7|c");
    }

    @Test
    void aRebuildDoesNotDropAColumnThatItsAuthorHadNotSeen() throws Exception {
        givesWay("ALTER TABLE t ADD COLUMN z; UPDATE t SET z = v || '!'", REBUILD_WITHOUT_W);
        assertThat(author.query("SELECT * FROM t")).containsExactly("1|one|uno|one!", "2|two|due|two!");
        assertThat(conflicts()).isEmpty();
        inOneTransaction(REBUILD_WITHOUT_W);
        assertSame();
        assertThat(writer.query("SELECT * FROM t")).containsExactly("1|one", "2|two");
    }

    @Test
    void aRebuildDoesNotDropAColumnThatWasRenamedUnseen() throws Exception {
        givesWay("ALTER TABLE t RENAME COLUMN w TO x", REBUILD_WITHOUT_W);
        assertThat(author.query("SELECT id, x FROM t")).containsExactly("1|uno", "2|due");
    }
}
