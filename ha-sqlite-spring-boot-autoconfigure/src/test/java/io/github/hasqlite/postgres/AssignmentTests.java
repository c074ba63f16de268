package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

/** What columns store of values of other types and lengths, compared with what PostgreSQL 15 stores. */
@Tag("system")
@Timeout(60)
class AssignmentTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;

    private Connection connection;
    private Statement statement;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = server.connect();
        statement = connection.createStatement();
        statement.execute("DROP TABLE IF EXISTS a");
        statement.execute("DROP TABLE IF EXISTS s");
        statement.execute(
                "CREATE TABLE a(id INT PRIMARY KEY, si SMALLINT, i BIGINT, n NUMERIC(6,2), v VARCHAR(3), c CHAR(5),"
                        + " b BOOLEAN, d DATE, ts TIMESTAMP)");
        statement.execute("CREATE TABLE s(id INT PRIMARY KEY, q NUMERIC, x TEXT, r FLOAT8, ts TIMESTAMP)");
        statement.execute("INSERT INTO s VALUES (1, 1.235, 'ab  ', 2.5, '2026-01-02 03:04'), (2, 5, 'x', 3.5, NULL)");
        statement.execute("INSERT INTO a(id) VALUES (1)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "si = 1.5 ¦ si ¦ 2",
                "si = -2.5 ¦ si ¦ -3",
                "i = 2.5::float8 ¦ i ¦ 2",
                "i = 7/2.0 ¦ i ¦ 4",
                "i = (SELECT avg(r) FROM s) ¦ i ¦ 3",
                "n = 1.005 ¦ n ¦ 1.01",
                "n = '2.345' ¦ n ¦ 2.35",
                "n = 1.115 * 1 ¦ n = 1.12 ¦ t",
                "v = 'ab   ' ¦ '[' || v || ']' ¦ [ab ]",
                "v = 'abcdef'::varchar(3) ¦ v ¦ abc",
                "c = 'ab' ¦ '[' || c || ']', length(c), c = 'ab    ' ¦ [ab]|2|t",
                "c = 'abcde  ' ¦ c ¦ abcde",
                "c = 'ab' ¦ c ¦ `ab   `",
                "d = now() ¦ d = current_date ¦ t",
                "(n, si) = (1.005, 2.5) ¦ n, si ¦ 1.01|3",
                "(n, v, d) = (SELECT q, x, ts FROM s WHERE s.id = a.id) ¦ n, v, d ¦ 1.24|ab |2026-01-02",
                "d = ts ¦ d ¦ null",
                "(d, ts) = (SELECT * FROM (SELECT ts, CAST(ts AS DATE) FROM s WHERE id = 1) q) ¦ d, ts ¦ 2026-01-02|2026-01-02 00:00:00",
                "(d, ts) = ('2026-01-02 03:04'::timestamp, date '2026-01-02') ¦ d, ts ¦ 2026-01-02|2026-01-02 00:00:00"
            })
    void isOneOfTheColumn(String assignment, String shown, String expected) throws SQLException {
        statement.execute("UPDATE a SET " + assignment + " WHERE id = 1");
        assertThat(RunningServer.rows(statement, "SELECT " + shown + " FROM a")).isEqualTo(expected + ";");
    }

    @ParameterizedTest
    @CsvSource({
        "si = 70000,22003",
        "si = si + 70000,22003",
        "i = 9223372036854775807 + si,22003",
        "i = (SELECT max(i) FROM a) * 9223372036854775807 + 9223372036854775807,22003",
        "n = 9999.995,22003",
        "v = 'abcd',22001",
        "v = v || 'abcd',22001",
        "c = 'abcdef',22001",
        "i = true,42804",
        "i = b,42804",
        "d = 5,42804",
        "n = d,42804",
        "b = 5,22P02",
        "i = 'x',22P02"
    })
    void orIsRefused(String assignment, String state) throws SQLException {
        statement.execute("UPDATE a SET si = 1, i = 2, v = '', n = 1");
        RunningServer.assertRefused(statement, "UPDATE a SET " + assignment, state);
    }

    @Test
    void queriesAreStoredAsTheyAreSorted() throws SQLException {
        statement.execute("INSERT INTO a(id, n, i) SELECT id + 10, q, r FROM s ORDER BY q DESC");
        statement.execute("WITH w AS (SELECT id + 20, q * 2 FROM s) INSERT INTO a(id, n) SELECT * FROM w");
        statement.execute("INSERT INTO a(id, si) SELECT 31, q FROM s WHERE id = 1 UNION ALL SELECT 32, 1.5");
        statement.execute(
                "INSERT INTO a(id, n) SELECT id + 30, q FROM s ON CONFLICT (id) DO UPDATE SET n = excluded.n + 0.005");
        assertThat(RunningServer.rows(statement, "SELECT id, n, i, si FROM a WHERE id > 1 ORDER BY id"))
                .isEqualTo("11|1.24|2|null;12|5.00|4|null;21|2.47|null|null;22|10.00|null|null;31|1.25|null|1;"
                        + "32|5.01|null|2;");
        statement.execute("INSERT INTO a (SELECT 41, 1.5)");
        statement.execute("INSERT INTO a(n, id) (VALUES (2.345, 42))");
        assertThat(RunningServer.rows(statement, "SELECT si, n FROM a WHERE id > 40 ORDER BY id"))
                .isEqualTo("2|null;null|2.35;");
        RunningServer.assertRefused(statement, "INSERT INTO a(id, d) SELECT id + 50, q FROM s", "42804");
    }

    @Test
    void parametersAndCopiedRowsAreToo() throws Exception {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO a(id, n, v, c, si) VALUES (?, ?, ?, ?, ?)")) {
            insert.setInt(1, 2);
            insert.setBigDecimal(2, new java.math.BigDecimal("1.005"));
            insert.setString(3, "ab   ");
            insert.setString(4, "x    ");
            insert.setInt(5, 7);
            insert.execute();
        }
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY a(id, n, v, c) FROM STDIN", new java.io.StringReader("3\t1.005\tabc  \tab\n"));
        assertThat(RunningServer.rows(statement, "SELECT n, v, length(c), si FROM a WHERE id > 1 ORDER BY id"))
                .isEqualTo("1.01|ab |1|7;1.01|abc|2|null;");
    }
}
