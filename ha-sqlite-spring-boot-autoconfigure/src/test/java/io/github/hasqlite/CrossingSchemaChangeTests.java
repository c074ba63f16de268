package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.TestNode;
import org.junit.jupiter.api.Test;

/** What one node commits while another one changes the schema is never lost (rule R13). */
class CrossingSchemaChangeTests extends CrossingNodes {

    @Test
    void rowsThatNameARenamedColumnGetItsNewName() throws Exception {
        writeBehind(
                "INSERT INTO t(id, v) VALUES(3, 'three'); UPDATE t SET v = 'zwei' WHERE id = 2; DELETE FROM t WHERE id = 1",
                "ALTER TABLE t RENAME COLUMN v TO x");
        assertThat(author.query("SELECT id, x, w FROM t")).containsExactly("2|zwei|due", "3|three|null");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void rowsThatDoNotTouchARenamedColumnAreNotLeftOut() throws Exception {
        writeBehind("INSERT INTO t(id, v) VALUES(3, 'three')", "ALTER TABLE t RENAME COLUMN w TO x");
        assertThat(author.query("SELECT id, v, x FROM t WHERE id = 3")).containsExactly("3|three|null");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void rowsThatDoNotTouchADroppedColumnAreNotLeftOut() throws Exception {
        writeBehind(
                "INSERT INTO t(id, v) VALUES(3, 'three'); UPDATE t SET v = 'zwei' WHERE id = 2",
                "ALTER TABLE t DROP COLUMN w");
        assertThat(author.query("SELECT * FROM t")).containsExactly("1|one", "2|zwei", "3|three");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void whatWasMeantForADroppedColumnIsKept() throws Exception {
        writeBehind(
                "INSERT INTO t VALUES(3, 'three', 'tre'); UPDATE t SET w = 'two more' WHERE id = 2",
                "ALTER TABLE t DROP COLUMN w");
        assertThat(author.query("SELECT * FROM t")).containsExactly("1|one", "2|two", "3|three");
        assertThat(conflicts())
                .hasSize(2)
                .allMatch(row -> row.startsWith("SCHEMA_CHANGE|t|"))
                .anyMatch(row -> row.contains("tre"))
                .anyMatch(row -> row.contains("two more"));
    }

    @Test
    void rowsForARenamedTableGoThere() throws Exception {
        writeBehind("INSERT INTO t VALUES(3, 'three', 'tre')", "ALTER TABLE t RENAME TO u");
        assertThat(author.query("SELECT * FROM u WHERE id = 3")).containsExactly("3|three|tre");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void severalRenamesAreFollowedOneAfterTheOther() throws Exception {
        gate.shut();
        writer.execute("INSERT INTO t VALUES(3, 'three', 'tre')");
        author.execute("ALTER TABLE t RENAME COLUMN v TO x");
        author.execute("ALTER TABLE t RENAME TO u");
        inOneTransaction(
                "ALTER TABLE u RENAME COLUMN x TO y",
                "ALTER TABLE u RENAME COLUMN w TO x",
                "ALTER TABLE u RENAME COLUMN y TO w");
        gate.open();
        assertSame();
        assertThat(author.query("SELECT id, w, x FROM u WHERE id = 3")).containsExactly("3|three|tre");
    }

    @Test
    void rowsForADroppedTableAreKept() throws Exception {
        writeBehind("INSERT INTO t VALUES(3, 'three', 'tre')", "DROP TABLE t");
        assertThat(conflicts())
                .singleElement()
                .asString()
                .startsWith("SCHEMA_CHANGE|t|")
                .contains("three");
    }

    @Test
    void rowsThatBreakANewConstraintAreKept() throws Exception {
        writeBehind(
                "INSERT INTO t VALUES(3, NULL, 'tre')",
                "CREATE TABLE n(id INTEGER PRIMARY KEY, v NOT NULL, w)",
                "INSERT INTO n SELECT * FROM t",
                "DROP TABLE t",
                "ALTER TABLE n RENAME TO t");
        assertThat(author.query("SELECT id FROM t")).containsExactly("1", "2");
        assertThat(conflicts())
                .singleElement()
                .asString()
                .startsWith("SCHEMA_CHANGE|t|")
                .contains("tre");
    }

    @Test
    void aNodeThatJoinsLaterKnowsTheRenames() throws Exception {
        gate.shut();
        writer.execute("INSERT INTO t VALUES(3, 'three', 'tre')");
        author.execute("ALTER TABLE t RENAME COLUMN v TO x");
        author.close();
        author = TestNode.open(server, folder.resolve("author.db"), "author", CommitMode.ASYNC);
        gate.open();
        assertSame();
        assertThat(author.query("SELECT id, x FROM t WHERE id = 3")).containsExactly("3|three");
    }

    @Test
    void allNodesKnowWhoChangedTheSchemaLast() throws Exception {
        try (TestNode third = TestNode.open(server, folder.resolve("third.db"), "third", CommitMode.ASYNC)) {
            author.awaitAppliedOn(third);
            givesWay("ALTER TABLE t ADD COLUMN z; UPDATE t SET z = v || '!'", REBUILD_WITHOUT_W);
            author.awaitAppliedOn(third);
            String places = "SELECT publisher, sequence FROM ha_schema_changes ORDER BY sequence";
            assertThat(third.query(places)).hasSize(2).isEqualTo(author.query(places));
            assertThat(third.query("SELECT z FROM t")).containsExactly("one!", "two!");
        }
    }

    @Test
    void schemaChangesThatOnlyAddDoNotGiveWayToEachOther() throws Exception {
        writeBefore(
                "ALTER TABLE t ADD COLUMN y; CREATE TABLE a(b); UPDATE t SET y = 1 WHERE id = 1",
                "ALTER TABLE t ADD COLUMN z",
                "CREATE TABLE c(d)",
                "CREATE UNIQUE INDEX t_z ON t(z)");
        assertThat(author.query("SELECT id, y, z FROM t")).containsExactly("1|1|null", "2|null|null");
        assertThat(writer.query("SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'c', 't_z')"))
                .containsExactly("3");
    }

    @Test
    void aTableIsNotMadeToReferToOneThatWasRenamedUnseen() throws Exception {
        givesWay("ALTER TABLE t RENAME TO u", "CREATE TABLE child(t INTEGER REFERENCES t(id))");
        assertThat(writer.query("SELECT name FROM sqlite_schema WHERE name = 'child'"))
                .isEmpty();
    }

    @Test
    void rowsAreWrittenAcrossANewTriggerAsTheirAuthorMeantThem() throws Exception {
        author.execute("CREATE TABLE log(id INTEGER PRIMARY KEY, what)");
        author.awaitAppliedOn(writer);
        String trigger = "CREATE TRIGGER t_log AFTER INSERT ON t BEGIN INSERT INTO log(what) VALUES(new.v); END";
        writeBehind("INSERT INTO t VALUES(3, 'three', 'tre')", trigger);
        writeBefore("INSERT INTO t VALUES(4, 'four', 'quattro')", "DROP TRIGGER t_log");
        assertThat(author.query("SELECT what FROM log")).containsExactly("four");
        assertThat(author.query("SELECT id FROM t")).containsExactly("1", "2", "3", "4");
        writeBefore("INSERT INTO t VALUES(5, 'five', 'cinque')", trigger);
        writer.execute("INSERT INTO t VALUES(6, 'six', 'sei')");
        assertSame();
        assertThat(author.query("SELECT what FROM log")).containsExactly("four", "six");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void rowsAreWrittenThroughAViewThatIsDroppedMeanwhile() throws Exception {
        String view = "CREATE VIEW names AS SELECT id, v FROM t";
        String trigger = "CREATE TRIGGER names_new INSTEAD OF INSERT ON names BEGIN INSERT INTO t(id, v)"
                + " VALUES(new.id, new.v); END";
        writeBefore("INSERT INTO t VALUES(3, 'three', 'tre')", view, trigger);
        writeBehind("INSERT INTO names VALUES(4, 'four')", "DROP VIEW names");
        assertThat(author.query("SELECT id, v FROM t WHERE id > 2")).containsExactly("3|three", "4|four");
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void aViewIsNotMadeOfAColumnThatWasRenamedUnseen() throws Exception {
        givesWay("ALTER TABLE t RENAME COLUMN v TO x", "CREATE VIEW names AS SELECT id, v FROM t");
        author.execute("ALTER TABLE t RENAME COLUMN w TO y");
        assertSame();
    }
}
