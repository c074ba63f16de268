package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Settings of a session and the transactions that they are set in, by both protocols of queries. */
@Tag("system")
@Timeout(60)
class SettingsTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item(id INTEGER PRIMARY KEY)");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private interface Use {
        void with(Connection connection, Statement statement) throws SQLException;
    }

    private static void connected(String mode, Use use) throws SQLException {
        try (Connection connection = server.connect("preferQueryMode", mode, "ApplicationName", "first");
                Statement statement = connection.createStatement()) {
            use.with(connection, statement);
        }
    }

    private static void run(Statement statement, String... commands) throws SQLException {
        for (String sql : commands) {
            statement.execute(sql);
        }
    }

    private static String one(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    /** What the client was told, without asking. */
    private static String told(Connection connection, String name) throws SQLException {
        return connection.unwrap(PGConnection.class).getParameterStatus(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void whatIsLocalEndsWithItsTransaction(String mode) throws SQLException {
        connected(mode, (connection, statement) -> {
            for (String end : new String[] {"COMMIT", "ROLLBACK"}) {
                run(statement, "BEGIN", "SET LOCAL application_name = 'mine'", "SET LOCAL statement_timeout = '5s'");
                assertThat(one(statement, "SHOW application_name")).isEqualTo("mine");
                assertThat(told(connection, "application_name")).isEqualTo("mine");
                run(statement, end);
                assertThat(one(statement, "SHOW application_name")).isEqualTo("first");
                assertThat(one(statement, "SHOW statement_timeout")).isEqualTo("0");
                assertThat(told(connection, "application_name")).isEqualTo("first");
            }
            run(statement, "BEGIN", "SET application_name = 'second'", "SET LOCAL application_name = 'mine'", "COMMIT");
            assertThat(one(statement, "SHOW application_name")).isEqualTo("second");
            run(statement, "SET LOCAL application_name = 'nobody'");
            assertThat(statement.getWarnings().getSQLState()).isEqualTo("25P01");
            assertThat(one(statement, "SHOW application_name")).isEqualTo("second");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void whatIsSetIsUndoneWithWhatItWasSetIn(String mode) throws SQLException {
        connected(mode, (connection, statement) -> {
            run(
                    statement,
                    "BEGIN",
                    "SET application_name = 'second'",
                    "SET search_path = public, pg_catalog",
                    "SAVEPOINT s");
            run(statement, "SET application_name = 'third'", "RESET search_path");
            RunningServer.assertRefused(statement, "SELECT * FROM nowhere", "42P01");
            assertThat(told(connection, "application_name")).isEqualTo("second");
            run(statement, "ROLLBACK TO s");
            assertThat(one(statement, "SHOW application_name")).isEqualTo("second");
            assertThat(one(statement, "SHOW search_path")).isEqualTo("public, pg_catalog");
            run(statement, "SAVEPOINT t", "SET application_name = 'fourth'", "RELEASE t");
            assertThat(one(statement, "SHOW application_name")).isEqualTo("fourth");
            run(statement, "ROLLBACK");
            assertThat(one(statement, "SHOW application_name")).isEqualTo("first");
            assertThat(told(connection, "application_name")).isEqualTo("first");
            run(statement, "BEGIN", "SET lock_timeout = '1234'");
            RunningServer.assertRefused(statement, "SELECT * FROM nowhere", "42P01");
            run(statement, "COMMIT");
            assertThat(one(statement, "SHOW lock_timeout")).isNotEqualTo("1234");
            RunningServer.assertRefused(statement, "SET application_name = 'x'; SELECT * FROM nowhere", "42P01");
            assertThat(one(statement, "SHOW application_name")).isEqualTo("first");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void whatATransactionMayDoIsOfThatOneOnly(String mode) throws SQLException {
        connected(mode, (connection, statement) -> {
            run(statement, "BEGIN", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY");
            assertThat(one(statement, "SHOW transaction_read_only")).isEqualTo("on");
            RunningServer.assertRefused(statement, "INSERT INTO item VALUES (1)", "25006");
            run(statement, "ROLLBACK");
            assertThat(one(statement, "SHOW transaction_read_only")).isEqualTo("off");
            run(statement, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
            RunningServer.assertRefused(statement, "INSERT INTO item VALUES (1)", "25006");
            run(statement, "BEGIN", "SET TRANSACTION READ WRITE", "INSERT INTO item VALUES (1)", "ROLLBACK");
            run(statement, "BEGIN");
            assertThat(one(statement, "SELECT count(*) FROM item")).isEqualTo("0");
            RunningServer.assertRefused(statement, "SET TRANSACTION READ WRITE", "25001");
            run(statement, "ROLLBACK", "BEGIN", "SET default_transaction_read_only = off", "ROLLBACK");
            assertThat(told(connection, "default_transaction_read_only")).isEqualTo("on");
            assertThat(one(statement, "SHOW transaction_read_only")).isEqualTo("on");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void allIsDiscardedOutsideOfTransactionsOnly(String mode) throws SQLException {
        connected(mode, (connection, statement) -> {
            run(statement, "SET application_name = 'second'", "PREPARE p AS SELECT 1", "DISCARD PLANS", "DISCARD TEMP");
            assertThat(one(statement, "SHOW application_name")).isEqualTo("second");
            assertThat(one(statement, "EXECUTE p")).isEqualTo("1");
            run(statement, "BEGIN");
            RunningServer.assertRefused(statement, "DISCARD ALL", "25001");
            run(statement, "ROLLBACK");
            assertThat(one(statement, "EXECUTE p")).isEqualTo("1");
            run(statement, "BEGIN", "RESET ALL", "ROLLBACK");
            assertThat(one(statement, "SHOW application_name")).isEqualTo("second");
            run(statement, "DISCARD ALL");
            // the driver has set it, after the session had started
            assertThat(one(statement, "SHOW application_name")).isEmpty();
            RunningServer.assertRefused(statement, "EXECUTE p", "26000");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void whatCannotBeSetIsRefused(String mode) throws SQLException {
        connected(mode, (connection, statement) -> {
            for (String[] bad : new String[][] {
                {"SET nothing = 1", "42704"},
                {"SET server_version = '16'", "55P02"},
                {"RESET server_version", "55P02"},
                {"SET TRANSACTION SNAPSHOT '1'", "0A000"},
                {"SET transaction_isolation = 'high'", "22023"},
                {"SET statement_timeout = 'soon'", "22023"},
                {"SET application_name", "42601"},
                {"SET application_name =", "42601"},
                {"DISCARD nothing", "42601"},
                {"SET ROLE somebody", "42501"},
                {"SET TIME ZONE 'Europe/Berlin'", "0A000"},
                {"SET lock_timeout = '1 week'", "22023"},
                {"SET search_path = tenant", "0A000"},
                {"SET IntervalStyle = iso_8601", "0A000"},
                {"SET bytea_output = 'escape'", "0A000"},
                {"SET standard_conforming_strings = off", "0A000"},
                {"SET DateStyle = 'ISO, DMY'", "0A000"},
                {"SET extra_float_digits = 0", "0A000"},
                {"SET session_replication_role = replica", "0A000"},
                {"SET client_encoding = LATIN1", "0A000"},
                {"SET LOCAL TimeZone = '+02'", "0A000"},
                {"SET TIME ZONE -7", "0A000"},
                {"SELECT set_config('timezone', 'Asia/Tokyo', true)", "0A000"}
            }) {
                RunningServer.assertRefused(statement, bad[0], bad[1]);
            }
            run(
                    statement,
                    "RESET SESSION AUTHORIZATION",
                    "SET ROLE NONE",
                    "SET LOCAL TIME ZONE LOCAL",
                    "SET TIME ZONE 'Etc/UTC'",
                    "SET TIME ZONE 'GMT'",
                    "SET TIME ZONE 0",
                    "SET TimeZone TO '+00:00'",
                    "SET NAMES 'UTF8'",
                    "SELECT set_config('search_path', '', false)",
                    "SET search_path = \"$user\", public",
                    "SET DateStyle = ISO",
                    "SET IntervalStyle = POSTGRES",
                    "SET extra_float_digits = 3",
                    "SET row_security = off",
                    "SET transaction_timeout = 0");
            run(statement, "SET lock_timeout = '1.5s'");
            assertThat(one(statement, "SHOW lock_timeout")).isEqualTo("1500ms");
            run(statement, "SET lock_timeout = 60000");
            assertThat(one(statement, "SHOW lock_timeout")).isEqualTo("1min");
            assertThat(one(statement, "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'"))
                    .isEqualTo("60000");
            assertThat(one(statement, "SHOW application_name")).isEqualTo("first");
        });
    }
}
