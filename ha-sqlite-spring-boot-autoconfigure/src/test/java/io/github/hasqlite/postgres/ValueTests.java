package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.assertRefused;
import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
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

/** Values are those that PostgreSQL has, or are refused: none is silently another one. */
@Tag("system")
@Timeout(60)
class ValueTests {

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
        statement.execute("DROP TABLE IF EXISTS v");
        statement.execute("CREATE TABLE v(id BIGINT PRIMARY KEY, by BYTEA, n NUMERIC(10,2), i INT4, f FLOAT8, x TEXT,"
                + " j JSONB, k JSON, d DATE, ts TIMESTAMP)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private String query(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                prepared.setObject(i + 1, parameters[i]);
            }
            List<String> values = new ArrayList<>();
            try (ResultSet rows = prepared.executeQuery()) {
                while (rows.next()) {
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        values.add(String.valueOf(rows.getString(i)));
                    }
                }
            }
            return String.join("|", values);
        }
    }

    private Array array(String type, Object... elements) throws SQLException {
        return connection.createArrayOf(type, elements);
    }

    @Test
    void bytesInArraysAreBytes() throws SQLException {
        byte[] some = {0, -1};
        byte[] none = {};
        String insert = "INSERT INTO v(id, by) SELECT i, b FROM unnest(?::int8[], ?::bytea[]) AS q(i, b)"
                + " RETURNING typeof(by), quote(by)";
        assertThat(query(insert, array("int8", 1L, 2L, 3L), array("bytea", (Object[]) new byte[][] {some, none, null})))
                .isEqualTo("blob|X'00FF'|blob|X''|null|NULL");
        assertThat(query("SELECT id FROM v WHERE by = ANY(?)", array("bytea", (Object[]) new byte[][] {some, null})))
                .isEqualTo("1");
        assertThat(query("SELECT id FROM v WHERE by <> ALL(?) ORDER BY id", array("bytea", (Object[])
                        new byte[][] {some})))
                .isEqualTo("2");
        assertThat(query(
                        "SELECT id FROM v JOIN unnest(?::bytea[]) WITH ORDINALITY AS q(b, o) ON b = by ORDER BY o",
                        array("bytea", (Object[]) new byte[][] {none, some})))
                .isEqualTo("2|1");
        assertThat(rows(statement, "SELECT id FROM v WHERE by = ANY('{\"\\\\x00ff\"}') OR by = ANY('{\"\"}'::bytea[])"))
                .isEqualTo("1;2;");
    }

    @Test
    void otherElementsOfArraysAreWhatTheirColumnsStore() throws SQLException {
        statement.execute("INSERT INTO v(id, n, f, d, ts) VALUES (1, 12.50, 0.5, '2026-01-02', '2026-01-02 03:04')");
        assertThat(query("SELECT id FROM v JOIN unnest(?::numeric[]) AS q(e) ON e = n + 0", array("numeric", "12.50")))
                .isEqualTo("1");
        assertThat(query("SELECT id FROM v WHERE ts = ANY(?)", array("timestamp", "2026-01-02 03:04", null)))
                .isEqualTo("1");
        assertThat(query("SELECT x FROM unnest(?::float8[]) AS q(x)", array("float8", 1e300, Double.NEGATIVE_INFINITY)))
                .isEqualTo("1e+300|-Infinity");
        assertRefused(statement, "SELECT 1 FROM v WHERE by = ANY('{\"\\\\x0\"}')", "22P02");
    }

    @Test
    void truthValuesOfTheCatalogAndTheSessionAreNoNumbers() throws SQLException {
        String sql = "SELECT pg_try_advisory_lock(42), pg_advisory_unlock(42), pg_catalog.pg_is_in_recovery(),"
                + " has_schema_privilege('public', 'usage'), 1 = 2 AS f, current_schema(), count(*)";
        try (PreparedStatement prepared = connection.prepareStatement(sql)) {
            // before it has run, and afterwards
            assertThat(types(prepared.getMetaData())).isEqualTo("bool bool bool bool bool name int8");
            try (ResultSet rows = prepared.executeQuery()) {
                assertThat(types(rows.getMetaData())).isEqualTo("bool bool bool bool bool name int8");
            }
        }
        assertThat(query(sql)).isEqualTo("t|t|f|t|f|public|1");
        assertThat(rows(statement, sql)).isEqualTo("t|t|f|t|f|public|1;");
        assertThat(rows(
                        statement,
                        "SELECT c.relname, pg_table_is_visible(c.oid), c.relkind = 'r', c.relhasindex FROM pg_class c"
                                + " WHERE relname = 'v'"))
                .isEqualTo("v|t|t|t;");
        assertThat(rows(statement, "SELECT pg_advisory_lock(7), pg_advisory_unlock_all()"))
                .isEqualTo("|;");
    }

    private static String types(ResultSetMetaData metadata) throws SQLException {
        List<String> types = new ArrayList<>();
        for (int i = 1; i <= metadata.getColumnCount(); i++) {
            types.add(metadata.getColumnTypeName(i));
        }
        return String.join(" ", types);
    }

    @Test
    void numbersAsJsonStayWhatTheyAreOrAreRefused() throws SQLException {
        assertThat(query(
                        "INSERT INTO v(id, j, k) VALUES (1, ?::jsonb, ?::json), (2, '0.5', ' 7 '), (3, 'true', null)"
                                + " RETURNING j::text, k::text",
                        "42",
                        "{\"a\":1.10}"))
                .isEqualTo("42|{\"a\":1.10}|0.5|7|true|null");
        for (String number : List.of("12345678901234567890123", "1.10", "1e400", "1.0", "0.1234567890123456789")) {
            assertRefused(statement, "INSERT INTO v(id, j) VALUES (9, '" + number + "')", "22003");
            assertRefused(statement, "INSERT INTO v(id, k) SELECT 9, '" + number + "'::json", "22003");
            assertRefused(statement, "UPDATE v SET (j, k) = (CAST('" + number + "' AS jsonb), k)", "22003");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> query("UPDATE v SET j = ?::jsonb RETURNING j", number))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22003"));
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> query("UPDATE v SET j = ? RETURNING j", number))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22003"));
        }
        assertThat(query(
                        "INSERT INTO v(id, j) VALUES (4, ?::jsonb) ON CONFLICT (id) DO UPDATE SET j = excluded.j"
                                + " RETURNING j",
                        "[1.10]"))
                .isEqualTo("[1.10]");
        assertThat(rows(statement, "SELECT id, j, k FROM v WHERE id < 3 ORDER BY id"))
                .isEqualTo("1|42|{\"a\":1.10};2|0.5|7;");
    }

    @Test
    void bytesAreBytesHoweverTheyAreWrittenAndJoined() throws SQLException {
        statement.execute(
                "INSERT INTO v(id, by) VALUES (1, 'abc'), (2, '\\000\\001'), (3, ''), (4, '\\x41ff'), (5, '\\\\😀')");
        assertThat(rows(statement, "SELECT by, length(by), typeof(by) FROM v ORDER BY id"))
                .isEqualTo("\\x616263|3|blob;\\x0001|2|blob;\\x|0|blob;\\x41ff|2|blob;\\x5cf09f9880|5|blob;");
        assertThat(rows(
                        statement,
                        "SELECT id FROM v WHERE by IN ('abc', '\\000\\001') OR by = '\\x'::bytea ORDER BY 1"))
                .isEqualTo("1;2;3;");
        assertThat(rows(statement, "SELECT by || '\\x42'::bytea, length(by || by || 'B') FROM v WHERE id = 4"))
                .isEqualTo("\\x41ff42|5;");
        assertThat(query("UPDATE v SET by = by || ? WHERE id = 4 RETURNING by, substr(by, 2, 2)", new byte[] {0}))
                .isEqualTo("\\x41ff00|\\xff00");
        assertThat(rows(statement, "SELECT by || x'01' || NULL, by || 'é'::text, quote(by || by) FROM v WHERE id = 3"))
                .isEqualTo("null|\\xé|X'';");
        assertRefused(statement, "SELECT string_agg(by, '') FROM v", "0A000");
        assertRefused(statement, "SELECT '\\777'::bytea", "22P02");
    }
}
