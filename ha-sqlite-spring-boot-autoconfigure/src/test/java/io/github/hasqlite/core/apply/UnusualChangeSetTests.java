package io.github.hasqlite.core.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.Change;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.apply.Outcome.Applied;
import io.github.hasqlite.core.apply.Outcome.Failed;
import io.github.hasqlite.core.apply.Outcome.Refused;
import io.github.hasqlite.core.apply.Outcome.Scope;
import io.github.hasqlite.core.apply.Outcome.Skipped.Cause;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.replay.Databases;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteConnection;

/** Change sets that do not fit, are hostile or fail, and databases that are not as expected. */
class UnusualChangeSetTests extends AppliedChangeSets {

    @Test
    void skipsWhatHasNoPlaceHere() throws SQLException {
        replica.run(
                "CREATE TABLE t(a)",
                "CREATE VIEW v AS SELECT a FROM t",
                "CREATE VIRTUAL TABLE f USING fts5(a)",
                "CREATE TABLE ha_state(a)");
        List<String> columns = List.of("a");
        List<Object> row = List.of(1L);
        Change elsewhere = new Change(
                io.github.hasqlite.Operation.INSERT,
                "temp",
                "t",
                columns,
                List.of(),
                null,
                1L,
                List.of(),
                row,
                null,
                List.of());
        Outcome outcome = replica.apply(
                Change.insert("t", columns, List.of(), 1L, row),
                Change.insert("t", List.of("a", "b"), List.of(), 2L, List.of(1L, 2L)),
                Change.insert("none", columns, List.of(), 1L, row),
                Change.insert("v", columns, List.of(), 1L, row),
                Change.insert("f", columns, List.of(), 1L, row),
                Change.insert("f_data", columns, List.of(), 1L, row),
                Change.insert("HA_state", columns, List.of(), 1L, row),
                Change.insert("sqlite_schema", columns, List.of(), 1L, row),
                elsewhere);
        assertThat(((Applied) outcome).skipped().stream().map(s -> s.change() + " " + s.cause()))
                .containsExactly(
                        "1 " + Cause.NO_COLUMN,
                        "2 " + Cause.NO_TABLE,
                        "3 " + Cause.NO_TABLE,
                        "4 " + Cause.VIRTUAL_TABLE,
                        "5 " + Cause.VIRTUAL_TABLE,
                        "6 " + Cause.INTERNAL_TABLE,
                        "7 " + Cause.INTERNAL_TABLE,
                        "8 " + Cause.OTHER_SCHEMA);
        assertThat(replica.rows("SELECT count(*) FROM t")).containsExactly("i:1");
        assertThat(replica.rows("SELECT count(*) FROM ha_state")).containsExactly("i:0");
    }

    @Test
    void undoesAWholeChangeSetThatFails() throws SQLException {
        replica.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a NOT NULL, b NOT NULL DEFAULT 'd')");
        List<String> columns = List.of("id", "a", "b");
        Change good = Change.insert("t", columns, List.of("id"), 1L, List.of(1L, 1L, "x"));
        Change bad = Change.insert("t", columns, List.of("id"), 2L, Arrays.asList(2L, null, "x"));
        Outcome outcome = replica.apply(good, bad);
        assertThat(outcome).isInstanceOf(Failed.class);
        assertThat(((Failed) outcome).change()).isEqualTo(1);
        assertThat(((Failed) outcome).scope()).isEqualTo(Scope.EVERYWHERE);
        assertThat(((Failed) outcome).reason()).contains("NOT NULL");
        assertThat(replica.rows("SELECT * FROM t")).isEmpty();
        assertThat(replica.apply(bad)).isInstanceOf(Failed.class);
        replica.apply(Change.insert("t", columns, List.of("id"), 1L, Arrays.asList(1L, 1L, null)));
        assertThat(replica.rows("SELECT * FROM t")).containsExactly("i:1|i:1|t:d");
    }

    @Test
    void refusesRowsWithoutTheirValues() throws SQLException {
        replica.run("CREATE TABLE t(a, b)");
        assertThat(replica.apply(Change.insert("t", List.of("a", "b"), List.of(), 1L, List.of(1L))))
                .isInstanceOf(Refused.class);
        assertThat(replica.apply(Change.insert("t", List.of("a", "A"), List.of(), 1L, List.of(1L, 2L))))
                .isInstanceOf(Refused.class);
        assertThat(replica.apply(Change.insert("t", List.of(), List.of(), 1L, List.of())))
                .isInstanceOf(Refused.class);
        assertThat(replica.rows("SELECT * FROM t")).isEmpty();
    }

    @Test
    void neverRunsHostileNames() throws SQLException {
        replica.run("CREATE TABLE t(a)", "CREATE TABLE victim(a)");
        for (String name : List.of(
                "t\"; DROP TABLE victim; --", "t(a) VALUES(1); DROP TABLE victim; --", "main.t", "\"t\"", "t\0", "")) {
            assertThat(replica.apply(Change.insert(name, List.of("a"), List.of(), 1L, List.of(1L))))
                    .isInstanceOf(Applied.class);
            replica.apply(Change.insert("t", List.of(name), List.of(), 1L, List.of(1L)));
        }
        assertThat(replica.rows("SELECT name FROM sqlite_schema ORDER BY 1")).containsExactly("t:t", "t:victim");
        assertThat(replica.rows("SELECT * FROM t")).isEmpty();
    }

    @Test
    void appliesManyChangeSetsInOneTransactionAndForgetsWhatIsRolledBack() throws SQLException {
        replica.run("BEGIN IMMEDIATE");
        replica.application.apply(Databases.changeSet(Change.sql("CREATE TABLE t(a, b)", List.of())));
        replica.application.apply(
                Databases.changeSet(Change.insert("t", List.of("a", "b"), List.of(), 1L, List.of(1L, 2L))));
        replica.run("ROLLBACK");
        replica.application.rolledBack();
        Outcome outcome = replica.apply(Change.insert("t", List.of("a", "b"), List.of(), 1L, List.of(1L, 2L)));
        assertThat(((Applied) outcome).skipped()).hasSize(1);
        replica.apply(Change.sql("CREATE TABLE t(b, a)", List.of()));
        replica.apply(Change.insert("t", List.of("a", "b"), List.of(), 1L, List.of(1L, 2L)));
        assertThat(replica.rows("SELECT b, a FROM t")).containsExactly("i:2|i:1");
    }

    @Test
    void noticesSchemaChangesOfOtherConnections() throws SQLException {
        replica.run("CREATE TABLE t(a)");
        replica.apply(Change.insert("t", List.of("a"), List.of(), 1L, List.of(1L)));
        try (SQLiteConnection other = Databases.open(folder.resolve("replica.db"), true)) {
            other.createStatement().executeUpdate("ALTER TABLE t ADD COLUMN b DEFAULT 5");
            replica.application.schemaChanged();
            replica.apply(Change.insert("t", List.of("a", "b"), List.of(), 2L, List.of(2L, 2L)));
            // not announced: found out by the failure
            other.createStatement().executeUpdate("ALTER TABLE t DROP COLUMN b");
            Outcome outcome = replica.apply(Change.insert("t", List.of("a", "b"), List.of(), 3L, List.of(3L, 3L)));
            assertThat(((Applied) outcome).skipped()).hasSize(1);
            // nothing would fail: found out by asking
            other.createStatement()
                    .executeUpdate("CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT RAISE(ABORT, 'no'); END");
            replica.run("BEGIN IMMEDIATE");
            replica.application.transactionBegun();
            assertThat(replica.application.apply(
                            Databases.changeSet(Change.insert("t", List.of("a"), List.of(), 3L, List.of(3L)))))
                    .isEqualTo(Applied.WHOLLY);
            replica.application.prepareCommit();
            replica.run("COMMIT");
        }
        assertThat(replica.rows("SELECT * FROM t")).containsExactly("i:1", "i:2", "i:3");
    }

    @Test
    void refusesAConnectionThatEnforcesForeignKeys() throws SQLException {
        try (SQLiteConnection connection = Databases.open(folder.resolve("fk.db"), true)) {
            assertThatThrownBy(() -> new ChangeSetApplication(
                            connection, RowIdentify.PK, MergeMode.ROW, new RowImages(connection)))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("foreign keys off");
        }
    }
}
