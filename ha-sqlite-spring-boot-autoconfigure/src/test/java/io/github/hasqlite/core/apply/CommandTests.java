package io.github.hasqlite.core.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.apply.Outcome.Applied;
import io.github.hasqlite.core.apply.Outcome.Failed;
import io.github.hasqlite.core.apply.Outcome.Refused;
import io.github.hasqlite.core.apply.Outcome.Scope;
import io.github.hasqlite.core.replay.Databases;
import io.github.hasqlite.core.replay.Replica;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTests {

    @TempDir
    Path folder;

    Replica replica;

    @BeforeEach
    void open() throws SQLException {
        replica = new Replica(folder.resolve("replica.db"));
        replica.run(
                "CREATE TABLE t(a)",
                "CREATE TABLE ha_outbox(a)",
                "CREATE VIRTUAL TABLE f USING fts5(a)",
                "CREATE VIEW v AS SELECT a FROM t",
                "CREATE INDEX x ON t(a)");
    }

    @AfterEach
    void close() throws SQLException {
        replica.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE n(a DEFAULT 'DROP TABLE ha_outbox;')",
                "create table if not exists main.n(a, ha_b)",
                "CREATE TABLE \"n;m\"(a); -- done",
                "CREATE UNIQUE INDEX IF NOT EXISTS i ON t(a) WHERE a > 1",
                "CREATE VIEW w AS SELECT name FROM sqlite_schema",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; SELECT CASE WHEN 1 THEN 2 END; END;",
                "CREATE TEMPORARY_NOT TABLE",
                "CREATE VIRTUAL TABLE n USING fts5(a, content='')",
                "ALTER TABLE t ADD COLUMN b",
                "ALTER TABLE t RENAME TO u",
                "/* why */ DROP INDEX IF EXISTS x",
                "DROP VIEW v",
                "PRAGMA user_version = 5",
                "pragma main.application_id(-7);",
                "INSERT INTO f VALUES('x')",
                "INSERT OR REPLACE INTO main.f(rowid, a) VALUES(1, 'load extension')",
                "CREATE TABLE n(a);CREATE TRIGGER g AFTER INSERT ON n BEGIN SELECT ';'; END;ALTER TABLE n ADD COLUMN b;",
                "WITH c(a) AS (SELECT replace('a', 'b', 'c')) INSERT INTO \"F\" SELECT a FROM c"
            })
    void runsWhatMayTravel(String command) throws SQLException {
        Outcome outcome = replica.apply(Change.sql(command, List.of()));
        if (command.startsWith("CREATE TEMPORARY_NOT")) {
            assertThat(outcome).isInstanceOf(Refused.class);
        } else {
            boolean schema = command.matches("(?is)(/\\*.*)?\\s*(create|alter|drop).*");
            assertThat(outcome).isEqualTo(new Applied(schema, List.of()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "SELECT 1",
                "INSERT INTO t VALUES(1)",
                "UPDATE t SET a = 1",
                "DELETE FROM v",
                "INSERT INTO none VALUES(1)",
                "INSERT INTO f_data VALUES(1, 2)",
                "INSERT INTO ha_outbox VALUES(1)",
                "INSERT INTO \"HA_outbox\" VALUES(1)",
                "INSERT INTO temp.f VALUES(1)",
                "INSERT INTO f VALUES(1); DROP TABLE t",
                "INSERT INTO f SELECT load_extension('evil')",
                "INSERT INTO f SELECT \"load_extension\"('evil')",
                "INSERT INTO f VALUES(1)\0",
                "WITH f AS (SELECT 1) DELETE FROM t",
                "WITH f AS (SELECT 1) SELECT 1",
                "REPLACE INTO sqlite_sequence VALUES(1, 2)",
                "CREATE TABLE n(a); DELETE FROM t",
                "CREATE TABLE n(a); DROP TABLE ha_outbox",
                "CREATE TABLE n(a); PRAGMA user_version = 1",
                "CREATE TEMP TABLE t(a)",
                "CREATE TEMPORARY TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
                "CREATE TABLE temp.n(a)",
                "CREATE TABLE ha_n(a)",
                "CREATE INDEX i ON ha_outbox(a)",
                "CREATE TRIGGER g AFTER INSERT ON ha_outbox BEGIN SELECT 1; END",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM ha_outbox; END",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; WITH c AS (SELECT 1) DELETE FROM [ha_outbox]; END",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; VACUUM",
                "CREATE TRIGGER temp.g AFTER INSERT ON t BEGIN SELECT 1; END",
                "DROP TABLE ha_outbox",
                "DROP TABLE IF EXISTS main.\"ha_outbox\"",
                "DROP TRIGGER temp.ha_silent_0",
                "DROP TRIGGER ha_silent_0",
                "ALTER TABLE ha_outbox RENAME TO n",
                "ALTER TABLE t RENAME TO ha_n",
                "ATTACH 'other.db' AS other",
                "DETACH main",
                "VACUUM",
                "VACUUM INTO 'copy.db'",
                "ANALYZE",
                "REINDEX",
                "BEGIN",
                "COMMIT",
                "ROLLBACK",
                "SAVEPOINT s",
                "RELEASE ha_change_set",
                "EXPLAIN DROP TABLE t",
                "PRAGMA user_version",
                "PRAGMA writable_schema = ON",
                "PRAGMA temp.user_version = 1",
                "PRAGMA user_version = 1; DROP TABLE t",
                "PRAGMA user_version = 1 2",
                "PRAGMA foreign_keys = ON",
                "PRAGMA journal_mode = DELETE"
            })
    void refusesWhatMustNot(String command) throws SQLException {
        List<String> before = Databases.content(replica.connection);
        Outcome outcome = replica.apply(
                Change.insert("t", List.of("a"), List.of(), 1L, List.of(1L)), Change.sql(command, List.of()));
        assertThat(outcome).isInstanceOf(Refused.class);
        assertThat(((Refused) outcome).change()).isEqualTo(1);
        assertThat(Databases.content(replica.connection)).isEqualTo(before);
    }

    @Test
    void skipsAChangeSetWhoseCommandFails() throws SQLException {
        List<String> before = Databases.content(replica.connection);
        for (String command : List.of(
                "CREATE TABLE t(a)",
                "DROP TABLE none",
                "ALTER TABLE t ADD COLUMN a",
                "CREATE TABLE",
                "CREATE UNIQUE INDEX i ON none(a)",
                "INSERT INTO f(none) VALUES(1)")) {
            Outcome outcome = replica.apply(
                    Change.insert("t", List.of("a"), List.of(), 1L, List.of(1L)),
                    Change.sql("CREATE TABLE fresh(a)", List.of()),
                    Change.insert("fresh", List.of("a"), List.of(), 1L, List.of(1L)),
                    Change.sql(command, List.of()));
            assertThat(outcome).as(command).isInstanceOf(Failed.class);
            assertThat(((Failed) outcome).scope()).isEqualTo(Scope.EVERYWHERE);
            assertThat(((Failed) outcome).reason()).startsWith(command);
            assertThat(Databases.content(replica.connection)).isEqualTo(before);
        }
        // nothing of the tables that were rolled back is remembered
        Outcome outcome = replica.apply(Change.insert("fresh", List.of("a"), List.of(), 1L, List.of(1L)));
        assertThat(((Applied) outcome).skipped()).hasSize(1);
    }

    @Test
    void saysIfOnlyThisNodeCannot() throws SQLException {
        Outcome outcome = replica.apply(Change.sql("CREATE VIRTUAL TABLE n USING nosuchmodule(a)", List.of()));
        assertThat(((Failed) outcome).scope()).isEqualTo(Scope.THIS_NODE);
        outcome = replica.apply(Change.sql("INSERT INTO f SELECT nosuchfunction()", List.of()));
        assertThat(((Failed) outcome).scope()).isEqualTo(Scope.THIS_NODE);
        outcome = replica.apply(Change.sql("CREATE VIRTUAL TABLE n USING fts5(a, tokenize='nosuch')", List.of()));
        assertThat(((Failed) outcome).scope()).isEqualTo(Scope.THIS_NODE);
    }

    @Test
    void bindsTheValuesOfACommand() throws SQLException {
        assertThat(replica.apply(Change.sql("INSERT INTO f VALUES(?)", List.of("a'b"))))
                .isEqualTo(Applied.WHOLLY);
        assertThat(replica.rows("SELECT a FROM f")).containsExactly("t:a'b");
        assertThat(replica.apply(Change.sql("INSERT INTO f VALUES(?)", List.of())))
                .isInstanceOf(Refused.class);
        assertThat(replica.apply(Change.sql("INSERT INTO f VALUES(?)", List.of(1L, 2L))))
                .isInstanceOf(Refused.class);
    }

    @Test
    void appliesRowsOfATableCreatedInTheSameChangeSet() throws SQLException {
        Outcome outcome = replica.apply(
                Change.sql("CREATE TABLE n(a, b)", List.of()),
                Change.insert("n", List.of("a", "b"), List.of(), 1L, List.of(1L, 2L)),
                Change.sql("ALTER TABLE n DROP COLUMN a", List.of()),
                Change.insert("n", List.of("b"), List.of(), 2L, List.of(3L)),
                Change.sql("CREATE VIRTUAL TABLE g USING fts5(a)", List.of()),
                Change.sql("INSERT INTO g VALUES('x')", List.of()),
                Change.sql("PRAGMA user_version = 12", List.of()));
        assertThat(outcome).isEqualTo(new Applied(true, List.of()));
        assertThat(replica.rows("SELECT b FROM n")).containsExactly("i:2", "i:3");
        assertThat(replica.rows("SELECT a FROM g('x')")).containsExactly("t:x");
        assertThat(replica.rows("PRAGMA user_version")).containsExactly("i:12");
    }
}
