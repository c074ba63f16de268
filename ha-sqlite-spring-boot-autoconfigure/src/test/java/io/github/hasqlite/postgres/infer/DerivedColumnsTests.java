package io.github.hasqlite.postgres.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Types of columns that come through stars, joins, queries in WITH and views. */
class DerivedColumnsTests {

    private static final Map<String, List<TableColumns.Column>> TABLES = Map.of(
            "t",
            List.of(column("id", "BIGINT"), column("d", "DATE"), column("ts", "TIMESTAMP"), column("b", "BOOLEAN")),
            "u",
            List.of(column("id", "BIGINT"), column("x", "UUID"), column("tz", "TIMESTAMPTZ")));

    private static TableColumns.Column column(String name, String type) {
        return new TableColumns.Column(name, DeclaredTypes.of(type));
    }

    private static List<TableColumns.Column> table(String name) {
        return TABLES.getOrDefault(name, List.of());
    }

    private static Insight insight(String sql) throws SQLException {
        return Inference.of(Spelling.tokens(sql), new int[0], DerivedColumnsTests::table);
    }

    private static String types(List<ColumnType> types) {
        return types.stream()
                .map(type -> type == null ? "-" : type.type().typname())
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            value = {
                "SELECT 1 FROM (SELECT * FROM t) q WHERE q.ts = $1 AND b = $2 ¦ timestamp bool",
                "SELECT 1 FROM (SELECT a.* FROM t a JOIN u USING (id)) q WHERE ts = $1 ¦ timestamp",
                "SELECT 1 FROM (SELECT a.*, row_number() OVER (ORDER BY id) rn FROM t a) q WHERE ts <= $1 AND rn < $2 ¦"
                        + " timestamp int8",
                "WITH q AS (SELECT * FROM t) SELECT 1 FROM q WHERE ts = $1 ¦ timestamp",
                "WITH q AS (SELECT * FROM t), r AS (SELECT * FROM q) SELECT 1 FROM r, q WHERE r.d = $1 ¦ date",
                "WITH q(a, c) AS (SELECT * FROM t) SELECT 1 FROM q WHERE a = $1 AND c = $2 AND ts = $3 ¦ int8 date timestamp",
                "WITH q(a, c, e, f, g) AS (SELECT * FROM t JOIN u USING (id)) SELECT 1 FROM q WHERE g = $1 ¦ uuid",
                "WITH q(a, c, e, f, g) AS (SELECT * FROM t NATURAL JOIN u) SELECT 1 FROM q WHERE g = $1 ¦ uuid",
                "WITH q(a, c, e, f, g) AS (SELECT * FROM t JOIN u ON true) SELECT 1 FROM q WHERE g = $1 ¦ int8",
                "SELECT 1 FROM (t JOIN u USING (id)) q WHERE q.tz = $1 ¦ timestamptz",
                "SELECT 1 FROM (t JOIN u USING (id)) WHERE u.tz = $1 ¦ timestamptz",
                "SELECT 1 FROM (SELECT * FROM t, json_each('[]') j) q WHERE ts = $1 ¦ timestamp",
                "SELECT 1 FROM (SELECT * FROM t UNION ALL SELECT * FROM t) q WHERE ts = $1 ¦ timestamp",
                "SELECT 1 FROM (SELECT * FROM (SELECT * FROM (SELECT * FROM t) a) b) q WHERE ts = $1 ¦ timestamp",
                "INSERT INTO t SELECT * FROM (SELECT $1 AS a, $2 AS c, $3 AS e) q ¦ int8 date timestamp",
                "WITH RECURSIVE q AS (SELECT d FROM t UNION ALL SELECT d + 1 FROM q WHERE d < $1) SELECT 1 FROM q ¦ date",
                "SELECT 1 FROM t WHERE id NOT IN (SELECT id FROM (SELECT * FROM t) q WHERE q.ts = $1) ¦ timestamp",
                "SELECT 1 FROM t WHERE ts = (SELECT ts FROM (SELECT * FROM t) q WHERE q.b = $1 LIMIT 1) OR d = $2 ¦ bool date",
            })
    void starsStandForTheColumnsOfTheirTables(String sql, String expected) throws SQLException {
        String found = new TreeMap<>(insight(sql).parameters())
                .values().stream().map(oid -> PgType.ofOid(oid).typname()).collect(Collectors.joining(" "));
        assertThat(found).as(sql).isEqualTo(expected);
    }

    @Test
    void whatIsComputedWithThemIsDates() throws SQLException {
        assertThat(insight("UPDATE t SET d = q.d + 1 FROM (SELECT * FROM t) q WHERE q.id = t.id")
                        .spelled())
                .contains("SET d = ha_plus(q.d , 1)");
        assertThat(insight("WITH RECURSIVE q AS (SELECT d FROM t UNION ALL SELECT d + 1 FROM q) TABLE q")
                        .spelled())
                .contains("ha_plus(d , 1)");
    }

    @Test
    void answersHaveTheTypesOfWhatAStarStandsFor() throws SQLException {
        assertThat(types(insight("SELECT *, true FROM (SELECT d + 1 AS e, b FROM t) q")
                        .types(3)))
                .isEqualTo("date bool bool");
        assertThat(types(insight("UPDATE t SET d = d FROM u RETURNING t.*, now()")
                        .types(5)))
                .isEqualTo("int8 date timestamp bool timestamptz");
        assertThat(types(insight("SELECT *, now() FROM t, json_each('[]') j").types(9)))
                .isEqualTo("- - - - - - - - timestamptz");
    }

    /** Each level has twice the columns of the one before. */
    @Test
    void columnsHaveAnEnd() throws SQLException {
        String query = "SELECT * FROM t";
        for (int i = 0; i < 60; i++) {
            query = "SELECT *, * FROM (" + query + ") q";
        }
        assertThat(insight(query).types(5)).containsOnlyNulls();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            value = {
                "SELECT id, coalesce(ts, d) AS e, coalesce(b, false) AS f FROM t ¦ int8 - bool",
                "SELECT *, count(*) OVER () AS n FROM t ¦ int8 date timestamp bool int8",
                "SELECT max(ts) AS m, coalesce(tz, strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now')) FROM t, u ¦"
                        + " timestamp timestamptz",
                "SELECT d + 1, CAST(id AS DATE), CAST(b AS INTEGER), datetime(ts) FROM t ¦ - - int4 text",
                "SELECT d FROM t UNION SELECT ts FROM t ¦ -",
                "SELECT (d || 'T00:00:00.000000000') FROM t UNION SELECT ts FROM t ¦ timestamp",
                "SELECT coalesce((ts || 'Z'), tz), coalesce(rtrim(tz, 'Z'), ts), x || 'Z' FROM t, u ¦ timestamptz timestamp text",
                "SELECT 1 FROM t LIMIT ' ¦ -",
            })
    void viewsHaveTheTypesOfTheirQueries(String query, String expected) {
        List<TableColumns.Column> columns = expected.chars()
                .filter(c -> c == ' ')
                .mapToObj(c -> column("c", ""))
                .collect(Collectors.toList());
        columns.add(column("last", ""));
        List<TableColumns.Column> known =
                ViewColumns.of("CREATE VIEW v AS " + query, columns, DerivedColumnsTests::table);
        assertThat(known.stream()
                        .map(column ->
                                column.type().certain() ? column.type().type().typname() : "-")
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected);
    }
}
