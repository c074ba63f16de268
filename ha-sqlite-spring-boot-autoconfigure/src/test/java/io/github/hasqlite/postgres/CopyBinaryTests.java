package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** COPY in binary. */
@Tag("system")
@Timeout(60)
class CopyBinaryTests {

    private static final String HEAD = "5047434f50590aff0d0a000000000000000000";

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static Connection connection;
    private static Statement statement;
    private static CopyManager copies;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        connection = server.connect();
        statement = connection.createStatement();
        copies = connection.unwrap(PGConnection.class).getCopyAPI();
        statement.execute(
                "CREATE TABLE a(id BIGINT PRIMARY KEY, n NUMERIC(10,2), v VARCHAR(3), d DATE, j JSONB, by BYTEA)");
        statement.execute(
                "CREATE TABLE b(id BIGINT PRIMARY KEY, n NUMERIC(10,2), v VARCHAR(3), d DATE, j JSONB, by BYTEA)");
    }

    @AfterAll
    static void stop() throws SQLException {
        connection.close();
        server.close();
    }

    @BeforeEach
    void clear() throws SQLException {
        statement.execute("DELETE FROM a");
        statement.execute("DELETE FROM b");
    }

    private static long in(String hex) throws SQLException, IOException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return copies.copyIn("COPY a(id, v) FROM STDIN (FORMAT binary)", new ByteArrayInputStream(bytes), 7);
    }

    @Test
    void rowsGoOutAndComeInAgain() throws Exception {
        statement.execute("INSERT INTO a VALUES (1, 1.5, 'ab', '2026-01-02', '{\"b\":1,\"a\":2}', '\\x00ff'),"
                + " (2, NULL, NULL, NULL, NULL, NULL)");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(copies.copyOut("COPY a TO STDOUT BINARY", out)).isEqualTo(2);
        assertThat(out.toByteArray()).startsWith(HexFormat.of().parseHex(HEAD));
        assertThat(copies.copyIn("COPY b FROM STDIN (FORMAT binary)", new ByteArrayInputStream(out.toByteArray()), 5))
                .isEqualTo(2);
        assertThat(RunningServer.rows(statement, "SELECT * FROM b EXCEPT SELECT * FROM a"))
                .isEmpty();
        assertThat(RunningServer.rows(statement, "SELECT count(*) FROM b JOIN a USING (id)"))
                .isEqualTo("2;");
    }

    /** A client may know a column by another size of integers. */
    @Test
    void smallerIntegersAreTaken() throws Exception {
        assertThat(in(HEAD + "0002" + "00000004" + "00000007" + "00000001" + "61" + "0002" + "00000002" + "0008"
                        + "ffffffff" + "ffff"))
                .isEqualTo(2);
        assertThat(RunningServer.rows(statement, "SELECT id, v FROM a ORDER BY id"))
                .isEqualTo("7|a;8|null;");
    }

    @ParameterizedTest
    @CsvSource({
        "616263,22P04",
        HEAD + "0001,22P04",
        HEAD + "00020000000400000007,22P04",
        HEAD + "000200000004000000070000000461626364ffff,22001",
        HEAD + "0002000000030000070000000161ffff,22P03",
        HEAD + "0002fffffff0,22P04",
        HEAD + "ffff00,22P04",
        "5047434f50590aff0d0a00000100000000000000,22P04"
    })
    void whatIsWrongStoresNothing(String hex, String state) throws SQLException {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> in(hex))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(state));
        assertThat(RunningServer.rows(statement, "SELECT count(*) FROM a")).isEqualTo("0;");
    }

    /** A row that does not fit comes to an error, and the connection goes on. */
    @Test
    void whatDoesNotFitEndsIt() throws Exception {
        server.runInApplication("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
                + " INSERT INTO a(id, d) SELECT i, CASE i WHEN 99 THEN 'never' END FROM n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> copies.copyOut("COPY (SELECT * FROM a ORDER BY id) TO STDOUT (FORMAT binary)", out))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22P02"));
        assertThat(out.toString(StandardCharsets.ISO_8859_1)).startsWith("PGCOPY");
        assertThat(RunningServer.rows(statement, "SELECT count(*) FROM a")).isEqualTo("100;");
    }
}
