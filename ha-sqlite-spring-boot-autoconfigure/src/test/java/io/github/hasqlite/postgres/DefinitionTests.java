package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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

/** Changes of the schema as people write them for PostgreSQL, by both protocols of queries. */
@Tag("system")
@Timeout(60)
class DefinitionTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String noticeOf(Statement statement, String sql) throws SQLException {
        statement.clearWarnings();
        statement.execute(sql);
        return statement.getWarnings() == null ? "" : statement.getWarnings().getMessage();
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void whatHasNothingToDoSaysSo(String mode) throws SQLException {
        try (Connection connection = server.connect("preferQueryMode", mode);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS item CASCADE");
            statement.execute("CREATE TABLE item(id SERIAL PRIMARY KEY, name TEXT)");
            assertThat(noticeOf(statement, "ALTER TABLE IF EXISTS nowhere ADD COLUMN x INT"))
                    .contains("\"nowhere\" does not exist, skipping");
            assertThat(noticeOf(statement, "ALTER TABLE item ADD COLUMN IF NOT EXISTS NAME TEXT"))
                    .contains("already exists, skipping");
            assertThat(noticeOf(statement, "ALTER TABLE public.item DROP COLUMN IF EXISTS nothing"))
                    .contains("\"nothing\" of relation \"item\" does not exist, skipping");
            assertThat(noticeOf(statement, "ALTER TABLE IF EXISTS item ADD COLUMN IF NOT EXISTS more INT"))
                    .isEmpty();
            assertThat(noticeOf(statement, "ALTER TABLE item DROP COLUMN IF EXISTS more CASCADE"))
                    .isEmpty();
            RunningServer.assertRefused(statement, "ALTER TABLE nowhere ADD COLUMN IF NOT EXISTS x INT", "42P01");
            RunningServer.assertRefused(statement, "CREATE TABLE other (LIKE item)", "0A000");
            RunningServer.assertRefused(statement, "SET CONSTRAINTS ALL DEFERRED", "0A000");
            statement.execute("CREATE UNIQUE INDEX CONCURRENTLY ON_NAME ON item USING btree (name)");
            statement.execute("INSERT INTO item(name) VALUES ('x')");
            statement.execute("TRUNCATE TABLE item RESTART IDENTITY CASCADE");
            try (ResultSet rows = statement.executeQuery("SELECT count(*), max(name) FROM item")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isZero();
            }
            statement.execute("DROP INDEX CONCURRENTLY IF EXISTS on_name RESTRICT");
        }
    }

    /** As psql sends it, which knows nothing of bodies. */
    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void aTriggerThatWasCutIsExplained(String mode) throws SQLException {
        try (Connection connection = server.connect("preferQueryMode", mode);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS told(id INTEGER PRIMARY KEY)");
            for (String cut : new String[] {"DELETE FROM told", "SELECT CASE WHEN 1 THEN 2 END"}) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.execute("CREATE TRIGGER t AFTER INSERT ON told BEGIN " + cut))
                        .withMessageContaining("write \\; instead of ;")
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("42601"));
            }
            if (mode.equals("simple")) {
                statement.execute(
                        "CREATE TRIGGER t AFTER INSERT ON told BEGIN DELETE FROM told; SELECT 1; END; SELECT 1");
                statement.execute("DROP TRIGGER t ON told");
            }
        }
    }
}
