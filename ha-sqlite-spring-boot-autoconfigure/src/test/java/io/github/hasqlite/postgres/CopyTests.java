package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** COPY and the tables that it is about, through PostgreSQL's driver. */
@Tag("system")
@Timeout(60)
class CopyTests {

    @TempDir
    private Path folder;

    private RunningServer server;
    private Connection connection;
    private Statement statement;
    private CopyManager copies;

    @BeforeEach
    void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        connection = server.connect();
        statement = connection.createStatement();
        copies = connection.unwrap(PGConnection.class).getCopyAPI();
        statement.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, \"Na Me\" TEXT, ok BOOLEAN,"
                + " twice INT GENERATED ALWAYS AS (id * 2) STORED, low TEXT AS (lower(\"Na Me\")))");
    }

    @AfterEach
    void stop() throws SQLException {
        connection.close();
        server.close();
    }

    private String out(String sql) throws Exception {
        StringWriter out = new StringWriter();
        copies.copyOut(sql, out);
        return out.toString();
    }

    private long count() throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM item")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void assertRefused(String sql, String rows, String state, String place) {
        assertThatExceptionOfType(PSQLException.class)
                .isThrownBy(() -> copies.copyIn(sql, new StringReader(rows)))
                .satisfies(e -> assertThat(e.getSQLState()).as(sql).isEqualTo(state))
                .satisfies(e -> {
                    ServerErrorMessage message = e.getServerErrorMessage();
                    assertThat(message == null ? null : message.getWhere()).isEqualTo(place);
                });
    }

    @Test
    void generatedColumnsAreLeftOutAndOthersNamed() throws Exception {
        copies.copyIn("COPY public.item FROM STDIN", new StringReader("1\tOne\tt\n"));
        copies.copyIn("COPY item(\"Na Me\", ID) FROM STDIN CSV", new StringReader("Two,2\n"));
        assertThat(out("COPY item TO STDOUT (HEADER)")).isEqualTo("id\tNa Me\tok\n1\tOne\tt\n2\tTwo\t\\N\n");
        assertThat(out("COPY (SELECT low, twice FROM item ORDER BY id) TO STDOUT (FORMAT csv, FORCE_QUOTE (low))"))
                .isEqualTo("\"one\",2\n\"two\",4\n");
        assertRefused("COPY item(id, twice) FROM STDIN", "", "42P10", null);
        assertRefused("COPY item(id, nothing) FROM STDIN", "", "42703", null);
        assertRefused("COPY item(id, ID) FROM STDIN", "", "42701", null);
        assertRefused("COPY nowhere FROM STDIN", "", "42P01", null);
        assertRefused("COPY ha_outbox FROM STDIN", "", "42501", null);
        assertRefused("COPY item(id) FROM STDIN (FORMAT csv, FORCE_NULL (ok))", "", "42P10", null);
        assertThatExceptionOfType(PSQLException.class)
                .isThrownBy(() -> out("COPY (DELETE FROM item) TO STDOUT"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void nothingIsStoredOfWhatHasAnError() throws Exception {
        assertRefused("COPY item(id) FROM STDIN", "1\nx\n", "22P02", "COPY item, line 2, column id: \"x\"");
        assertRefused("COPY item(id) FROM STDIN", "1\n2\n1\n", "23505", "COPY item, line 3");
        assertRefused("COPY item(id, ok) FROM STDIN", "1\tt\n2\n", "22P04", "COPY item, line 2: \"2\"");
        statement.execute("CREATE TABLE price(amount NUMERIC)");
        assertRefused(
                "COPY price FROM STDIN",
                "0.1\n12345678901234567.89\n",
                "22003",
                "COPY price, line 2, column amount: \"12345678901234567.89\"");
        statement.execute("CREATE TABLE measured(f DOUBLE PRECISION, ts TIMESTAMP)");
        assertRefused("COPY measured(f) FROM STDIN", "1e400\n", "22003", "COPY measured, line 1, column f: \"1e400\"");
        assertRefused(
                "COPY measured(f) FROM STDIN", "1e-400\n", "22003", "COPY measured, line 1, column f: \"1e-400\"");
        copies.copyIn("COPY measured(ts) FROM STDIN", new StringReader("2026-12-31 23:59:59.9999996\n"));
        assertThat(RunningServer.rows(statement, "SELECT ts::text FROM measured"))
                .isEqualTo("2027-01-01 00:00:00;");
        CopyIn invalid = copies.copyIn("COPY item(id, \"Na Me\") FROM STDIN");
        invalid.writeToCopy(new byte[] {'1', '\t', (byte) 0xff, '\n'}, 0, 4);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(invalid::endCopy)
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22021"));
        CopyIn given = copies.copyIn("COPY item(id) FROM STDIN");
        byte[] row = "1\n".getBytes(StandardCharsets.US_ASCII);
        given.writeToCopy(row, 0, row.length);
        given.cancelCopy();
        assertThat(count()).isZero();
    }

    @Test
    void aTransactionThatIsNotThereTakesNoRows() throws Exception {
        connection.setAutoCommit(false);
        copies.copyIn("COPY item(id) FROM STDIN", new StringReader("1\n"));
        RunningServer.assertRefused(statement, "SELECT * FROM nowhere", "42P01");
        assertRefused("COPY item(id) FROM STDIN", "2\n", "25P02", null);
        connection.rollback();
        statement.execute("SET TRANSACTION READ ONLY");
        assertRefused("COPY item(id) FROM STDIN", "", "25006", null);
        connection.rollback();
        RunningServer.assertRefused(statement, "COPY item(id) FROM STDIN; SELECT 1", "0A000");
        connection.rollback();
        assertThat(count()).isZero();
    }

    /** What a column has in it that its type is not for, goes out as it is. */
    @Test
    void whatDoesNotFitItsTypeGoesOutAsText() throws Exception {
        server.runInApplication("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
                + " INSERT INTO item(id, ok) SELECT i, CASE i WHEN 99 THEN 'maybe' ELSE 1 END FROM n");
        assertThat(out("COPY item(ok) TO STDOUT").lines().skip(97)).containsExactly("t", "maybe", "t");
    }

    /** A query is the same whether its rows are copied out or not. */
    @Test
    void queriesAreUnderstoodAsTheyAreWithoutCopy() throws Exception {
        statement.execute("CREATE TABLE moment(id int8 PRIMARY KEY, b boolean, ts timestamp, d date, iv interval,"
                + " by bytea)");
        statement.execute("INSERT INTO moment VALUES(1, 't', '2026-01-02 03:04', '2026-01-02', '1 day', '\\x00ff')");
        assertThat(out("COPY (SELECT id FROM moment WHERE b = 't' AND ts < '2026-01-02 05:00') TO STDOUT"))
                .isEqualTo("1\n");
        assertThat(out("COPY (SELECT d + 1, iv * 2, ts::date, b AND true, date '2026-01-03', 2.5::int,"
                        + " ts - interval '1 hour', by FROM moment) TO STDOUT"))
                .isEqualTo("2026-01-03\t2 days\t2026-01-02\tt\t2026-01-03\t3\t2026-01-02 02:04:00\t\\\\x00ff\n");
        assertThat(out("COPY (SELECT count(*), now() IS NULL AS never FROM moment) TO STDOUT (FORMAT csv, HEADER)"))
                .isEqualTo("count,never\n1,f\n");
        assertThat(out("COPY (SELECT relname FROM pg_class WHERE relname = 'moment') TO STDOUT"))
                .isEqualTo("moment\n");
        assertRefused("COPY (SELECT 'x'::int) TO STDOUT", "22P02");
        assertRefused("COPY (COPY moment TO STDOUT) TO STDOUT", "42601");
    }

    @Test
    void whatAChangeReturnsIsCopiedOut() throws Exception {
        statement.execute("CREATE TABLE moment(id int8 PRIMARY KEY, b boolean, ts timestamp)");
        assertThat(out("COPY (INSERT INTO moment VALUES(2, 't', '2026-01-02 03:04') RETURNING b, ts) TO STDOUT"))
                .isEqualTo("t\t2026-01-02 03:04:00\n");
        assertThat(out("COPY (UPDATE moment SET b = 'f' WHERE b = 't' RETURNING id, b) TO STDOUT"))
                .isEqualTo("2\tf\n");
        assertThat(RunningServer.rows(statement, "SELECT b, ts FROM moment")).isEqualTo("f|2026-01-02 03:04:00;");
        // a row that cannot go out takes its change with it
        assertRefused("COPY (UPDATE moment SET id = 3 RETURNING 'a' || char(0)) TO STDOUT", "22021");
        assertThat(out("COPY (DELETE FROM moment RETURNING id) TO STDOUT")).isEqualTo("2\n");
        statement.execute("SET default_transaction_read_only = on");
        assertRefused("COPY (DELETE FROM moment RETURNING id) TO STDOUT", "25006");
    }

    private void assertRefused(String sql, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> out(sql))
                .satisfies(e -> assertThat(e.getSQLState()).as(sql).isEqualTo(state));
    }
}
