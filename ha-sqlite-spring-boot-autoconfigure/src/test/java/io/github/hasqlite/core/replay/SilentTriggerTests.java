package io.github.hasqlite.core.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.apply.Outcome;
import io.github.hasqlite.core.apply.Outcome.Applied;
import io.github.hasqlite.core.apply.Outcome.Failed;
import io.github.hasqlite.core.sqlite.UserTrigger;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

class SilentTriggerTests {

    private static final List<String> COLUMNS = List.of("id", "a", "u");
    private static final List<String> KEY = List.of("id");

    @TempDir
    Path folder;

    Author author;
    Replica replica;

    @BeforeEach
    void open() throws SQLException {
        author = new Author(folder.resolve("author.db"));
        replica = new Replica(folder.resolve("replica.db"));
    }

    @AfterEach
    void close() throws SQLException {
        author.close();
        replica.close();
    }

    private void replicate(String... statements) throws SQLException {
        Outcome outcome = replica.apply(author.write(statements));
        assertThat(outcome).isInstanceOf(Applied.class);
        assertSame();
    }

    private void assertSame() throws SQLException {
        assertThat(Databases.content(replica.connection)).isEqualTo(Databases.content(author.connection));
        assertThat(Databases.schema(replica.connection)).isEqualTo(Databases.schema(author.connection));
        assertThat(replica.rows("PRAGMA integrity_check")).containsExactly("t:ok");
    }

    private void writeALot(String table) throws SQLException {
        replicate("INSERT INTO " + table + " VALUES(1,'one two',1),(2,'two three',2),(3,'three',3)");
        replicate("UPDATE " + table + " SET a = a || ' four' WHERE id < 3", "DELETE FROM " + table + " WHERE id = 1");
        replicate("UPDATE " + table + " SET id = 8 WHERE id = 2");
        replicate("INSERT INTO " + table + " VALUES(2,'five',5),(9,NULL,9)");
        replicate("DELETE FROM " + table + " WHERE a IS NULL");
    }

    @Test
    void keepsTriggersThatWriteRowsSilent() throws SQLException {
        for (String timing : List.of("AFTER", "BEFORE", "")) {
            String t = "t" + timing;
            replicate(
                    "CREATE TABLE " + t + "(id INTEGER PRIMARY KEY, a, u UNIQUE)",
                    "CREATE TABLE log" + timing + "(e, a)",
                    "CREATE TRIGGER i" + timing + " " + timing + " INSERT ON " + t + " BEGIN INSERT INTO log" + timing
                            + " VALUES('i', NEW.a); END",
                    "CREATE TRIGGER u" + timing + " " + timing + " UPDATE OF a, id ON " + t + " WHEN NEW.a IS NOT NULL"
                            + " BEGIN INSERT INTO log" + timing + " VALUES('u', NEW.a); END",
                    "CREATE TRIGGER d" + timing + " " + timing + " DELETE ON " + t
                            + " FOR EACH ROW BEGIN INSERT INTO log" + timing + " VALUES('d', OLD.a); UPDATE log"
                            + timing + " SET e = 'x' WHERE e = 'i'; END");
            writeALot(t);
            assertThat(replica.rows("SELECT count(*) FROM log" + timing)).isNotEqualTo(List.of("i:0"));
        }
    }

    @Test
    void keepsTriggersSilentThatWouldRefuse() throws SQLException {
        replica.run(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a, u UNIQUE)",
                "CREATE TRIGGER b1 BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'no'); END",
                "CREATE TRIGGER b2 BEFORE UPDATE ON t BEGIN SELECT RAISE(IGNORE); END",
                "CREATE TRIGGER b3 AFTER DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'no'); END");
        List<String> before = Databases.schema(replica.connection);
        replica.apply(Change.insert("t", COLUMNS, KEY, 1L, List.of(1L, "a", 1L)));
        replica.apply(Change.update("t", COLUMNS, KEY, 1L, 1L, List.of(1L, "a", 1L), List.of(1L, "b", 1L)));
        assertThat(replica.rows("SELECT * FROM t")).containsExactly("i:1|t:b|i:1");
        replica.apply(Change.delete("t", COLUMNS, KEY, 1L, List.of(1L, "b", 1L)));
        assertThat(replica.rows("SELECT * FROM t")).isEmpty();
        assertThat(Databases.schema(replica.connection)).isEqualTo(before);
    }

    @Test
    void keepsTriggersSilentThatWereSuspendedWhenTheSchemaWasReadAgain() throws SQLException {
        replica.run(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a, u UNIQUE)",
                "CREATE TABLE log(e)",
                "CREATE TRIGGER b BEFORE UPDATE ON t BEGIN INSERT INTO log VALUES(OLD.a); END");
        replica.apply(Change.insert("t", COLUMNS, KEY, 1L, List.of(1L, "a", 1L)));
        replica.run("BEGIN IMMEDIATE");
        replica.application.apply(Databases.changeSet(
                Change.update("t", COLUMNS, KEY, 1L, 1L, List.of(1L, "a", 1L), List.of(1L, "b", 1L))));
        // reads the schema again
        replica.application.record();
        replica.application.applyRecorded(Databases.changeSet(
                Change.update("t", COLUMNS, KEY, 1L, 1L, List.of(1L, "b", 1L), List.of(1L, "c", 1L))));
        replica.application.prepareCommit();
        replica.run("COMMIT");
        replica.apply(Change.update("t", COLUMNS, KEY, 1L, 1L, List.of(1L, "c", 1L), List.of(1L, "d", 1L)));
        assertThat(replica.rows("SELECT a FROM t")).containsExactly("t:d");
        assertThat(replica.rows("SELECT * FROM log")).isEmpty();
        replica.run("UPDATE t SET a = 'e'");
        assertThat(replica.rows("SELECT * FROM log")).containsExactly("t:d");
    }

    @Test
    void runsDeleteTriggersOfFullTextIndexesOnReplaceAndNoOthers() throws SQLException {
        replica.run(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a, u UNIQUE)",
                "CREATE TABLE log(e)",
                "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id')",
                "CREATE TRIGGER fi AFTER INSERT ON t BEGIN INSERT INTO f(rowid, a) VALUES(NEW.id, NEW.a); END",
                "CREATE TRIGGER fd AFTER DELETE ON t BEGIN INSERT INTO f(f, rowid, a) VALUES('delete', OLD.id, OLD.a);"
                        + " END",
                "CREATE TRIGGER fu AFTER UPDATE ON t BEGIN INSERT INTO f(f, rowid, a) VALUES('delete', OLD.id, OLD.a);"
                        + " INSERT INTO f(rowid, a) VALUES(NEW.id, NEW.a); END",
                "CREATE TRIGGER ld AFTER DELETE ON t BEGIN INSERT INTO log VALUES('d'); END",
                "CREATE TRIGGER bd BEFORE DELETE ON t BEGIN INSERT INTO log VALUES('bd'); END",
                "CREATE TABLE other(id INTEGER PRIMARY KEY, a, u UNIQUE)",
                "CREATE TRIGGER od AFTER DELETE ON other BEGIN INSERT INTO log VALUES('od'); END",
                "CREATE TRIGGER oi AFTER INSERT ON other BEGIN INSERT INTO log VALUES('oi'); END");
        for (String table : List.of("t", "other")) {
            replica.apply(
                    Change.insert(table, COLUMNS, KEY, 1L, List.of(1L, "alpha", 1L)),
                    Change.insert(table, COLUMNS, KEY, 2L, List.of(2L, "beta", 2L)),
                    Change.insert(table, COLUMNS, KEY, 3L, List.of(3L, "gamma", 3L)));
            // takes the id of one row and the unique key of another
            replica.apply(Change.insert(table, COLUMNS, KEY, 1L, List.of(1L, "delta", 2L)));
            replica.apply(
                    Change.update(table, COLUMNS, KEY, 3L, 3L, List.of(3L, "gamma", 3L), List.of(3L, "epsilon", 2L)));
            assertThat(replica.rows("SELECT * FROM " + table)).containsExactly("i:3|t:epsilon|i:2");
        }
        assertThat(replica.rows("SELECT * FROM log")).isEmpty();
        replica.run("INSERT INTO f(f, rank) VALUES('integrity-check', 1)");
        assertThat(replica.rows("SELECT rowid FROM f('epsilon')")).hasSize(1);
        for (String gone : List.of("alpha", "beta", "delta")) {
            assertThat(replica.rows("SELECT rowid FROM f(?)", gone)).isEmpty();
        }
        assertThat(replica.rows("PRAGMA integrity_check")).containsExactly("t:ok");
    }

    /** The index, its triggers as SQLite's manual has them, and a log that must not be written twice. */
    private void createIndexed(String table, String columns, String rowid, boolean logged) throws SQLException {
        String content = rowid.equals("rowid") ? "" : ", content_rowid='" + rowid + "'";
        String insert = "INSERT INTO f_" + table + "(rowid, a) VALUES(NEW." + rowid + ", NEW.a);";
        String delete =
                "INSERT INTO f_" + table + "(f_" + table + ", rowid, a) VALUES('delete', OLD." + rowid + ", OLD.a);";
        replicate(
                "CREATE TABLE " + table + "(" + columns + ")",
                "CREATE TABLE log_" + table + "(e, a)",
                "CREATE VIRTUAL TABLE f_" + table + " USING fts5(a, content='" + table + "'" + content + ")",
                "CREATE TRIGGER i_" + table + " AFTER INSERT ON " + table + " BEGIN " + insert + " END",
                "CREATE TRIGGER d_" + table + " AFTER DELETE ON " + table + " BEGIN " + delete + " END",
                "CREATE TRIGGER u_" + table + " AFTER UPDATE ON " + table + " BEGIN " + delete + insert + " END");
        if (logged) {
            replicate(
                    "CREATE TRIGGER li_" + table + " AFTER INSERT ON " + table + " BEGIN INSERT INTO log_" + table
                            + " VALUES('i', NEW.a); END",
                    "CREATE TRIGGER lu_" + table + " BEFORE UPDATE ON " + table + " BEGIN INSERT INTO log_" + table
                            + " VALUES('u', NEW.a); END");
        }
    }

    @Test
    void keepsFullTextIndexesOverTables() throws SQLException {
        for (boolean logged : new boolean[] {false, true}) {
            for (String rowid : List.of("id", "rowid")) {
                String table = "t_" + rowid + logged;
                createIndexed(
                        table,
                        rowid.equals("id") ? "id INTEGER PRIMARY KEY, a, u" : "id TEXT PRIMARY KEY, a, u",
                        rowid,
                        logged);
                writeALot(table);
                replica.run("INSERT INTO f_" + table + "(f_" + table + ", rank) VALUES('integrity-check', 1)");
                for (String word : List.of("one", "two", "three", "four", "five")) {
                    String query = "SELECT rowid FROM f_" + table + "(?) ORDER BY 1";
                    assertThat(replica.rows(query, word)).isEqualTo(Databases.rows(author.connection, query, word));
                }
            }
        }
    }

    @Test
    void replicatesWritesToVirtualTablesAsStatements() throws SQLException {
        replicate("CREATE VIRTUAL TABLE f USING fts5(a, b)", "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)");
        replicate("INSERT INTO f VALUES('one two', 1), ('three', 2)");
        Outcome outcome = replica.apply(author.write("INSERT INTO f(rowid, a) VALUES(?, ?)", 7L, "it's \"four\""));
        assertThat(outcome).isEqualTo(Applied.WHOLLY);
        replicate("UPDATE f SET a = 'five' WHERE f MATCH 'three'", "DELETE FROM f WHERE rowid = 1");
        replicate("INSERT INTO f(f) VALUES('optimize')", "INSERT INTO r VALUES(1, 0, 1)");
        replicate("WITH x(y) AS (VALUES('six')) INSERT INTO f(a) SELECT y FROM x");
    }

    @Test
    void bringsTriggersBackWhenAChangeSetFails() throws SQLException {
        replica.run(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a NOT NULL, u)",
                "CREATE TABLE s(id INTEGER PRIMARY KEY, a, u)",
                "CREATE TABLE log(e)",
                "CREATE TRIGGER tb BEFORE INSERT ON t BEGIN INSERT INTO log VALUES('t'); END",
                "CREATE TRIGGER ta AFTER INSERT ON t BEGIN INSERT INTO log VALUES('t'); END",
                "CREATE TRIGGER sb BEFORE INSERT ON s BEGIN INSERT INTO log VALUES('s'); END");
        List<String> before = Databases.schema(replica.connection);
        replica.run("BEGIN IMMEDIATE");
        replica.application.apply(Databases.changeSet(Change.insert("s", COLUMNS, KEY, 1L, List.of(1L, "good", 1L))));
        ChangeSet failing = Databases.changeSet(
                Change.insert("t", COLUMNS, KEY, 1L, List.of(1L, "good", 1L)),
                Change.insert("t", COLUMNS, KEY, 2L, Arrays.asList(2L, null, 1L)));
        for (int i = 0; i < 2; i++) {
            assertThat(replica.application.apply(failing)).isInstanceOf(Failed.class);
        }
        replica.application.apply(Databases.changeSet(Change.insert("t", COLUMNS, KEY, 3L, List.of(3L, "good", 1L))));
        replica.application.apply(Databases.changeSet(Change.insert("s", COLUMNS, KEY, 3L, List.of(3L, "good", 1L))));
        replica.application.prepareCommit();
        replica.run("COMMIT");
        assertThat(Databases.schema(replica.connection)).isEqualTo(before);
        assertThat(replica.rows("SELECT * FROM log")).isEmpty();
        assertThat(replica.rows("SELECT id FROM t")).containsExactly("i:3");
        replica.run("BEGIN IMMEDIATE");
        replica.application.apply(Databases.changeSet(Change.insert("t", COLUMNS, KEY, 4L, List.of(4L, "good", 1L))));
        replica.run("ROLLBACK");
        replica.application.rolledBack();
        assertThat(Databases.schema(replica.connection)).isEqualTo(before);
        replica.apply(Change.insert("t", COLUMNS, KEY, 4L, List.of(4L, "good", 1L)));
        assertThat(replica.rows("SELECT * FROM log")).isEmpty();
        assertThat(Databases.schema(replica.connection)).isEqualTo(before);
    }

    @Test
    void runsSchemaCommandsWhileTriggersAreSuspended() throws SQLException {
        replicate(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a, u)",
                "CREATE TABLE log(e, a)",
                "CREATE TRIGGER tb BEFORE INSERT ON t BEGIN INSERT INTO log VALUES('b', NEW.a); END",
                "CREATE TRIGGER ta AFTER INSERT ON t BEGIN INSERT INTO log VALUES('a', NEW.a); END");
        replicate(
                "INSERT INTO t VALUES(1,1,1)",
                "ALTER TABLE t RENAME COLUMN a TO aa",
                "INSERT INTO t VALUES(2,2,2)",
                "ALTER TABLE t RENAME TO tt",
                "INSERT INTO tt VALUES(3,3,3)",
                "DROP TRIGGER tb",
                "INSERT INTO tt VALUES(4,4,4)",
                "ALTER TABLE tt DROP COLUMN u",
                "INSERT INTO tt VALUES(5,5)");
        replicate("INSERT INTO tt VALUES(6,6)", "DROP TABLE tt", "CREATE TABLE tt(x)", "INSERT INTO tt VALUES(1)");
    }

    @Test
    void runsOnlyWhatTriggersWriteToVirtualTables() throws SQLException {
        replicate(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a, u)",
                "CREATE TABLE n(e)",
                "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id')",
                "CREATE TRIGGER ti AFTER INSERT ON t BEGIN UPDATE t SET u = 0 WHERE id = NEW.id AND u IS NULL;"
                        + " INSERT INTO f(rowid, a) VALUES(NEW.id, NEW.a); INSERT INTO n VALUES('i;'); END",
                "CREATE TRIGGER td AFTER DELETE ON t BEGIN INSERT INTO n VALUES('d');"
                        + " INSERT INTO f(f, rowid, a) VALUES('delete', OLD.id, OLD.a); END",
                "CREATE TRIGGER tu AFTER UPDATE OF a, id ON t BEGIN"
                        + " INSERT INTO f(f, rowid, a) VALUES('delete', OLD.id, OLD.a);"
                        + " INSERT INTO f(rowid, a) VALUES(NEW.id, NEW.a);"
                        + " UPDATE t SET u = u + 1 WHERE id = NEW.id; END");
        writeALot("t");
        replicate("INSERT INTO t VALUES(20, 'six', NULL)");
        replica.run("INSERT INTO f(f, rank) VALUES('integrity-check', 1)");
        assertThat(replica.rows("SELECT rowid FROM f('six')")).containsExactly("i:20");
    }

    @Test
    void forgetsTablesThatOtherConnectionsDrop() throws SQLException {
        replica.run(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a, u)",
                "CREATE TABLE s(id INTEGER PRIMARY KEY, a, u)",
                "CREATE TRIGGER tb BEFORE INSERT ON t BEGIN DELETE FROM s; END",
                "CREATE TRIGGER ta AFTER INSERT ON t BEGIN DELETE FROM s; END");
        replica.apply(Change.insert("t", COLUMNS, KEY, 1L, List.of(1L, "a", 1L)));
        replica.run("BEGIN IMMEDIATE");
        replica.application.apply(Databases.changeSet(Change.insert("t", COLUMNS, KEY, 2L, List.of(2L, "a", 1L))));
        replica.run("ROLLBACK");
        replica.application.rolledBack();
        try (SQLiteConnection other = Databases.open(folder.resolve("replica.db"), true)) {
            other.createStatement().executeUpdate("DROP TABLE t");
        }
        replica.application.schemaChanged();
        assertThat(replica.apply(Change.sql("ALTER TABLE s RENAME TO r", List.of())))
                .isEqualTo(new Applied(true, List.of()));
        replica.apply(Change.insert("r", COLUMNS, KEY, 1L, List.of(1L, "a", 1L)));
        assertThat(replica.rows("SELECT name FROM sqlite_schema")).containsExactly("t:r");
    }

    @Test
    void parsesTriggersOfAnyForm() {
        record Form(String sql, UserTrigger.Timing timing, String event, boolean feeds) {}
        UserTrigger.Timing before = UserTrigger.Timing.BEFORE;
        UserTrigger.Timing after = UserTrigger.Timing.AFTER;
        List<Form> forms = List.of(
                new Form("CREATE TRIGGER x INSERT ON t BEGIN INSERT INTO f VALUES(1); END", before, "INSERT", true),
                new Form(
                        "create trigger \"a b\" after update of on_, begin on [t] when new.begin > 1 begin "
                                + "replace into F values(1);end",
                        after,
                        "UPDATE",
                        true),
                new Form(
                        "CREATE TRIGGER x /* AFTER */ BEFORE DELETE ON t BEGIN -- f\n DELETE FROM g; END",
                        before,
                        "DELETE",
                        false),
                new Form(
                        "CREATE TRIGGER `after` AFTER INSERT ON main.t FOR EACH ROW WHEN (SELECT 1) BEGIN "
                                + "SELECT 'insert into f'; UPDATE OR IGNORE g SET a = CASE WHEN 1 THEN 2 END; "
                                + "WITH c AS (SELECT 1) INSERT INTO \"f\" SELECT * FROM c; END",
                        after,
                        "INSERT",
                        true),
                new Form(
                        "CREATE TRIGGER x INSTEAD OF UPDATE ON v BEGIN UPDATE f SET a = 1; END",
                        UserTrigger.Timing.INSTEAD_OF,
                        "UPDATE",
                        true),
                new Form(
                        "CREATE TRIGGER x AFTER DELETE ON t BEGIN INSERT INTO g SELECT replace(a, 1, 2) FROM f; END",
                        after,
                        "DELETE",
                        false));
        for (Form form : forms) {
            UserTrigger trigger = UserTrigger.parse("x", form.sql, java.util.Set.of("f"));
            assertThat(trigger.timing()).as(form.sql).isEqualTo(form.timing);
            assertThat(trigger.event()).as(form.sql).isEqualTo(form.event);
            assertThat(trigger.feedsVirtual()).as(form.sql).isEqualTo(form.feeds);
        }
    }
}
