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

/** Literals, parameters and what nobody knows the type of become what their places want, as SQLite stores it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiteralPlacesTests {

    private static final String[] COLUMNS = {
        "id BIGINT",
        "n NUMERIC",
        "f FLOAT8",
        "b BOOLEAN",
        "c CHAR(6)",
        "x TEXT",
        "d DATE",
        "ts TIMESTAMP",
        "tz TIMESTAMPTZ",
        "ti TIME",
        "by BYTEA",
        "u UUID",
        "iv INTERVAL",
        "m NUMERIC(10,2)"
    };

    private SpelledTable table;

    @BeforeAll
    void open() throws SQLException {
        table = new SpelledTable(
                COLUMNS,
                "INSERT INTO t(id, n, f, b, c, x, d, ts, tz, ti, iv, m) VALUES (1, 9007199254740993,"
                        + " 9007199254740992.0, 1, 'Hello', 'abc', '2026-01-01', '2026-01-01T10:00:00.000000000',"
                        + " '2026-01-01T10:00:00.000000000Z', '10:00:00.000000000', '1 day', 1.25)");
    }

    @AfterAll
    void close() throws SQLException {
        table.close();
    }

    private void refused(String sql, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> table.values(sql))
                .satisfies(
                        e -> assertThat(e.getMessage() + " " + SqlStates.of(e)).contains(state));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "UPDATE t SET d = (SELECT '1/2/2026') RETURNING d ¦ 2026-01-02",
                "UPDATE t SET d = coalesce((SELECT NULL), '1/2/2026') RETURNING d ¦ 2026-01-02",
                "UPDATE t SET d = coalesce((SELECT '1/2/2026'), d) RETURNING d ¦ 2026-01-02",
                "UPDATE t SET d = CASE WHEN true THEN (SELECT '1/2/2026') ELSE d END RETURNING d ¦ 2026-01-02",
                "UPDATE t SET d = (SELECT v FROM (VALUES ('1/2/2026')) q(v)) RETURNING d ¦ 2026-01-02",
                "UPDATE t SET d = (SELECT '1/2/2026' UNION SELECT '1/2/2026') RETURNING d ¦ 2026-01-02",
                "UPDATE t SET d = (WITH q AS (SELECT '1/2/2026' AS v) SELECT v FROM q) RETURNING d ¦ 2026-01-02",
                "UPDATE t SET b = iif(true, 'yes', 'no') RETURNING b ¦ 1",
                "UPDATE t SET ts = json_extract('{\"a\":\"2026-01-01T10:00:00Z\"}', '$.a') RETURNING ts"
                        + " ¦ 2026-01-01T10:00:00.000000000",
                "INSERT INTO t(d) SELECT value FROM json_each('[\"2026-1-5\"]') RETURNING d ¦ 2026-01-05",
                "INSERT INTO t(d) SELECT lag('1/2/2026', 1, '1/3/2026') OVER () RETURNING d ¦ 2026-01-03",
                "INSERT INTO t(d) SELECT x FROM (SELECT '1/2/2026' AS x UNION ALL SELECT d FROM t WHERE false) q"
                        + " RETURNING d ¦ 2026-01-02",
                "UPDATE t SET u = (SELECT 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11') RETURNING u"
                        + " ¦ a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                "UPDATE t SET by = (SELECT '\\x6162') RETURNING hex(by) ¦ 6162",
                "UPDATE t SET x = coalesce((SELECT NULL), b) RETURNING x ¦ true",
                "UPDATE t SET ts = coalesce((SELECT max(d) FROM t), tz) RETURNING ts ¦ 2026-01-01T00:00:00.000000000",
            })
    void whatNobodyKnowsIsReadAsWhatItIsStoredAs(String sql, String expected) throws SQLException {
        assertThat(table.values(sql)).as(table.spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "UPDATE t SET d = (SELECT 'soon') RETURNING d ¦ invalid input syntax for type date",
                "UPDATE t SET b = (SELECT 'maybe') RETURNING b ¦ invalid input syntax for type boolean",
                "INSERT INTO t(d) SELECT first_value('soon') OVER () RETURNING d ¦ invalid input syntax for type date",
                "UPDATE t SET d = json_extract('5', '$') RETURNING d ¦ cannot cast type bigint to date",
            })
    void whatIsNoneOfTheTypeIsNotStored(String sql, String error) {
        refused(sql, error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT id FROM t WHERE ts + '1 day' = '2026-01-02 10:00' ¦ 1",
                "SELECT count(*) FROM t WHERE ts + '1 day' > '2026-01-02 12:00' ¦ 0",
                "SELECT id FROM t WHERE '1 day' + tz = '2026-01-02 12:00+02' ¦ 1",
                "SELECT id FROM t WHERE ti + '1 hour' BETWEEN '10:30' AND '11:00' ¦ 1",
                "SELECT id FROM t WHERE ts + '1 hour' IN ('2026-01-01 11:00') ¦ 1",
                "SELECT (ts + '1 day')::text FROM t ¦ 2026-01-02 10:00:00",
                "SELECT ts - '2025-12-31 10:00' FROM t ¦ 1 day",
                "SELECT '2026-01-05' - d FROM t ¦ 4",
                "SELECT iv - '1 hour' || '' FROM t ¦ 1 day -01:00:00",
                "SELECT extract(day FROM ts + '1 day') FROM t ¦ 2",
            })
    void aLiteralBesideAMomentIsAnInterval(String sql, String expected) throws SQLException {
        assertThat(table.values(sql)).as(table.spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT d + '1 day' FROM t ¦ 42725",
                "SELECT ts + x FROM t ¦ 42883",
                "SELECT ts - '1 day' FROM t ¦ invalid input syntax for type timestamp",
            })
    void aSumThatPostgresqlDoesNotHaveIsRefused(String sql, String state) {
        refused(sql, state);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "UPDATE t SET n = 9007199254740993.00 RETURNING n ¦ 9007199254740993",
                "UPDATE t SET n = '9007199254740993.0' RETURNING n ¦ 9007199254740993",
                "UPDATE t SET n = 9007199254740993.00::numeric RETURNING n ¦ 9007199254740993",
                "UPDATE t SET x = 9007199254740993.00 RETURNING x ¦ 9007199254740993.00",
                "SELECT id FROM t WHERE n = 9007199254740993.0 ¦ 1",
                "SELECT count(*) FROM t WHERE n = ANY('{9007199254740992.0}'::numeric[]) ¦ 0",
                "SELECT id FROM t WHERE n = ANY('{9007199254740993.0}'::numeric[]) ¦ 1",
                "SELECT id FROM t WHERE f = 9007199254740993.0 ¦ 1",
                "SELECT 9007199254740993.0::bigint ¦ 9007199254740993",
                "SELECT 9007199254740993.0 = 9007199254740992 ¦ 0",
            })
    void wholeNumbersWithAPointKeepTheirDigits(String sql, String expected) throws SQLException {
        assertThat(table.values(sql)).as(table.spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT id FROM t WHERE n = ANY('{9007199254740992.5}'::numeric[]) ¦ out of range",
            })
    void digitsThatCannotBeComparedAreRefused(String sql, String state) {
        refused(sql, state);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT 'Hello World'::char(6) = c FROM t ¦ 1",
                "SELECT length(('Hello' || ' World')::char(6)) ¦ 5",
                "UPDATE t SET c = cast(x || ' World' AS char(4)) RETURNING c || '|' ¦ abc|",
            })
    void aTextThatIsCutBehindABlankHasNone(String sql, String expected) throws SQLException {
        assertThat(table.values(sql)).as(table.spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT lag(ts, 1, '2026-01-01') OVER () = '2026-01-01' FROM t ¦ 1",
                "SELECT lag(d, 1, tz) OVER () || '' FROM t ¦ 2026-01-01 10:00:00+00",
                "SELECT lead(b, 1, 'f') OVER () FROM t ¦ 0",
                "SELECT ts - lag(ts, 1, '2025-12-31 10:00') OVER () FROM t ¦ 1 day",
                "SELECT lag(u, 1, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11') OVER () FROM t"
                        + " ¦ a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            })
    void aDefaultIsOfTheTypeOfTheOtherRows(String sql, String expected) throws SQLException {
        assertThat(table.values(sql)).as(table.spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT '|' || substring(x FROM -1 FOR 2) || '|' FROM t ¦ ||",
                "SELECT substring(x FROM 0 FOR 2) || substring(x FROM 2) || substring(x, id::int) || substring(x FOR 1) FROM t ¦ abcabca",
                "SELECT octet_length(c) FROM t ¦ 6",
                "INSERT INTO t(id) OVERRIDING SYSTEM VALUE VALUES (7) RETURNING id ¦ 7",
                "SELECT tz AT TIME ZONE 'UTC' || '' FROM t ¦ 2026-01-01 10:00:00",
                "SELECT (ts AT TIME ZONE 'utc')::text FROM t ¦ 2026-01-01 10:00:00+00",
                "SELECT id FROM t WHERE (tz AT TIME ZONE 'UTC')::date = '2026-01-01' ¦ 1",
                "SELECT date_trunc('day', tz AT TIME ZONE 'UTC') = d FROM t ¦ 1",
            })
    void postgresqlsOwnFormsAreSpelled(String sql, String expected) throws SQLException {
        assertThat(table.values(sql)).as(table.spelled(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT x + 1 FROM t ¦ 42883",
                "SELECT 2 * x FROM t ¦ 42883",
                "SELECT sum(x) FROM t ¦ 42883",
                "SELECT tz AT TIME ZONE 'Europe/Zurich' FROM t ¦ 0A000",
                "INSERT INTO t(id) OVERRIDING USER VALUE VALUES (7) ¦ 0A000",
                "SELECT substring(x FROM 1 FOR -1) FROM t ¦ negative substring",
            })
    void whatPostgresqlDoesNotHaveIsRefused(String sql, String state) {
        refused(sql, state);
    }
}
