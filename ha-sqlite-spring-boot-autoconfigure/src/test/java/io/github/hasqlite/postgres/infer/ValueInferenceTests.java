package io.github.hasqlite.postgres.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.function.PostgresFunctions;
import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators and literals mean is what PostgreSQL takes them for, not what SQLite would. */
class ValueInferenceTests {

    private static final String[] COLUMNS = {
        "id BIGINT",
        "i INT4",
        "n NUMERIC(20,4)",
        "f FLOAT8",
        "x TEXT",
        "d DATE",
        "ts TIMESTAMP",
        "by BYTEA",
        "iv INTERVAL",
        "j JSONB"
    };

    private static final List<TableColumns.Column> TABLE = Arrays.stream(COLUMNS)
            .map(column -> column.split(" "))
            .map(column -> new TableColumns.Column(column[0], DeclaredTypes.of(column[1])))
            .toList();

    private static String spelled(String sql) throws SQLException {
        String spelled = Inference.of(Spelling.tokens(sql), new int[0], table -> table.equals("t") ? TABLE : List.of())
                .spelled();
        return Spelling.ofDatabase(spelled == null ? sql : spelled);
    }

    private static @Nullable String value(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            new PostgresFunctions().register(connection);
            statement.executeUpdate("CREATE TABLE t(" + String.join(", ", COLUMNS) + ")");
            statement.executeUpdate("INSERT INTO t VALUES (1, 5, 5.00, 5, 'Äb_c', '2026-01-31',"
                    + " '2026-01-31T03:04:05.000000000', x'00ff', '1 day', '{}')");
            try (ResultSet rows = statement.executeQuery(spelled(sql))) {
                return rows.next() ? rows.getString(1) : "none";
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT n / 2 FROM t ¦ 2.5",
                "SELECT (i / 2) || '' || (n / i) FROM t ¦ 21",
                "SELECT n * 2 < '9' FROM t ¦ 0",
                "SELECT n * 2 >= '10.00' FROM t ¦ 1",
                "SELECT round(n, 1) = '5.00' FROM t ¦ 1",
                "SELECT sum(n) > '2' FROM t ¦ 1",
                "SELECT 1.5 = '1.50' ¦ 1",
                "SELECT -n = '-5.0' FROM t ¦ 1",
                "SELECT coalesce(n, 0) = ' 5 ' FROM t ¦ 1",
                "SELECT (n + 1) IN ('6.0', '7') FROM t ¦ 1",
                "SELECT n + 1 BETWEEN '5.5' AND '6.50' FROM t ¦ 1",
                "SELECT coalesce(nullif(n, '5.00'), -1) FROM t ¦ -1",
                "SELECT count(*) FROM (SELECT n FROM t UNION SELECT '5.0') q ¦ 1",
                "SELECT n + '1e2' FROM t ¦ 105",
                "SELECT 5 / 2::numeric ¦ 2.5",
                "SELECT 5 / CAST(2 AS numeric) ¦ 2.5",
                "SELECT '5'::numeric / '2'::numeric ¦ 2.5",
                "SELECT 7::numeric(10,2) / 2 ¦ 3.5",
                "SELECT 10 * n / 100 FROM t ¦ 0.5",
                "SELECT sum(n) / 2 FROM t ¦ 2.5",
                "SELECT sum(n) OVER () / count(*) OVER () / 2 FROM t ¦ 2.5",
                "SELECT max(n) / 2 + ceil(n) / 2 + abs(n) / 2 + coalesce(n, 0) / 2 FROM t ¦ 10",
                "SELECT (CASE WHEN true THEN n END) / 2 + (SELECT n FROM t) / 2 FROM t ¦ 5",
                "SELECT q.m / 2 FROM (SELECT n AS m FROM t) q ¦ 2.5",
                "SELECT i / 2 FROM t ¦ 2",
                "SELECT sum(i) / 2 FROM t ¦ 2",
                "SELECT 7.5 % 2 ¦ 1.5",
                "SELECT -n % 3.5 * 2 FROM t ¦ -3.0",
                "SELECT mod(0.3, 0.1) + mod(n, 2) FROM t ¦ 1",
                "SELECT 1234567890123456.78 || '' || -1234567890123456.78 ¦ 1234567890123456.78-1234567890123456.78",
                "SELECT n / 3 + 1 FROM t ¦ 2.6666666666666665",
                "SELECT 3.14159265358979323846 * f FROM t ¦ 15.707963267948966",
                "SELECT '{\"a\":1.0}'::jsonb = '{\"a\":1}' ¦ 1",
                "SELECT '[1,2]'::jsonb < '[3]'::jsonb ¦ 0",
                "SELECT count(DISTINCT v) FROM (SELECT '1'::jsonb AS v UNION ALL SELECT '1.0'::jsonb) q ¦ 1",
                "SELECT 7 % 4 ¦ 3",
                "UPDATE t SET n = n / 2 RETURNING n ¦ 2.5",
                "SELECT ('50%' LIKE '50\\%') + ('a_b' LIKE 'a\\_b') + ('a_b' ILIKE 'A\\_B') + ('a\\b' LIKE 'a\\\\b') ¦"
                        + " 4",
                "SELECT ('axb' LIKE 'a\\_b') + ('axb' LIKE 'a!_b' ESCAPE '!') + ('a\\b' NOT LIKE 'a\\b' ESCAPE '') ¦ 0",
                "SELECT ('Ä' ILIKE 'ä') + ('Straße' ILIKE '%STRA_E') + (x ILIKE x) + (x ILIKE 'ä%\\_C') FROM t ¦ 4",
                "SELECT x NOT ILIKE 'äb%' OR x NOT ILIKE '%' || 'C' AND NOT x ILIKE lower(x) FROM t ¦ 0",
                "SELECT ('äxaxb' ILIKE 'Ä%x_') + ('' ILIKE '%' || '') + ('é' ILIKE '__' || '') ¦ 2",
                "SELECT x ILIKE NULL || 'a' FROM t ¦ ",
                "SELECT ts - interval '1' day FROM t ¦ 2026-01-30T03:04:05.000000000",
                "SELECT interval '2' year + interval '-1' MONTH ¦ 1 year 11 mons",
                "SELECT interval '90' minute AS m FROM t ¦ 01:30:00",
                "SELECT interval '1.5' second ¦ 00:00:01.5",
                "SELECT interval '1 day' AS day ¦ 1 day",
            })
    void sqliteAnswersWhatPostgresqlWould(String sql, String expected) throws SQLException {
        assertThat(value(sql)).as(spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT extract(year FROM d) + extract(dow FROM ts) + extract(doy FROM ('2026-02-01'::date)) FROM t ¦ 2064",
                "SELECT extract(epoch FROM ts) || ' ' || extract(second FROM interval '1.25 s') FROM t"
                        + " ¦ 1769828645.000000 1.250000",
                "SELECT date_part('week', date '2027-01-01') ¦ 53",
                "SELECT extract(epoch FROM interval '1 year 2 mons 3 days 04:05:06.7') ¦ 37015506.7",
                "SELECT date_trunc('month', ts) FROM t ¦ 2026-01-01T00:00:00.000000000",
                "SELECT date_trunc('week', d) FROM t ¦ 2026-01-26T00:00:00.000000000Z",
                "SELECT to_char(ts, 'Dy DD Mon YYYY hh12:MI:SS.US am') FROM t ¦ Sat 31 Jan 2026 03:04:05.000000 am",
                "SELECT greatest(i, NULL, 7) || '' || least(n, 4.5) || least('b', 'C') FROM t ¦ 74.5C",
                "SELECT greatest(iv, '25 hours') FROM t ¦ 25:00:00",
                "SELECT greatest(d, ts) FROM t ¦ 2026-01-31T03:04:05.000000000",
                "SELECT coalesce(greatest(NULL, NULL), 'none') ¦ none",
                "SELECT left('äöü', 2) || right('äöü', -2) || lpad('a', 3, 'xy') || rpad('abc', 2) ¦ äöüxyaab",
                "SELECT split_part('a,b,c', ',', -1) || strpos('äb', 'b') || repeat('x', 2) || reverse('äb') ¦ c2xxbä",
                "SELECT initcap('hi THOMAS') || translate('12345', '143', 'ax') || md5('abc')"
                        + " ¦ Hi Thomasa2x5900150983cd24fb0d6963f7d28e17f72",
                "SELECT trunc(2.567, 2) || ' ' || trunc(-1234.5, -2) || ' ' || mod(-7, 3) || ' ' || gcd(12, -18)"
                        + " ¦ 2.56 -1200 -1 6",
                "SELECT bool_and(i > 4) || ' ' || bool_or(i > 5) || ' ' || every(b) FROM (SELECT i, i = 5 AS b FROM t) q"
                        + " ¦ true false true",
                "SELECT array_agg(v ORDER BY v) FROM (SELECT 'a b' AS v UNION ALL SELECT NULL UNION ALL SELECT 'c') q"
                        + " ¦ {\"a b\",c,NULL}",
                "SELECT array_agg(i) FILTER (WHERE false) FROM t ¦ ",
                "SELECT 'abc'::bpchar || '|' || 'abc'::char || '|' || 'ab '::bpchar(2) ¦ abc|a|ab",
                "SELECT ('a'::char(3) = 'a '::varchar) + ('a'::char(3) LIKE 'a  ') ¦ 2",
                "SELECT 2147483648::real::text || ' ' || 1234567890123456.78::real ¦ 2.1474836e+09 1.234568e+15",
            })
    void functionsAreThoseOfPostgresql(String sql, @Nullable String expected) throws SQLException {
        assertThat(value(sql)).as(spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT extract(hour FROM d) FROM t ¦ 0A000",
                "SELECT to_char(n, '9.9') FROM t ¦ 0A000",
                "SELECT to_char(ts, 'WW') FROM t ¦ 0A000",
                "SELECT array_agg(by) FROM t ¦ 0A000",
                "SELECT split_part('a', ',', 0) ¦ 22023",
                "SELECT '23:59:59.9999999'::time ¦ 22008",
                "INSERT INTO t(n) VALUES ('Infinity'::numeric(4,2)) ¦ 22003",
                "SELECT n % 0 FROM t ¦ 22012",
                "SELECT 1 / (i - 5) FROM t ¦ 22012",
                "SELECT f / 0.00 FROM t ¦ 22012",
                "SELECT i % 0 FROM t ¦ 22012",
                "SELECT n % x FROM t ¦ 42883",
                "SELECT id FROM t WHERE '1' IN (i, x) ¦ 42804",
                "SELECT id FROM t WHERE ('1', 1) NOT IN ((x, 1), (i, 1)) ¦ 42804",
                "SELECT id FROM t WHERE '2026-01-01' BETWEEN d AND ts ¦ 42804",
                "SELECT id FROM t WHERE '1' = ANY(ARRAY[i::text, i]) ¦ 42804",
                "SELECT CASE '1' WHEN i THEN 1 WHEN x THEN 2 END FROM t ¦ 42804",
                "SELECT 1e400 > n FROM t ¦ 22003",
                "SELECT 1e-400 * f FROM t ¦ 22003",
                "SELECT 1234567890123456.78 * 2 ¦ 22003",
                "SELECT 12345678.12345678 * 12345678.12345678 ¦ 22003",
                "SELECT (n / 3 + 1234567890123456) * 10 FROM t ¦ 22003",
                "SELECT 123456789012345 * 10.01 ¦ 22003",
                "SELECT i FROM t WHERE n < '1234567890123456.78'::numeric ¦ 22003",
                "SELECT (x || '1234567890123456.78')::numeric + 1 FROM t WHERE id < 0 UNION SELECT"
                        + " '12345678901234567.89'::numeric ¦ 22003",
                "SELECT date '9999-12-31' + 1 ¦ 22008",
                "SELECT timestamp '0001-01-01' - interval '1 second' ¦ 22008",
                "SELECT '10000-01-01'::date ¦ 22008",
                "SELECT '2026-01-01 BC'::date ¦ 22008",
                "SELECT id FROM t WHERE ts < 'infinity' ¦ 0A000",
                "SELECT x ILIKE 'ä\\' FROM t ¦ 22025",
                "SELECT x ILIKE ANY(ARRAY['ä']) FROM t ¦ 0A000",
                "SELECT interval '1-2' year to month ¦ 0A000",
                "SELECT interval '1.5' day ¦ 0A000",
                "SELECT interval '1 day' hour ¦ 0A000",
                "SELECT interval '1.2345' second(2) ¦ 0A000",
                "SELECT interval(0) '1.5 seconds' ¦ 0A000",
                "SELECT '1'::interval day ¦ 0A000",
                "SELECT CAST('1' AS interval hour) ¦ 0A000",
                "INSERT INTO t(d) VALUES ('today') ¦ 0A000",
                "INSERT INTO t(j) SELECT j FROM t UNION ALL SELECT '1.10' ¦ 22003",
                "INSERT INTO t(j) SELECT j FROM t UNION ALL SELECT '1.1' || '0' ¦ 22003",
                "UPDATE t SET ts = 'infinity'::timestamp ¦ 0A000",
            })
    void whatHasNoSuchValueIsAnError(String sql, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> value(sql))
                .satisfies(e -> assertThat(SqlStates.of(e)).as(e.getMessage()).isEqualTo(state));
    }
}
