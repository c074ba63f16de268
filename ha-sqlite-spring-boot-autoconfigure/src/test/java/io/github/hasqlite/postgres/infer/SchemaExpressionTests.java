package io.github.hasqlite.postgres.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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

/** What is put into the schema means there what PostgreSQL takes it for, to SQLite without this program's functions. */
class SchemaExpressionTests {

    private static final String[] COLUMNS = {
        "id BIGINT",
        "i INT4",
        "n NUMERIC(10,2)",
        "m NUMERIC(10,4)",
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

    private static final List<TableColumns.Column> TABLE = Arrays.stream(COLUMNS)
            .map(column -> column.split(" "))
            .map(column -> new TableColumns.Column(column[0], DeclaredTypes.of(column[1])))
            .toList();

    private static final String ROW =
            "(1, 7, 1.5, -0.975, 2.5, 1, 'a%b', '2026-01-01', '2026-01-01T00:00:00.000000000',"
                    + " '2026-01-01T00:00:00.000000000Z', '10:00:00.000000000', x'41', '1 day')";

    private static String spelled(String sql) throws SQLException {
        String spelled = Inference.of(Spelling.tokens(sql), new int[0], table -> table.equals("t") ? TABLE : List.of())
                .spelled();
        return Spelling.ofDatabase(spelled == null ? sql : spelled);
    }

    /** The first value that a view answers. */
    private static @Nullable String viewed(String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(" + String.join(", ", COLUMNS) + ")");
            statement.executeUpdate("INSERT INTO t VALUES " + ROW);
            statement.executeUpdate(spelled("CREATE VIEW v AS " + query));
            try (ResultSet rows = statement.executeQuery("SELECT * FROM v")) {
                return rows.next() ? rows.getString(1) : "none";
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT (i * 1.5) / 2 = 5.25 AND n / 4 = 0.375 AND i / 2 = 3 FROM t ¦ 1",
                "SELECT sum(n) / count(*) + 7::numeric / 2 + 7::float8 / 2 FROM t ¦ 8.5",
                "SELECT n + 0.1 + 0.2 = 1.8 AND n * 1.1 = 1.65 FROM t ¦ 1",
                "SELECT round(m, 2) + round(1.005, 2) + n::numeric(10,1) FROM t ¦ 1.53",
                "SELECT (0.5)::int || '|' || CAST(((1.5)) AS int) || '|' || (-1.5)::int FROM t ¦ 1|2|-2",
                "SELECT m::int || '|' || CAST(n AS integer) || '|' || 2.5::int || 5::text FROM t ¦ -1|2|35",
                "SELECT x LIKE 'a\\%b' AND x NOT LIKE 'a\\_b' AND x LIKE replace('a_b', '_', '\\%') FROM t ¦ 1",
                "SELECT 'is ' || b || concat(b, d) || b::text || CAST(NOT b AS text) FROM t ¦ is truet2026-01-01truefalse",
                "SELECT 1.50 || 'x' || 1e2 FROM t ¦ 1.50x100",
                "SELECT hex(by || '\\x00ff'::bytea) || typeof(by || by) FROM t ¦ 4100FFblob",
                "SELECT coalesce(b, 't') FROM t ¦ 1",
                "SELECT d IS DISTINCT FROM ts FROM t ¦ 0",
                "SELECT CASE d WHEN tz THEN 1 WHEN ts THEN 2 END FROM t ¦ 1",
                "SELECT (d, ts, id) = (tz, d, 1) FROM t ¦ 1",
                "SELECT id FROM t WHERE tz IN (SELECT d FROM t) AND ts = ANY (SELECT d FROM t) ¦ 1",
                "SELECT d::timestamp = ts AND tz::timestamp = ts AND ts::date = d FROM t ¦ 1",
                "SELECT timestamp '2026-01-02 03:04' ¦ 2026-01-02T03:04:00.000000000",
                "SELECT id FROM t WHERE ti = time '10:00' AND ts < timestamp '2026-01-02' ¦ 1",
                "SELECT nullif(d, ts) FROM t ¦ ",
                "SELECT b = x LIKE 'a%' FROM t ¦ 1",
                "SELECT i + 1 || 'x' FROM t ¦ 8x",
            })
    void plainSqliteAnswersWhatPostgresqlWould(String query, String expected) throws SQLException {
        assertThat(viewed(query)).as(spelled("CREATE VIEW v AS " + query)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT ts || '' FROM t ¦ strftime('%Y-%m-%d %H:%M:%S', x)",
                "SELECT ti::text FROM t ¦ strftime('%H:%M:%S', x)",
                "SELECT n::text FROM t ¦ printf('%.2f', x)",
                "SELECT concat(x, f) FROM t ¦ printf",
                "SELECT x || by FROM t ¦ hex(x)",
                "SELECT n % 2 FROM t ¦ CAST(x / y AS INTEGER)",
                "SELECT x ILIKE x FROM t ¦ write LIKE",
                "SELECT DISTINCT iv FROM t ¦ keep seconds",
                "SELECT id FROM t ORDER BY iv ¦ keep seconds",
                "SELECT id FROM t ORDER BY x COLLATE ha_interval ¦ not for the schema",
                "SELECT coalesce(timestamp '2026-01-01', date '2026-01-01') AS c ¦ column \"c\"",
            })
    void whatPlainSqliteWritesDifferentlyIsRefused(String query, String instead) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> spelled("CREATE VIEW v AS " + query))
                .withMessageContaining(instead)
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "CREATE TABLE a(n NUMERIC(10,2), CHECK (n / 2 <> 3)) ¦ CHECK ((n * 1.0) / 2 <> 3)",
                "CREATE TABLE a(n NUMERIC DEFAULT (7::numeric / 2)) ¦ DEFAULT ((CAST(7 AS NUMERIC) * 1.0) / 2)",
                "CREATE TABLE a(b BOOLEAN, x TEXT GENERATED ALWAYS AS (b) STORED) ¦ AS ((CASE b WHEN 1 THEN 'true' WHEN 0",
                "CREATE TABLE a(x TEXT DEFAULT 1.50, y TEXT DEFAULT (2.50)) ¦ x TEXT DEFAULT '1.50', y TEXT DEFAULT ('2.50')",
                "CREATE TABLE a(x TEXT CHECK (x LIKE 'a\\%%')) ¦ CHECK (x LIKE 'a\\%%' ESCAPE '\\')",
                "CREATE UNIQUE INDEX a ON t((n / 2)) WHERE x LIKE '\\%' ¦ (((n * 1.0) / 2)) WHERE x LIKE '\\%' ESCAPE '\\'",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET x = new.b, n = new.n / 2; END ¦ SET x = (CASE new.b WHEN 1"
                        + " THEN 'true' WHEN 0 THEN 'false' END), n = round(round(((new.n * 1.0) / 2) * 100.0, 9)) / 100.0;",
            })
    void definitionsHaveWhatTheirExpressionsMean(String sql, String expected) throws SQLException {
        assertThat(spelled(sql).replaceAll("\\s+", " ").replace(" )", ")")).contains(expected);
    }
}
