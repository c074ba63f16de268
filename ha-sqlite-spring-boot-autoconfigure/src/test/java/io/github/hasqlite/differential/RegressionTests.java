package io.github.hasqlite.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.differential.Cluster.Kind;
import io.github.hasqlite.differential.Step.Action;
import io.github.hasqlite.differential.Step.Method;
import io.github.hasqlite.differential.Step.Reading;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Proves that what random scripts once found stays mended: each is a short script on which node, plain
 * sqlite-jdbc and second node must agree.
 */
class RegressionTests {

    private static final Step QUERY_COUNTERS =
            new Step.Sql(Method.QUERY, Reading.ALL, "SELECT changes(), total_changes()");

    @ParameterizedTest(name = "{0}")
    @MethodSource({"transactions", "counters", "schemas", "statements", "batches", "capture", "applying"})
    void scriptsAgree(String what, boolean foreignKeys, List<Step> steps) {
        try (DifferentialRun run = DifferentialRun.on(Kind::inMemory).onNewClusters()) {
            assertThat(run.run(new Script(foreignKeys ? 1 : 0, steps))).isNull();
        }
    }

    static Stream<Arguments> transactions() {
        return Stream.of(
                script("auto-commit off in a textual savepoint", "SAVEPOINT s", Action.AUTO_COMMIT_OFF),
                script(
                        "commit after a textual COMMIT",
                        Action.AUTO_COMMIT_OFF,
                        "COMMIT",
                        Action.COMMIT,
                        Action.AUTO_COMMIT_ON),
                script(
                        "a query that is a COMMIT",
                        "CREATE TABLE t(a)",
                        "BEGIN EXCLUSIVE",
                        "INSERT INTO t VALUES(1)",
                        query("COMMIT"),
                        "INSERT INTO t VALUES(2)"),
                script(
                        "RETURNING in manual mode after a textual END",
                        "CREATE TABLE t(a)",
                        Action.AUTO_COMMIT_OFF,
                        "END",
                        query("INSERT INTO t VALUES(1) RETURNING a"),
                        "SAVEPOINT s",
                        "RELEASE s"),
                script("a savepoint behind an empty statement", "CREATE TABLE t(a)", " ; SAVEPOINT s", "BEGIN"),
                withForeignKeys(
                        "schema change with a broken deferred foreign key",
                        "CREATE TABLE p(id INTEGER PRIMARY KEY)",
                        "CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
                        "BEGIN",
                        "CREATE TABLE x(a)",
                        "INSERT INTO c VALUES(1)",
                        "COMMIT",
                        "INSERT INTO p VALUES(1)",
                        "COMMIT"));
    }

    @Test
    void rowsOfReturningInStrictModeTellTheirTableAndTypes() {
        try (DifferentialRun run = DifferentialRun.on(Kind::strict).onNewClusters()) {
            assertThat(run.run(new Script(
                            0,
                            steps(
                                    "CREATE TABLE t(id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, price DECIMAL(8,2))",
                                    query("INSERT INTO t VALUES(1, 'a', 2.5), (2, 'b', NULL) RETURNING *"),
                                    query("UPDATE t SET price = 3 RETURNING id, name || 'x', price AS p"),
                                    new Step.Prepared(
                                            Method.EXECUTE,
                                            Reading.ALL,
                                            "DELETE FROM t WHERE id = ? RETURNING name",
                                            List.of(List.of(1)))))))
                    .isNull();
        }
    }

    /** What a schema may call, by SQLite's own defaults. */
    static Stream<Arguments> schemas() {
        return Stream.of(
                script(
                        "counters in views, triggers, DEFAULT and CHECK",
                        "CREATE TABLE t(a DEFAULT (changes()), b DEFAULT (total_changes()), c CHECK(changes() < 100))",
                        "CREATE TABLE seen(n, total, key)",
                        "CREATE VIEW v AS SELECT changes() AS n, total_changes() AS total, last_insert_rowid() AS key",
                        "CREATE TRIGGER x AFTER INSERT ON t BEGIN"
                                + " INSERT INTO seen VALUES(changes(), total_changes(), last_insert_rowid()); END",
                        "INSERT INTO t(c) VALUES(1)",
                        query("SELECT * FROM v"),
                        "INSERT INTO t(c) SELECT n FROM v",
                        "INSERT INTO seen SELECT * FROM v",
                        "UPDATE t SET c = 3",
                        query("SELECT * FROM v"),
                        query("SELECT * FROM seen"),
                        QUERY_COUNTERS),
                script(
                        "functions about the schema in views and triggers",
                        "CREATE TABLE t(a, b)",
                        "CREATE VIEW w AS SELECT name FROM pragma_table_info('t')",
                        "CREATE TABLE log(n)",
                        "CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO log SELECT count(*) FROM w; END",
                        "INSERT INTO t VALUES(1, 2)",
                        query("SELECT * FROM w"),
                        "ALTER TABLE t ADD COLUMN c",
                        "ALTER TABLE t RENAME COLUMN c TO d",
                        "INSERT INTO t VALUES(1, 2, 3)",
                        query("SELECT * FROM w, log")),
                script(
                        "a full database inside a transaction",
                        "CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)",
                        "INSERT INTO t VALUES(1, 'before')",
                        "PRAGMA max_page_count = 60",
                        Action.AUTO_COMMIT_OFF,
                        "INSERT INTO t VALUES(2, 'inside')",
                        "INSERT INTO t SELECT 3, zeroblob(1000000) UNION ALL SELECT 4, 0",
                        query("SELECT id FROM t"),
                        "INSERT INTO t VALUES(4, 'after')",
                        "PRAGMA max_page_count = 100000",
                        Action.COMMIT,
                        "INSERT INTO t VALUES(5, 'then')",
                        Action.COMMIT,
                        Action.AUTO_COMMIT_ON,
                        query("SELECT id FROM t"),
                        QUERY_COUNTERS));
    }

    static Stream<Arguments> counters() {
        return Stream.of(
                script(
                        "a write that query_only refuses",
                        "CREATE TABLE t(id INTEGER PRIMARY KEY, v)",
                        "INSERT INTO t VALUES(1, 1)",
                        "PRAGMA query_only = ON",
                        "INSERT INTO t VALUES(2, 1)",
                        execute("PRAGMA query_only = OFF"),
                        QUERY_COUNTERS,
                        execute("DROP TABLE t")),
                script(
                        "counters of statements that change nothing",
                        "CREATE TABLE t(a)",
                        QUERY_COUNTERS,
                        "INSERT INTO t VALUES(1),(2)",
                        new Step.Sql(Method.EXECUTE, Reading.ALL, "CREATE INDEX i ON t(a)"),
                        QUERY_COUNTERS,
                        "DELETE FROM t WHERE a = 5",
                        QUERY_COUNTERS,
                        "INSERT INTO missing VALUES(1)",
                        QUERY_COUNTERS,
                        new Step.Batch(List.of("PRAGMA user_version = 3"))),
                withForeignKeys(
                        "counters after a table with a key was dropped",
                        "CREATE TABLE p(id INTEGER PRIMARY KEY)",
                        "CREATE TABLE c(p REFERENCES p)",
                        "INSERT INTO p VALUES(1),(2),(3)",
                        "DROP TABLE p",
                        QUERY_COUNTERS),
                script(
                        "keys of a prepared statement that is run twice",
                        "CREATE TABLE t(a)",
                        new Step.Prepared(
                                Method.UPDATE, Reading.ALL, "UPDATE t SET a = ?", List.of(List.of(1), List.of(2)))));
    }

    static Stream<Arguments> statements() {
        return Stream.of(
                script(
                        "keys of a script that does not begin with INSERT",
                        "CREATE TABLE t(a)",
                        "  ;INSERT INTO t VALUES(1)",
                        "  ;INSERT INTO t VALUES(1);INSERT INTO t VALUES(2)"),
                withForeignKeys(
                        "a query that is an INSERT and breaks a foreign key",
                        "CREATE TABLE p(id INTEGER PRIMARY KEY)",
                        "CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
                        query("INSERT INTO c VALUES(5)")),
                script(
                        "RETURNING of a prepared statement that is run again",
                        "CREATE TABLE t(a)",
                        new Step.Prepared(
                                Method.EXECUTE,
                                Reading.NONE,
                                "INSERT INTO t VALUES(?) RETURNING a",
                                List.of(List.of(1), List.of(2)))),
                script("keys behind a comment", "CREATE TABLE t(a)", "/* first */ INSERT INTO t VALUES(1)"),
                script(
                        "REPLACE with a TEMP trigger",
                        "CREATE TABLE t(a PRIMARY KEY)",
                        "CREATE TEMP TRIGGER x AFTER DELETE ON t BEGIN SELECT RAISE(ABORT, 'fired'); END",
                        "INSERT INTO t VALUES(1)",
                        "REPLACE INTO t VALUES(1)"));
    }

    static Stream<Arguments> batches() {
        return Stream.of(
                script("an empty entry", "CREATE TABLE t(a)", new Step.Batch(List.of("-- nothing", "DELETE FROM t"))),
                script(
                        "a row that rolls back",
                        "CREATE TABLE t(a INTEGER PRIMARY KEY)",
                        new Step.PreparedBatch(
                                "INSERT OR ROLLBACK INTO t VALUES(?)", List.of(List.of(8), List.of(9), List.of(8))),
                        QUERY_COUNTERS),
                withForeignKeys(
                        "a row that breaks a deferred foreign key",
                        "CREATE TABLE p(id INTEGER PRIMARY KEY)",
                        "CREATE TABLE c(a INTEGER PRIMARY KEY, p REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
                        new Step.PreparedBatch(
                                "INSERT INTO c VALUES(?,?)",
                                List.of(Arrays.asList(1, null), List.of(2, 2), List.of(2, 2)))),
                script(
                        "rows of a full-text index",
                        "CREATE VIRTUAL TABLE f USING fts5(a, b)",
                        new Step.PreparedBatch(
                                "INSERT INTO f VALUES(?,?)", List.of(List.of("one", 1), List.of("a\0b", 2.5f))),
                        new Step.Prepared(
                                Method.UPDATE,
                                Reading.ALL,
                                "INSERT INTO f VALUES(?,?)",
                                List.of(List.of(1, Double.POSITIVE_INFINITY)))));
    }

    static Stream<Arguments> capture() {
        String columns = String.join(
                ",", Stream.iterate(0, i -> i + 1).limit(120).map(i -> "c" + i).toList());
        return Stream.of(
                script(
                        "rows of 120 columns",
                        "CREATE TABLE t(" + columns + ")",
                        "INSERT INTO t(c0, c119) VALUES(1, 2)",
                        "UPDATE t SET c60 = 3"),
                script(
                        "a failed ALTER",
                        "CREATE TABLE t(a, b)",
                        "CREATE VIEW v AS SELECT a, b FROM t",
                        "CREATE TRIGGER x INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES(NEW.a, NEW.b); END",
                        "DELETE FROM t",
                        "ALTER TABLE t RENAME COLUMN b TO c"),
                script(
                        "a failed statement that looks like an earlier one",
                        "CREATE TABLE t(a NUMERIC PRIMARY KEY)",
                        "INSERT INTO t VALUES(NULL)",
                        "INSERT INTO t VALUES(9), ('b')",
                        "INSERT INTO t SELECT * FROM t"),
                script(
                        "a failed statement whose last row was what it became",
                        "CREATE TABLE t(a, b, PRIMARY KEY(a, b)) WITHOUT ROWID",
                        "INSERT INTO t VALUES(-1, -1), (0, 0), (1, 1), (2, 1)",
                        "UPDATE t SET a = 0 WHERE a IS NOT 7"),
                script(
                        "a BEFORE trigger that changes the same row",
                        "CREATE TABLE t(k TEXT PRIMARY KEY, a, b)",
                        "CREATE TRIGGER x BEFORE UPDATE ON t BEGIN UPDATE t SET b = 9 WHERE a = OLD.a; END",
                        "INSERT INTO t VALUES(NULL, 1, 1), (NULL, 2, 2)",
                        "UPDATE t SET a = a + 10"),
                withForeignKeys(
                        "a foreign key of a row to itself",
                        "CREATE TABLE t(a INTEGER PRIMARY KEY, b DEFAULT 1 REFERENCES t(a) ON UPDATE SET NULL)",
                        "INSERT INTO t DEFAULT VALUES",
                        "UPDATE t SET a = 2",
                        "CREATE TABLE u(k TEXT PRIMARY KEY, p REFERENCES u(k) ON UPDATE CASCADE)",
                        "INSERT INTO u VALUES('a', 'a'), ('b', 'a')",
                        "UPDATE u SET k = k || 'x'"),
                script(
                        "triggers on a table that another connection made anew",
                        "CREATE TABLE t(a, b)",
                        new Step.Switch(1),
                        "INSERT INTO t VALUES(1, 2)",
                        new Step.Switch(0),
                        "DROP TABLE t",
                        "CREATE TABLE t(c)",
                        new Step.Switch(1),
                        new Step.Prepared(Method.UPDATE, Reading.ALL, "INSERT INTO t VALUES(?)", List.of(List.of(3))),
                        new Step.Switch(0),
                        "DROP TABLE t",
                        new Step.Switch(1),
                        "CREATE TABLE u(c)",
                        "INSERT INTO u VALUES(1)",
                        QUERY_COUNTERS));
    }

    static Stream<Arguments> applying() {
        return Stream.of(
                script(
                        "a BEFORE trigger",
                        "CREATE TABLE t(a)",
                        "CREATE TABLE log(a)",
                        "CREATE TRIGGER x BEFORE INSERT ON t BEGIN INSERT INTO log VALUES(NEW.a); END",
                        "INSERT INTO t VALUES(1)",
                        "INSERT INTO t VALUES(2)"),
                script(
                        "a trigger that cannot be compiled any more",
                        "CREATE TABLE t(a INTEGER PRIMARY KEY ON CONFLICT REPLACE)",
                        "CREATE TABLE log(a)",
                        "CREATE TRIGGER x AFTER DELETE ON t BEGIN INSERT INTO log VALUES(OLD.a); END",
                        "ALTER TABLE log ADD b",
                        "INSERT INTO t VALUES(1)"));
    }

    private static Step execute(String sql) {
        return new Step.Sql(Method.EXECUTE, Reading.ALL, sql);
    }

    private static Step query(String sql) {
        return new Step.Sql(Method.QUERY, Reading.ALL, sql);
    }

    private static Arguments script(String what, Object... steps) {
        return Arguments.of(what, false, steps(steps));
    }

    private static Arguments withForeignKeys(String what, Object... steps) {
        return Arguments.of(what, true, steps(steps));
    }

    private static List<Step> steps(Object... all) {
        List<Step> steps = new ArrayList<>();
        for (Object step : all) {
            if (step instanceof String sql) {
                steps.add(new Step.Sql(Method.UPDATE, Reading.ALL, sql));
            } else if (step instanceof Action action) {
                steps.add(new Step.Call(action));
            } else {
                steps.add((Step) step);
            }
        }
        return steps;
    }
}
