package io.github.hasqlite.postgres.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Equal values are equal wherever they stand, and have PostgreSQL's text wherever they become one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ValuePlacesTests {

    private static final String[] COLUMNS = {
        "id BIGINT",
        "i INT4",
        "n NUMERIC(10,2)",
        "m NUMERIC",
        "f FLOAT8",
        "b BOOLEAN",
        "x TEXT",
        "d DATE",
        "ts TIMESTAMP",
        "tz TIMESTAMPTZ",
        "ti TIME",
        "by BYTEA",
        "iv INTERVAL"
    };

    private SpelledTable table;

    @BeforeAll
    void open() throws SQLException {
        table = new SpelledTable(
                COLUMNS,
                "INSERT INTO t VALUES (1, 7, 1.5, 0.1, 2.5, 1, 'a%b', '2026-01-01',"
                        + " '2026-01-01T00:00:00.000000000', '2026-01-01T00:00:00.000000000Z', '10:00:00.000000000', x'41',"
                        + " '1 day'), (2, 3, 2, 0.2, 1e20, 0, 'axb', '2026-01-02', '2026-01-02T10:00:00.500000000',"
                        + " '2026-01-02T10:00:00.500000000Z', '11:30:00.000000000', x'42', '24:00:00')");
    }

    @AfterAll
    void close() throws SQLException {
        table.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT nullif(coalesce(n, 0), $1) FROM t ¦ null 2",
                "SELECT abs(n) IS DISTINCT FROM $1 FROM t ¦ 0 1",
                "SELECT CASE n * 1 WHEN $1 THEN 1 ELSE 0 END FROM t ¦ 1 0",
                "SELECT (abs(n), 1) = ($1, 1) FROM t ¦ 1 0",
                "SELECT id FROM t WHERE (abs(n), 1) IN ((3, 4), ($1, 1)) ¦ 1",
                "SELECT id FROM t WHERE abs(n) IN (SELECT $1) ¦ 1",
                "SELECT id FROM t WHERE abs(n) = ANY(ARRAY[$1]::numeric[]) ¦ 1",
                "SELECT count(*) FROM (SELECT n FROM t UNION SELECT $1) q ¦ 2",
                "SELECT count(*) FROM (VALUES (1.5), ($1)) v(x) WHERE x = 1.5 ¦ 2",
                "WITH q AS (SELECT $1 AS v) SELECT id FROM t, q WHERE abs(n) = v ¦ 1",
                "SELECT id FROM t WHERE coalesce($1, n) = coalesce(n, 0) ¦ 1",
                "SELECT $1 ¦ 1.50",
                "SELECT $1::text || $1 ¦ 1.501.50",
                "UPDATE t SET x = $1 WHERE id = 1 RETURNING x ¦ 1.50",
            })
    void zerosOfAParameterCountOnlyWhereItIsWritten(String sql, String expected) throws SQLException {
        assertThat(table.values(sql, "1.50")).as(table.spelled(sql, 1700)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT count(*) FROM t WHERE tz IN (SELECT d FROM t) ¦ 1",
                "SELECT count(*) FROM t WHERE d NOT IN (SELECT ts FROM t UNION ALL SELECT tz FROM t) ¦ 1",
                "SELECT count(*) FROM t WHERE ts = ANY (SELECT d FROM t) ¦ 1",
                "SELECT count(*) FROM t WHERE (id, d) IN (SELECT id, tz FROM t) ¦ 1",
                "SELECT count(*) FROM t a WHERE (id, ts) = (SELECT id, tz FROM t WHERE id = a.id) ¦ 2",
                "SELECT count(*) FROM t WHERE (ts, tz) = (d, d) OR (d, 1) IN ((tz, 2), (ts, 3)) ¦ 1",
                "SELECT CASE ts WHEN d THEN 1 WHEN tz THEN 2 END FROM t ¦ 1 2",
                "SELECT d IS DISTINCT FROM ts FROM t ¦ 0 1",
                "SELECT nullif(d, tz) FROM t ¦ null 2026-01-02",
                "SELECT (1, 't') = (SELECT 1, true) ¦ 1",
                "SELECT id FROM t WHERE ts = ANY('{2026-01-02 10:00:00.5Z}'::timestamptz[]) ¦ 2",
                "SELECT id FROM t WHERE tz = ANY('{2026-01-01}'::date[]) ¦ 1",
                "SELECT id FROM t WHERE '2026-01-01 02:00+02' = ANY(ARRAY[d, tz]) ¦ 1",
                "UPDATE t SET (d, ts) = (SELECT tz, tz) RETURNING d || ' ' || ts ¦ 2026-01-01 2026-01-01 00:00:00"
                        + " 2026-01-02 2026-01-02 10:00:00.5",
                "SELECT count(*) FROM (SELECT DISTINCT iv FROM t) q ¦ 1",
                "SELECT count(DISTINCT iv) FROM t ¦ 1",
                "SELECT count(*) FROM t GROUP BY iv ¦ 2",
                "SELECT count(*) AS c FROM (SELECT iv AS v FROM t) q GROUP BY v ¦ 2",
                "SELECT count(*) FROM (SELECT iv FROM t UNION SELECT interval '86400 s') q ¦ 1",
                "SELECT rank() OVER (ORDER BY (iv)) FROM t ¦ 1 1",
                "SELECT nullif(iv, '24 hours') FROM t ¦ null null",
                "SELECT CASE iv WHEN '1 day' THEN 1 END FROM t ¦ 1 1",
                "SELECT id FROM t WHERE iv IN (SELECT interval '24:00') AND (iv, 1) IN (SELECT interval '1 day', 1) ¦ 1 2",
                "SELECT iv * id AS v FROM t ORDER BY v DESC ¦ 48:00:00 1 day",
                "SELECT max(iv * id) FROM t ¦ 48:00:00",
            })
    void equalMomentsAndSpansAreEqual(String sql, String expected) throws SQLException {
        assertThat(table.values(sql, null)).as(table.spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT concat(d, '|', ts, '|', tz, '|', ti, '|', b, '|', n, '|', f) FROM t WHERE id = 1"
                        + " ¦ 2026-01-01|2026-01-01 00:00:00|2026-01-01 00:00:00+00|10:00:00|t|1.50|2.5",
                "SELECT concat_ws(',', b, n + 1, NULL, ts) FROM t WHERE id = 2 ¦ f,3.00,2026-01-02 10:00:00.5",
                "SELECT 'is ' || b || n || f || ti FROM t WHERE id = 2 ¦ is false2.001e+2011:30:00",
                "SELECT 1.10::text || 1e2::text || 1.50 || 0.00001::numeric ¦ 1.101001.500.00001",
                "SELECT (n * 2)::text || (n * n) || (-n) || round(n, 1) FROM t WHERE id = 1 ¦ 3.002.2500-1.501.5",
                "UPDATE t SET x = 123456789012345678901234567890 WHERE id = 1 RETURNING x ¦ 123456789012345678901234567890",
                "UPDATE t SET x = 1.50 WHERE id = 1 RETURNING x ¦ 1.50",
                "UPDATE t SET x = b RETURNING x ¦ true false",
                "UPDATE t SET x = n RETURNING x ¦ 1.50 2.00",
                "INSERT INTO t(x) SELECT ts FROM t UNION ALL SELECT tz FROM t WHERE id = 2 RETURNING x ¦ 2026-01-01"
                        + " 00:00:00+00 2026-01-02 10:00:00.5+00 2026-01-02 10:00:00.5+00",
                "SELECT id + 1 || 'x' || id * 2 FROM t ¦ 2x2 3x4",
                "SELECT x LIKE 'a%' = b FROM t ¦ 1 0",
                "SELECT b = x LIKE 'a\\%%' FROM t ¦ 1 1",
                "SELECT n IS NULL >= b FROM t ¦ 0 1",
                "SELECT 't' IN (id = 1) FROM t ¦ 1 0",
            })
    void textsAreWrittenAsPostgresqlDoes(String sql, String expected) throws SQLException {
        assertThat(table.values(sql, null)).as(table.spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT n + 0.10 = 1.60 AND n - 0.2 = 1.3 FROM t WHERE id = 1 ¦ 1",
                "SELECT m + 0.2 = 0.3 AND m * 3 = 0.3 AND 1000000.1 - m = 1000000 FROM t WHERE id = 1 ¦ 1",
                "SELECT sum(n + 0.1) = 3.7 AND sum(m) = 0.3 FROM t ¦ 1",
                "SELECT sum(m) OVER () = 0.3 FROM t ¦ 1 1",
                "SELECT round(1.005, 2) + round(-0.975, 2) ¦ 0.03",
                "SELECT round(f) FROM t WHERE id = 1 ¦ 2.0",
                "SELECT round(i * 111, -2) + round(i, 2) / 2 FROM t WHERE id = 1 ¦ 803.5",
                "SELECT avg(i) / 2 FROM t ¦ 2.5",
                "SELECT x / 2 FROM (SELECT i AS x FROM t UNION ALL SELECT n FROM t WHERE false) q ¦ 3.5 1.5",
                "SELECT '3.00'::numeric > 1 AND 10.1 >= round(10 * 0.30, 2) ¦ 1",
                "SELECT m + $1 = 1.6 FROM t WHERE id = 1 ¦ 1",
                "SELECT i - 2 * coalesce(n, '1.505') * 1.0 FROM t WHERE id = 1 ¦ 4",
                "SELECT i * coalesce(NULL, '0.125', n) FROM t WHERE id = 1 ¦ 0.875",
                "SELECT q.v + 0 FROM (SELECT n AS v FROM t WHERE false UNION ALL SELECT '0.125') q ¦ 0.125",
                "SELECT q.v + 0 FROM (SELECT lag(n, 9, 0.125) OVER () AS v FROM t WHERE id = 1) q ¦ 0.125",
                "WITH RECURSIVE r(v) AS (SELECT 1.0 UNION ALL SELECT v * 0.5 FROM r WHERE v > 0.1) SELECT min(v) FROM r"
                        + " ¦ 0.0625",
                "SELECT sum(v) = 0 FROM (SELECT m AS v FROM t UNION ALL SELECT -0.3 FROM t WHERE id = 1) q ¦ 1",
                "SELECT avg(m) = 0.15 FROM t ¦ 1",
            })
    void decimalsAreComputedAsSuch(String sql, String expected) throws SQLException {
        assertThat(table.values(sql, sql.contains("$1") ? "1.50" : null))
                .as(table.spelled(sql))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT 1 FROM (SELECT d AS k FROM t) a JOIN (SELECT ts AS k FROM t) c USING (k) ¦ 0A000",
                "SELECT 1 FROM (SELECT d AS k FROM t) a NATURAL JOIN (SELECT tz AS k FROM t) c ¦ 0A000",
                "SELECT 1 FROM t a JOIN t c USING (iv) ¦ 0A000",
                "SELECT DISTINCT * FROM t ¦ 0A000",
                "SELECT d FROM t WHERE ts IN (SELECT * FROM (SELECT d FROM t) q) ¦ 0A000",
            })
    void whatCannotBeComparedSaysSo(String sql, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> table.values(sql, null))
                .satisfies(e -> assertThat(SqlStates.of(e)).as(e.getMessage()).isEqualTo(state));
    }
}
