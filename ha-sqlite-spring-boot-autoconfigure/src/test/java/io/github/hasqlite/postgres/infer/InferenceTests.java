package io.github.hasqlite.postgres.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.function.PostgresFunctions;
import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is known of statements before they run, and what SQLite makes of their new spelling. */
class InferenceTests {

    /** The table t in all tests, and u. */
    private static final Map<String, List<TableColumns.Column>> TABLES = Map.of(
            "t",
            columns(
                    "id BIGINT",
                    "b BOOLEAN",
                    "i INT4",
                    "n NUMERIC(20,4)",
                    "f FLOAT8",
                    "x TEXT",
                    "d DATE",
                    "ts TIMESTAMP",
                    "tz TIMESTAMPTZ",
                    "u UUID",
                    "by BYTEA",
                    "iv INTERVAL"),
            "u",
            columns("id BIGINT", "b BOOLEAN", "x UUID", "q NUMERIC"));

    private static List<TableColumns.Column> columns(String... definitions) {
        List<TableColumns.Column> columns = new ArrayList<>();
        for (String definition : definitions) {
            int blank = definition.indexOf(' ');
            columns.add(new TableColumns.Column(
                    definition.substring(0, blank), DeclaredTypes.of(definition.substring(blank + 1))));
        }
        return columns;
    }

    private static Insight insight(String sql) throws SQLException {
        return Inference.of(Spelling.tokens(sql), new int[0], table -> TABLES.getOrDefault(table, List.of()));
    }

    private static String spelled(String sql) throws SQLException {
        String spelled = insight(sql).spelled();
        return Spelling.ofDatabase(spelled == null ? sql : spelled);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            value = {
                "UPDATE t SET b = NOT $1 ¦ bool",
                "SELECT 1 FROM t WHERE $1 ¦ bool",
                "SELECT 1 FROM t WHERE b OR $1 AND NOT ($2) ¦ bool bool",
                "SELECT 1 FROM t WHERE $1 IS TRUE OR b IS $2 OR $3 IS NOT DISTINCT FROM i ¦ bool bool int4",
                "SELECT CASE WHEN $1 THEN 1 ELSE $2 END ¦ bool int8",
                "SELECT CASE i WHEN $1 THEN b ELSE $2 END FROM t ¦ int4 bool",
                "UPDATE t SET b = coalesce($1, b), i = coalesce(nullif($2, 0), $3) ¦ bool int8 int8",
                "UPDATE t AS y SET (b, ts) = ($1, $2) FROM u WHERE u.id = y.id AND y.x LIKE $3 ¦ bool timestamp text",
                "INSERT INTO t(id, b) SELECT $1, $2 ¦ int8 bool",
                "INSERT INTO t(id, b) SELECT $1, $2 UNION ALL SELECT 2, $3 ¦ int8 bool bool",
                "INSERT INTO t(id, b) VALUES ($1, $2), (2, $3), (3, CASE WHEN $4 THEN $5 ELSE $6 END) ¦"
                        + " int8 bool bool bool bool bool",
                "WITH v AS (SELECT $1 AS w) INSERT INTO t(id, b) SELECT 1, w FROM v ¦ bool",
                "INSERT INTO t(id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET b = $2, f = excluded.f + $3 WHERE t.d = $4"
                        + " RETURNING u = $5 ¦ int8 bool float8 date uuid",
                "SELECT 1 FROM t WHERE (id, b) IN (($1, $2)) AND d BETWEEN $3 AND $4 ¦ int8 bool date date",
                "SELECT 1 FROM t a JOIN u ON u.b = $1 AND a.x = $2 WHERE u.x = $3 ¦ bool text uuid",
                "SELECT 1 FROM t WHERE id IN (SELECT id FROM u WHERE b = $1 AND x = $2) ¦ bool uuid",
                "SELECT 1 FROM (SELECT b AS c FROM t) s WHERE s.c = $1 LIMIT $2 OFFSET $3 ¦ bool int8 int8",
                "SELECT 1 FROM t WHERE length($1) > $2 AND upper(x) = $3 AND substr(x, $4) = $5 ¦ text int8 text int8 text",
                "SELECT 1 FROM t WHERE id = ANY($1) ¦ _int8",
                "SELECT 1 FROM t WHERE count(*) FILTER (WHERE $1) = $2 ¦ bool int8",
                "SELECT $1::int, CAST($2 AS bool), $3::timestamptz, $4::bytea, $5::numeric ¦"
                        + " int4 bool timestamptz bytea numeric",
                "SELECT 1 FROM t WHERE f * 2 > $1 AND i + $2 = $3 AND ts::date = $4 ¦ float8 int4 int8 date",
                "SELECT b = $1 OR EXISTS (SELECT 1 FROM u WHERE u.id = t.id AND u.b = $2) FROM t ¦ bool bool",
                "DELETE FROM t WHERE tz < $1 AND by = $2 RETURNING NOT $3 ¦ timestamptz bytea bool",
                "SELECT 1 FROM t, u WHERE x = $1 ¦ ''",
                "SELECT $1 ¦ ''",
            })
    void parametersHaveTheTypeOfTheirPlace(String sql, String types) throws SQLException {
        Map<Integer, Integer> found = new TreeMap<>(insight(sql).parameters());
        String names = found.values().stream()
                .map(oid -> {
                    PgType element = PgType.elementOf(oid);
                    PgType type = PgType.ofOid(oid);
                    return element != null && type == null ? "_" + element.typname() : type.typname();
                })
                .collect(Collectors.joining(" "));
        assertThat(names).as(sql).isEqualTo(types);
    }

    /** Literals are the same as parameters: they stand as their columns store them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "INSERT INTO t(b, u, by) VALUES ('t', 'A0EEBC999C0B4EF8BB6D6BB9BD380A11', '\\x00ff') ¦ INSERT INTO t(b,"
                        + " u, by) VALUES (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', x'00ff')",
                "SELECT id FROM t WHERE ts > '2026-01-02 03:04' AND NOT 'f' ¦ SELECT id FROM t WHERE ts >"
                        + " '2026-01-02T03:04:00.000000000' AND NOT 0",
                "INSERT INTO t(d, ts, tz) VALUES ('2026-07-01 +02', '2026-07-01 12:00+02', '2026-07-01 12:00+02') ¦"
                        + " INSERT INTO t(d, ts, tz) VALUES ('2026-07-01', '2026-07-01T12:00:00.000000000',"
                        + " '2026-07-01T10:00:00.000000000Z')",
                "SELECT id FROM t WHERE d = '2026-07-01 23:00-05' AND ts = '2026-07-01 +02' ¦ SELECT id FROM t WHERE d ="
                        + " '2026-07-01' AND ts = '2026-07-01T00:00:00.000000000'",
                "SELECT id FROM t WHERE x = '1' AND id = '5' ¦ SELECT id FROM t WHERE x = '1' AND id = 5",
                "SELECT '5'::int AS a, date '2026-01-02' b FROM t ¦ SELECT 5 AS a, '2026-01-02' b FROM t",
                "SELECT id FROM t WHERE d < ts AND ts < now() ¦ SELECT id FROM t WHERE ha_cast(d, 1114, -1, 1082) < ts"
                        + " AND ts < ha_cast((strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now')), 1114, -1, 1184)",
            })
    void literalsAreSpelledAsTheyAreStored(String sql, String expected) throws SQLException {
        assertThat(spelled(sql)).isEqualTo(expected);
    }

    @Test
    void numbersThatWouldLoseDigitsAreRefusedWhereTheyAreStored() throws SQLException {
        for (String sql : List.of(
                "INSERT INTO t(n) VALUES (1234567890123456.1234)",
                "INSERT INTO u(q) VALUES (12345678901234567890.12)",
                "INSERT INTO u(q) SELECT '0.12345678901234567891'")) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> insight(sql))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22003"))
                    .withMessageContaining("TEXT");
        }
        insight(
                "INSERT INTO t(id, n, x, f) VALUES (9223372036854775807, 123456789012.25, '12345678901234567890.123456',"
                        + " 3.14159265358979323846)");
        Insight stored = insight("INSERT INTO u(q, x) VALUES ($1, $2)");
        stored.kept(0, "12.25");
        stored.kept(1, "12345678901234567890.5");
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> stored.kept(0, "12345678901234567890.5"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "x::int, '1'::int, CAST(i AS text), now(), count(*), 1, x || 'a' ¦ x int4 i now count ?column? ?column?",
                "coalesce(x, 'a'), CASE WHEN b THEN 1 END, CASE WHEN b THEN 1 ELSE i END, true ¦ coalesce case i ?column?",
                "EXISTS (SELECT 1), (SELECT x FROM t), i + 1, t.x, upper(x) AS y, id z ¦ exists x ?column? x y z",
                "date '2026-01-02', current_date, max(i) OVER (), trim(x), NULL ¦ date current_date max btrim ?column?",
            })
    void columnsHaveTheNamesThatPostgresqlGivesThem(String list, String names) throws SQLException {
        try (Connection connection = database();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(spelled("SELECT " + list + " FROM t"))) {
            List<String> found = new ArrayList<>();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                found.add(rows.getMetaData().getColumnLabel(i));
            }
            assertThat(String.join(" ", found)).isEqualTo(names);
        }
    }

    @Test
    void typesOfExpressionsAreKnown() throws SQLException {
        Insight insight = insight("SELECT *, b AND true, x::numeric(9,2), now(), ts - ts, d + 1, max(d), f + 1 FROM t");
        List<@Nullable ColumnType> types = insight.types(20);
        assertThat(types.subList(0, 13)).containsOnlyNulls();
        assertThat(types.subList(13, 20))
                .extracting(type -> type == null ? null : type.type())
                .containsExactly(
                        PgType.BOOL,
                        PgType.NUMERIC,
                        PgType.TIMESTAMPTZ,
                        PgType.INTERVAL,
                        PgType.DATE,
                        PgType.DATE,
                        PgType.FLOAT8);
        assertThat(insight.types(3)).containsOnlyNulls();
    }

    private static Connection database() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        new PostgresFunctions().register(connection);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "CREATE TABLE t(id BIGINT, b BOOLEAN, i INT4, n NUMERIC(20,4), f FLOAT8, x TEXT, d DATE,"
                            + " ts TIMESTAMP, tz TIMESTAMPTZ, u UUID, by BYTEA, iv INTERVAL)");
            statement.executeUpdate("INSERT INTO t VALUES (1, 1, 2, 2.5, 1.5, '7', '2026-01-31',"
                    + " '2026-01-31T03:04:05.000000000', '2026-01-31T03:04:05.000000000Z', 'u', x'00ff', '1 day')");
        }
        return connection;
    }

    private static @Nullable String value(String sql) throws SQLException {
        try (Connection connection = database();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(spelled(sql))) {
            return rows.next() ? rows.getString(1) : "none";
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT (CASE WHEN b THEN 1.5 ELSE 2 END)::int FROM t ¦ 2",
                "SELECT CASE WHEN b THEN '12' ELSE x END::int + 1 FROM t ¦ 13",
                "SELECT x::int::text || b::text FROM t ¦ 7true",
                "SELECT b || ts FROM t ¦ true2026-01-31 03:04:05",
                "SELECT n::int + f::int FROM t ¦ 5",
                "SELECT n::text FROM t ¦ 2.5000",
                "SELECT ts::date || ' ' || ts::time || ' ' || by::text FROM t ¦ 2026-01-31 03:04:05 \\x00ff",
                "SELECT d + interval '1 month' FROM t ¦ 2026-02-28T00:00:00.000000000",
                "SELECT tz - '90 minutes'::interval FROM t ¦ 2026-01-31T01:34:05.000000000Z",
                "SELECT d + 1 FROM t ¦ 2026-02-01",
                "SELECT ts - d FROM t ¦ 03:04:05",
                "SELECT d - '2026-01-01'::date FROM t ¦ 30",
                "SELECT ts + '-1 hour' FROM t ¦ 2026-01-31T02:04:05.000000000",
                "SELECT -iv * 2 FROM t ¦ -2 days",
                "SELECT 2 * iv + interval '1 hour' FROM t ¦ 2 days 01:00:00",
                "SELECT iv < interval '25 hours' FROM t ¦ 1",
                "SELECT ts >= d AND ts < tz + interval '1 second' AND d = ts::date FROM t ¦ 1",
                "SELECT iv BETWEEN '1 hour' AND '25 hours' AND iv IN ('2 days', '24 hours') FROM t ¦ 1",
                "SELECT d BETWEEN ts AND now() FROM t ¦ 0",
                "SELECT tz IN (date '2026-01-31', ts) AND ts NOT BETWEEN d + 1 AND now() FROM t ¦ 1",
                "SELECT coalesce(NULL, d, tz) = '2026-01-31 00:00Z' AND min(d, ts) < ts AND CASE WHEN b THEN d ELSE ts END"
                        + " = '2026-01-31' FROM t ¦ 1",
                "SELECT * FROM (SELECT d FROM t UNION ALL SELECT ts FROM t) q WHERE d = '2026-01-31 03:04:05' ¦"
                        + " 2026-01-31T03:04:05.000000000",
                "SELECT d FROM t UNION SELECT d + 1 FROM t UNION ALL SELECT tz FROM t ORDER BY d DESC ¦"
                        + " 2026-02-01T00:00:00.000000000Z",
                "UPDATE t SET d = tz, ts = d RETURNING d || ' ' || ts ¦ 2026-01-31 2026-01-31 00:00:00",
                "INSERT INTO t(ts, tz, d) VALUES (date '2026-01-02', timestamp '2026-01-02 03:04', now()) RETURNING"
                        + " ts || ' ' || tz || ' ' || length(d) ¦ 2026-01-02 00:00:00 2026-01-02 03:04:00+00 10",
                "INSERT INTO t(d, ts) SELECT max(ts), d AS e FROM t RETURNING d || ' ' || ts ¦ 2026-01-31 2026-01-31 00:00:00",
                "SELECT coalesce(ts, now()) FROM t ¦ 2026-01-31T03:04:05.000000000Z",
                "SELECT time '03:00' - time '01:30' ¦ 01:30:00",
                "SELECT time '23:30' + interval '1 hour' ¦ 00:30:00.000000000",
                "SELECT date '2026-01-02' + time '03:04' ¦ 2026-01-02T03:04:00.000000000",
                "SELECT 1e3::int || '' || 2.5::int || (-2.5)::int || 2.5::float8::int ¦ 10003-32",
                "SELECT '{1,NULL,3}'::int[] ¦ {1,NULL,3}",
                "SELECT '1.005'::numeric(10,2) ¦ 1.01",
                "SELECT c + 1 FROM (SELECT count(*) AS c FROM t) ¦ 2",
                "SELECT count + 1 FROM (SELECT count(*) FROM t) ¦ 2",
                "WITH RECURSIVE r(i) AS (VALUES ('1'::int) UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT sum(i) FROM r"
                        + " ¦ 6",
                "SELECT id FROM t WHERE x <> 'u' ORDER BY iv DESC NULLS LAST, x::int LIMIT '1' ¦ 1",
                "EXPLAIN QUERY PLAN SELECT x::int FROM t ¦ 2",
            })
    void sqliteAnswersWhatPostgresqlWould(String sql, String expected) throws SQLException {
        assertThat(value(sql)).as(spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT 'abc'::int ¦ 22P02",
                "SELECT x::bool FROM t ¦ 22P02",
                "SELECT (x || 'y')::int FROM t ¦ 22P02",
                "SELECT (x || ' syntax error')::numeric FROM t ¦ 22P02",
                "SELECT 300000::smallint ¦ 22003",
                "SELECT (n * 1e30)::bigint FROM t ¦ 22003",
                "SELECT '1e400'::float8 ¦ 22003",
                "SELECT 12345::numeric(4,1) ¦ 22003",
                "SELECT 'NaN'::float8 ¦ 0A000",
                "SELECT 'today'::date ¦ 0A000",
                "SELECT '2026-13-01'::date ¦ 22008",
                "SELECT x::date FROM t ¦ 22007",
                "SELECT x::interval + interval 'x' FROM t ¦ 22007",
                "SELECT i::date FROM t ¦ 42846",
                "SELECT '5'::nosuch ¦ 42704",
                "SELECT '5'::money ¦ 0A000",
                "SELECT 'abc'::int[] ¦ 22P02",
                "SELECT ts * 2 FROM t ¦ 42883",
                "SELECT ts + ts FROM t ¦ 42883",
                "SELECT iv + 5 FROM t ¦ 42883",
                "SELECT sum(iv) FROM t ¦ 0A000",
                "SELECT d FROM t UNION ALL SELECT * FROM (SELECT ts FROM t) q ¦ 0A000",
                "UPDATE t SET id = 9223372036854775808 ¦ 22003",
                "INSERT INTO t(d) VALUES ('someday') ¦ 22007",
                "INSERT INTO t(i) VALUES ('many') ¦ 22P02",
                "SELECT id FROM t WHERE u = 'u' ¦ 22P02",
            })
    void whatHasNoSuchValueIsAnError(String sql, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> value(sql))
                .satisfies(e -> assertThat(SqlStates.of(e)).as(e.getMessage()).isEqualTo(state));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "CREATE TABLE a(b text DEFAULT 'x'::character varying, c int DEFAULT '5'::int, d bool DEFAULT 't'::boolean)"
                        + " ¦ CREATE TABLE a(b text DEFAULT 'x', c int DEFAULT 5, d bool DEFAULT 1)",
                "CREATE VIEW v AS SELECT a::text::varchar(2), CASE WHEN a THEN 1 END::int, b::date, CAST(c AS jsonb) FROM q"
                        + " ¦ CREATE VIEW v AS SELECT substr(CAST(CAST(a AS TEXT) AS TEXT), 1, 2), CAST(CASE WHEN a THEN 1"
                        + " END AS INTEGER), date(b), json(c) FROM q",
                "ALTER TABLE a ADD COLUMN d date DEFAULT date '2026-01-02' ¦ ALTER TABLE a ADD COLUMN d date DEFAULT"
                        + " '2026-01-02'",
            })
    void inTheSchemaStandsPlainSqlite(String sql, String expected) throws SQLException {
        assertThat(spelled(sql)).isEqualToNormalizingWhitespace(expected);
    }

    @Test
    void inTheSchemaNothingElseIsTaken() {
        for (String sql : List.of(
                "CREATE VIEW v AS SELECT now() - interval '1 day'",
                "CREATE VIEW v AS SELECT a - '1 day'::interval FROM q",
                "CREATE TABLE a AS SELECT x::bytea FROM q",
                "CREATE INDEX i ON q((a::boolean))")) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> spelled(sql))
                    .satisfies(e -> assertThat(e.getSQLState()).as(sql).isEqualTo("0A000"));
        }
    }

    /** Whatever comes, there is an answer or an SQL error, and soon. */
    @Test
    void noTextBreaksIt() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] parts =
                ("SELECT FROM WHERE t u a AS ( ) ( ) [ ] :: int interval '1 day' '5' $1 $2 5 1.5 CASE WHEN THEN ELSE"
                                + " END CAST , . * + - / || = < IN ( ANY( BETWEEN AND OR NOT IS NULL TRUE DISTINCT UNION ALL VALUES"
                                + " WITH INSERT INTO UPDATE SET DELETE RETURNING ON CONFLICT DO coalesce( count( date numeric(5,2) b"
                                + " ts iv ORDER BY GROUP LIMIT OVER FILTER EXISTS ; ? \" x' CREATE VIEW DEFAULT timestamp ESCAPE LIKE")
                        .split(" ");
        for (int round = 0; round < 20_000; round++) {
            StringBuilder sql = new StringBuilder(random.nextInt(4) == 0 ? "" : "SELECT ");
            for (int i = random.nextInt(25); i >= 0; i--) {
                sql.append(parts[random.nextInt(parts.length)]).append(random.nextInt(5) == 0 ? "" : " ");
            }
            try {
                spelled(sql.toString());
            } catch (SQLException expected) {
                assertThat(expected.getSQLState()).isNotNull();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + sql, e);
            }
        }
    }

    @Test
    void depthHasAnEnd() throws SQLException {
        for (String open : List.of("(", "NOT ", "- ", "CASE WHEN ", "(SELECT ", "coalesce(")) {
            insight("SELECT " + open.repeat(5_000) + "1");
        }
    }
}
