package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Values through statements whose types only their places tell, as node-postgres sends all of them. */
@Tag("system")
@Timeout(60)
class TypedStatementsTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;

    private Connection connection;

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
        // texts without a type
        connection = server.connect("stringtype", "unspecified");
        execute("DROP TABLE IF EXISTS v");
        execute(
                "CREATE TABLE v(id BIGINT PRIMARY KEY, b BOOLEAN, n NUMERIC(30,4), i BIGINT, x TEXT, d DATE, ts TIMESTAMP,"
                        + " tz TIMESTAMPTZ, f FLOAT8)");
        execute("INSERT INTO v VALUES (1, 't', 1.5, 7, 'abc', '2026-01-31', '2026-01-31 03:04:05', '2026-01-31"
                + " 04:04:05+01', 0.5)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** All values of the first row, as text. */
    private String row(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<String> values = new ArrayList<>();
                boolean found = rows.next();
                for (int i = 1; found && i <= rows.getMetaData().getColumnCount(); i++) {
                    values.add(String.valueOf(rows.getString(i)));
                }
                return found ? String.join("|", values) : "none";
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "UPDATE v SET b = NOT ? RETURNING quote(b) ¦ true ¦ 0",
                "UPDATE v SET b = coalesce(?, b) RETURNING quote(b) ¦ f ¦ 0",
                "UPDATE v SET b = CASE WHEN i = 7 THEN ? ELSE b END RETURNING quote(b) ¦ false ¦ 0",
                "INSERT INTO v(id, b) SELECT 2, ? RETURNING quote(b) ¦ on ¦ 1",
                "INSERT INTO v(id, b) VALUES (2, 'f'), (3, ?) RETURNING quote(b) ¦ t ¦ 0",
                "WITH w AS (SELECT ? AS b) INSERT INTO v(id, b) SELECT 2, b FROM w RETURNING quote(b) ¦ true ¦ 1",
                "UPDATE v SET i = coalesce(?, i) + 1 RETURNING quote(i) ¦ 8 ¦ 9",
                "SELECT count(*) FROM v WHERE ? ¦ false ¦ 0",
                "SELECT count(*) FROM v WHERE NOT b OR ? ¦ t ¦ 1",
                "SELECT count(*) FROM v WHERE b IS ? ¦ true ¦ 1",
                "SELECT count(*) FROM v WHERE n * 2 > ? ¦ 2.90 ¦ 1",
                "SELECT count(*) FROM v WHERE n * 2 = ? ¦ 3.0 ¦ 1",
                "SELECT count(*) FROM v WHERE ts::date = ? ¦ 2026-01-31 ¦ 1",
                "SELECT count(*) FROM v WHERE tz = ? ¦ 2026-01-31 03:04:05Z ¦ 1",
                "SELECT count(*) FROM v WHERE length(x) = ? ¦ 3 ¦ 1",
                "SELECT ts + ?::interval FROM v ¦ 1 month ¦ 2026-02-28 03:04:05",
            })
    void parametersWithoutATypeHaveTheOneOfTheirPlace(String sql, String parameter, String expected)
            throws SQLException {
        assertThat(row(sql, parameter)).isEqualTo(expected);
    }

    @Test
    void literalsAreFoundHoweverTheyAreWritten() throws SQLException {
        assertThat(row("SELECT id, quote(b), b FROM v WHERE b AND ts > '2026-01-31 03:00' AND ts < '2026-01-31 04:00'"
                        + " AND tz = '2026-01-31 03:04:05+00' AND ts < now() AND d < CURRENT_DATE"))
                .isEqualTo("1|1|t");
    }

    @Test
    void castsAreStoredAsTheyAreShown() throws SQLException {
        execute(
                "INSERT INTO v(id, d, ts, x, b, i) SELECT i + 1, tz::date, tz - interval '1 hour', b::text, x::bool, n::int"
                        + " FROM (SELECT i, tz, b, 'yes' AS x, n FROM v)");
        assertThat(row("SELECT quote(d), ts, x, quote(b), i, ts - d, (d + 1)::text FROM v WHERE id = ?", "8"))
                .isEqualTo("'2026-01-31'|2026-01-31 02:04:05|true|1|2|02:04:05|2026-02-01");
        RunningServer.assertRefused(
                connection.createStatement(), "INSERT INTO v(id, i) SELECT 9, x::int FROM v", "22P02");
        RunningServer.assertRefused(connection.createStatement(), "SELECT (i * 10000)::smallint FROM v", "22003");
        assertThat(row("SELECT count(*) FROM v")).isEqualTo("2");
    }

    @Test
    void columnsHaveNamesAndTypes() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT *, x IS NULL, '1'::numeric(9,2), now(), d - 1, b AND b,"
                        + " max(ts) OVER (), iv FROM v, (SELECT interval '1 day' AS iv) q")) {
            ResultSetMetaData columns = rows.getMetaData();
            List<String> seen = new ArrayList<>();
            for (int i = 11; i <= columns.getColumnCount(); i++) {
                seen.add(columns.getColumnLabel(i) + " " + columns.getColumnTypeName(i));
            }
            assertThat(seen)
                    .containsExactly(
                            "?column? bool",
                            "numeric numeric",
                            "now timestamptz",
                            "?column? date",
                            "?column? bool",
                            "max timestamp",
                            "iv interval");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getBigDecimal(12)).isEqualTo(new BigDecimal("1.00"));
        }
    }

    @Test
    void numbersKeepTheirDigitsOrAreRefused() throws SQLException {
        String large = "12345678901234567890.123";
        try (PreparedStatement number = connection.prepareStatement("UPDATE v SET n = ?");
                PreparedStatement text = connection.prepareStatement("UPDATE v SET x = ?");
                PreparedStatement real = connection.prepareStatement("UPDATE v SET f = ?")) {
            number.setBigDecimal(1, new BigDecimal(large));
            fails("22003", number);
            number.setBigDecimal(1, new BigDecimal("123456789.25"));
            assertThat(number.executeUpdate()).isOne();
            text.setBigDecimal(1, new BigDecimal(large));
            assertThat(text.executeUpdate()).isOne();
            real.setDouble(1, Double.NaN);
            fails("22003", real);
            real.setDouble(1, Double.NEGATIVE_INFINITY);
            assertThat(real.executeUpdate()).isOne();
        }
        assertThat(row("SELECT n, x, f FROM v")).isEqualTo("123456789.2500|" + large + "|-Infinity");
        RunningServer.assertRefused(connection.createStatement(), "UPDATE v SET i = 9223372036854775808", "22003");
    }

    private static void fails(String state, PreparedStatement statement) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(statement::executeUpdate)
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(state));
    }

    @Test
    void textsThatCannotBeCarriedAreNamed() throws SQLException {
        execute("UPDATE v SET x = 'a' || char(0) || 'b'");
        RunningServer.assertRefused(connection.createStatement(), "SELECT x FROM v", "22021");
        assertThat(row("SELECT hex(x) FROM v")).isEqualTo("610062");
    }

    @Test
    void datesWithTimesAreTimestamps() throws SQLException {
        execute("CREATE TABLE IF NOT EXISTS day(d DATE)");
        server.runInApplication("INSERT INTO day VALUES ('2026-01-02 03:04:05')");
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT d FROM day")) {
            assertThat(rows.getMetaData().getColumnTypeName(1)).isEqualTo("timestamp");
        }
        execute("DROP TABLE day");
    }

    /** What no condition takes for a value of the type is not shown as one. */
    @Test
    void whatIsStoredInAnotherFormIsNotShownAsAValue() throws SQLException {
        execute("CREATE TABLE odd(b BOOLEAN, u UUID, d DATE, ts TIMESTAMP, by BYTEA, c CHAR(4), ts0 TIMESTAMP(0))");
        server.runInApplication("INSERT INTO odd VALUES ('true', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '2024-1-5',"
                + " 1700000000, '\\x00', 'a  ', '2026-01-02 03:04:05')");
        try (Statement statement = connection.createStatement()) {
            RunningServer.assertRefused(statement, "SELECT b FROM odd", "22P02");
            RunningServer.assertRefused(statement, "SELECT 9223372036854775807 + 1", "22003");
            assertThat(RunningServer.rows(statement, "SELECT u, d, ts, by, c, ts0 FROM odd"))
                    .isEqualTo(
                            "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11|2024-1-5|1700000000|\\x00|a  |2026-01-02 03:04:05;");
            statement.execute("DELETE FROM odd");
            statement.execute("INSERT INTO odd(ts0) VALUES ('2026-01-02 03:04:05.6')");
            statement.execute("INSERT INTO odd(ts0) SELECT '2026-01-02 03:04:05.5'::timestamp");
            assertThat(RunningServer.rows(statement, "SELECT DISTINCT ts0 FROM odd"))
                    .isEqualTo("2026-01-02 03:04:06;");
        }
        execute("DROP TABLE odd");
    }

    /** What is not to be compiled is known when it is prepared. */
    @ParameterizedTest
    @CsvSource({"SELECT 1/,42601", "SELECT * FROM nowhere,42P01", "SELECT $0,42P02", "DELETE FROM nowhere,42P01"})
    void whatCannotBeCompiledIsRefusedWhenItIsPrepared(String sql, String state) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(statement::getMetaData)
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(state));
        }
    }

    /** The driver writes values of parameters into the statement in this mode, with the zone of this machine. */
    @Test
    void literalsWithAZoneAreStoredAsParameters() throws SQLException {
        List<String> stored = new ArrayList<>();
        for (String mode : List.of("simple", "extended")) {
            try (Connection other = server.connect("preferQueryMode", mode);
                    PreparedStatement update =
                            other.prepareStatement("UPDATE v SET d = ?, ts = ?, tz = ? WHERE id = 1")) {
                update.setDate(1, Date.valueOf("2026-07-01"));
                update.setTimestamp(2, Timestamp.valueOf("2026-07-01 12:00:00"));
                update.setObject(3, OffsetDateTime.parse("2026-07-01T12:00:00+02:00"));
                update.executeUpdate();
            }
            stored.add(row("SELECT quote(d), quote(ts), quote(tz) FROM v"));
            try (Connection other = server.connect("preferQueryMode", mode);
                    PreparedStatement found = other.prepareStatement("SELECT id FROM v WHERE d = ? AND ts = ?")) {
                found.setObject(1, LocalDate.parse("2026-07-01"));
                found.setTimestamp(2, Timestamp.valueOf("2026-07-01 12:00:00"));
                try (ResultSet rows = found.executeQuery()) {
                    assertThat(rows.next()).as(mode).isTrue();
                }
            }
        }
        assertThat(stored)
                .containsOnly("'2026-07-01'|'2026-07-01T12:00:00.000000000'|'2026-07-01T10:00:00.000000000Z'");
    }

    /** A star, a view and a query in WITH know the types of what they stand for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(SELECT * FROM v) q",
                "(SELECT w.*, row_number() OVER () AS n FROM v w) q",
                "seen q",
                "(SELECT * FROM seen) q",
                "seen_twice q",
                "(SELECT * FROM v JOIN (SELECT id FROM v) o USING (id)) q",
            })
    void derivedColumnsHaveTheirTypes(String from) throws SQLException {
        execute(
                "CREATE VIEW IF NOT EXISTS seen AS SELECT id, coalesce(b, false) AS b, max(d, d) AS d, coalesce(tz, now())"
                        + " AS tz, ts FROM v");
        execute("CREATE VIEW IF NOT EXISTS seen_twice AS SELECT * FROM seen");
        assertThat(row(
                        "SELECT q.id, q.d + 1, b::text FROM " + from + " WHERE ts = ? AND q.tz <= ? AND q.b = ?",
                        "2026-01-31 03:04:05",
                        "2026-01-31 05:04:05+02",
                        "true"))
                .isEqualTo("1|2026-02-01|true");
        execute("UPDATE v SET d = q.d + 1 FROM " + from + " WHERE q.id = v.id AND q.b = 't'");
        execute("DELETE FROM v WHERE id NOT IN (SELECT q.id FROM " + from + " WHERE q.ts = '2026-01-31 03:04:05')");
        assertThat(row("SELECT quote(d) FROM v")).isEqualTo("'2026-02-01'");
    }

    /** What was read with casts is read again when a transaction that only read so far begins to write. */
    @Test
    void aTransactionThatReadCastsMayStillWrite() throws SQLException {
        connection.setAutoCommit(false);
        assertThat(row("SELECT x::varchar(2) FROM v WHERE id = '1'::bigint")).isEqualTo("ab");
        try (Connection other = server.connect();
                Statement statement = other.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS elsewhere(a)");
            statement.execute("INSERT INTO elsewhere VALUES (1)");
        }
        execute("UPDATE v SET x = x || ts::date");
        connection.commit();
        connection.setAutoCommit(true);
        assertThat(row("SELECT x FROM v")).isEqualTo("abc2026-01-31");
    }

    /** Types of columns are known as they are now. */
    @Test
    void aChangedTableIsSeen() throws SQLException {
        execute("CREATE TABLE w(a TEXT)");
        assertThat(row("INSERT INTO w(a) VALUES (?) RETURNING quote(a)", "t")).isEqualTo("'t'");
        connection.setAutoCommit(false);
        execute("DROP TABLE w");
        execute("CREATE TABLE w(a BOOLEAN)");
        assertThat(row("INSERT INTO w(a) VALUES (?) RETURNING quote(a)", "t")).isEqualTo("1");
        connection.rollback();
        connection.setAutoCommit(true);
        assertThat(row("INSERT INTO w(a) VALUES (?) RETURNING quote(a)", "t")).isEqualTo("'t'");
        execute("DROP TABLE w");
    }
}
