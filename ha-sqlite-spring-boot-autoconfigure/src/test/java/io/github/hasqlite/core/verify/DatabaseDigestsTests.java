package io.github.hasqlite.core.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.TableDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What digests of tables depend on, and what they do not. */
class DatabaseDigestsTests {

    @Test
    void everyValueHasItsOwnDigest() throws Exception {
        Map<TableDigest, String> seen = new HashMap<>();
        for (String value : List.of(
                "NULL",
                "0",
                "1",
                "-1",
                "9007199254740993",
                "9007199254740992",
                "9223372036854775807",
                "0.0",
                "1.0",
                "9007199254740992.0",
                "1e999",
                "-1e999",
                "5e-324",
                "''",
                "'1'",
                "'a'",
                "'A'",
                "'a '",
                "'1.0'",
                "char(0)",
                "'a' || char(0)",
                "'a' || char(0) || 'b'",
                "char(65533)",
                "CAST(x'ff' AS TEXT)",
                "CAST(x'fe' AS TEXT)",
                "x''",
                "x'00'",
                "x'31'",
                "x'61'")) {
            TableDigest digest = digest("t", "CREATE TABLE t(a)", "INSERT INTO t VALUES(" + value + ")");
            assertThat(seen.put(digest, value)).as("the same as " + value).isNull();
        }
    }

    @Test
    void valuesDoNotMoveFromOneColumnToAnother() throws Exception {
        String table = "CREATE TABLE t(a, b)";
        assertThat(List.of(
                        digest("t", table, "INSERT INTO t VALUES('ab', 'c')"),
                        digest("t", table, "INSERT INTO t VALUES('a', 'bc')"),
                        digest("t", table, "INSERT INTO t VALUES('abc', NULL)"),
                        digest("t", table, "INSERT INTO t VALUES(NULL, 'abc')"),
                        digest("t", table, "INSERT INTO t VALUES('a', 'b'), ('b', 'c')"),
                        digest("t", table, "INSERT INTO t VALUES('a', 'c'), ('b', 'b')")))
                .doesNotHaveDuplicates();
    }

    @Test
    void theOrderOfRowsAndTheirRowidsDoNotMatter() throws Exception {
        String table = "CREATE TABLE t(a, b)";
        TableDigest digest = digest("t", table, "INSERT INTO t VALUES(1, 'x'), (2, 'y'), (2, 'y')");
        assertThat(digest(
                        "t",
                        table,
                        "INSERT INTO t(rowid, a, b) VALUES(70, 2, 'y'), (9, 2, 'y'), (80, 1, 'x')",
                        "CREATE INDEX i ON t(b, a)"))
                .isEqualTo(digest);
        assertThat(digest.rows()).isEqualTo(3);
    }

    @Test
    void howOftenARowIsThereMatters() throws Exception {
        String table = "CREATE TABLE t(a)";
        assertThat(List.of(
                        digest("t", table),
                        digest("t", table, "INSERT INTO t VALUES(1)"),
                        digest("t", table, "INSERT INTO t VALUES(1), (1)"),
                        digest("t", table, "INSERT INTO t VALUES(1), (1), (1)")))
                .doesNotHaveDuplicates();
    }

    @Test
    void aRealIsTheSameWhicheverWayItIsStored() throws Exception {
        String table = "CREATE TABLE t(a REAL)";
        assertThat(digest("t", table, "INSERT INTO t VALUES(1)"))
                .isEqualTo(digest("t", table, "INSERT INTO t VALUES(1.0)"));
    }

    @Test
    void theDeclarationMatters() throws Exception {
        assertThat(digest("t", "CREATE TABLE t(a)")).isNotEqualTo(digest("t", "CREATE TABLE t(a TEXT)"));
        String table = "CREATE TABLE t(a)";
        assertThat(List.of(
                        digest(NodeDigest.SCHEMA, table),
                        digest(NodeDigest.SCHEMA, table, "CREATE INDEX i ON t(a)"),
                        digest(NodeDigest.SCHEMA, table, "CREATE INDEX i ON t(a DESC)"),
                        digest(NodeDigest.SCHEMA, table, "CREATE VIEW v AS SELECT 1"),
                        digest(NodeDigest.SCHEMA, table, "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END")))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE t(a PRIMARY KEY, b) WITHOUT ROWID",
                "CREATE TABLE t(a INTEGER PRIMARY KEY, b)",
                "CREATE TABLE t(a, b, c AS (a + 1))",
                "CREATE TABLE t(a, b, UNIQUE(a, b))"
            })
    void everySortOfTableIsRead(String table) throws Exception {
        TableDigest digest = digest("t", table, "INSERT INTO t(a, b) VALUES(1, 'x'), (2, 'y')");
        assertThat(digest.rows()).isEqualTo(2);
        assertThat(digest("t", table, "INSERT INTO t(a, b) VALUES(2, 'y'), (1, 'x')"))
                .isEqualTo(digest);
        assertThat(digest("t", table, "INSERT INTO t(a, b) VALUES(2, 'y'), (1, 'z')"))
                .isNotEqualTo(digest);
    }

    @Test
    void tablesThatAreNotReplicatedAreLeftOut() throws Exception {
        Map<String, TableDigest> digests = digests(
                "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)",
                "INSERT INTO t VALUES(1)",
                "CREATE TABLE ha_state(name)",
                "CREATE INDEX ha_i ON t(a)",
                "CREATE TEMP TABLE tt(a)",
                "CREATE VIRTUAL TABLE f USING fts5(x)",
                "ANALYZE");
        assertThat(digests).containsOnlyKeys("t", "f", NodeDigest.SCHEMA);
        assertThat(digests.get("f"))
                .isEqualTo(digest("f", "CREATE VIRTUAL TABLE f USING fts5(x)"))
                .extracting(TableDigest::rows)
                .isEqualTo(0L);
        assertThat(digests.get(NodeDigest.SCHEMA)).isEqualTo(digest(NodeDigest.SCHEMA, "CREATE TABLE t(a)"));
    }

    @Test
    void whatQueriesSeeOfVirtualTablesCounts() throws Exception {
        Map<TableDigest, String> seen = new HashMap<>();
        String plain = "CREATE VIRTUAL TABLE f USING fts5(x, y)";
        String external = "CREATE VIRTUAL TABLE f USING fts5(x, content='t', content_rowid='id')";
        String contentless = "CREATE VIRTUAL TABLE f USING fts5(x, content='')";
        String four = "CREATE VIRTUAL TABLE f USING fts4(x)";
        String outside = "CREATE VIRTUAL TABLE f USING fts4(content='t', x)";
        String boxes = "CREATE VIRTUAL TABLE f USING rtree(id, x0, x1, +note)";
        for (List<String> script : List.of(
                List.of(plain),
                List.of(plain, "INSERT INTO f(rowid, x) VALUES(1, 'one')"),
                List.of(plain, "INSERT INTO f(rowid, x) VALUES(2, 'one')"),
                List.of(plain, "INSERT INTO f(rowid, y) VALUES(1, 'one')"),
                List.of(plain, "INSERT INTO f(rowid, x) VALUES(1, 'One')"),
                List.of(plain, "INSERT INTO f(f, rank) VALUES('rank', 'bm25(2.0)')"),
                List.of(external),
                List.of(external, "INSERT INTO f(rowid, x) VALUES(1, 'one')"),
                List.of(external, "INSERT INTO f(rowid, x) VALUES(1, 'one two')"),
                List.of(external, "INSERT INTO f(rowid, x) VALUES(1, 'two one')"),
                List.of(external, "INSERT INTO f(rowid, x) VALUES(2, 'one')"),
                List.of(contentless),
                List.of(contentless, "INSERT INTO f(rowid, x) VALUES(1, 'one')"),
                List.of(four),
                List.of(four, "INSERT INTO f(docid, x) VALUES(1, 'one')"),
                List.of(four, "INSERT INTO f(docid, x) VALUES(2, 'one')"),
                List.of(outside),
                List.of(outside, "INSERT INTO f(docid, x) VALUES(1, 'one')"),
                List.of(boxes),
                List.of(boxes, "INSERT INTO f VALUES(1, 2, 3, 'n')"),
                List.of(boxes, "INSERT INTO f VALUES(1, 2, 4, 'n')"),
                List.of(boxes, "INSERT INTO f VALUES(1, 2, 3, 'm')"))) {
            List<String> all = new ArrayList<>(List.of("CREATE TABLE t(id INTEGER PRIMARY KEY, x)"));
            all.addAll(script);
            TableDigest digest = digest("f", all.toArray(String[]::new));
            assertThat(seen.put(digest, script.toString())).as("%s", script).isNull();
        }
    }

    @Test
    void howVirtualTablesKeepTheirContentDoesNotCount() throws Exception {
        for (String kind : List.of("fts5(x)", "fts4(x)", "fts5(x, content='')", "fts5(x, detail=none)")) {
            String create = "CREATE VIRTUAL TABLE \"f'g\" USING " + kind;
            TableDigest one = digest(
                    "f'g",
                    create,
                    "INSERT INTO \"f'g\"(rowid, x) VALUES(1, 'one two'), (2, 'two three')",
                    "INSERT INTO \"f'g\"(\"f'g\") VALUES('optimize')");
            List<String> script = new ArrayList<>(List.of(create));
            for (int i = 10; i < 40 && !kind.contains("content"); i++) {
                script.add("INSERT INTO \"f'g\"(rowid, x) VALUES(" + i + ", 'gone word" + i + "')");
            }
            if (!kind.contains("content")) {
                script.add("DELETE FROM \"f'g\" WHERE rowid >= 10");
            }
            script.add("INSERT INTO \"f'g\"(rowid, x) VALUES(2, 'two three')");
            script.add("INSERT INTO \"f'g\"(rowid, x) VALUES(1, 'one two')");

            assertThat(digest("f'g", script.toArray(String[]::new))).as(kind).isEqualTo(one);
        }
    }

    private static TableDigest digest(String table, String... script) throws SQLException {
        TableDigest digest = digests(script).get(table);
        assertThat(digest).isNotNull();
        return digest;
    }

    private static Map<String, TableDigest> digests(String... script) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            for (String sql : script) {
                statement.executeUpdate(sql);
            }
            return DatabaseDigests.of(connection);
        }
    }
}
