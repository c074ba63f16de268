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
            RunningServer.assertRefused(statement, "SET CONSTRAINTS ALL", "42601");
            statement.execute("ALTER TABLE item ADD COLUMN n INT DEFAULT 5 NOT NULL");
            assertThat(noticeOf(statement, "ALTER TABLE item ALTER COLUMN n DROP DEFAULT"))
                    .contains("\"n\" of relation \"item\" keeps its default");
            assertThat(noticeOf(statement, "ALTER TABLE public.item ALTER name DROP DEFAULT"))
                    .contains("has no default");
            RunningServer.assertRefused(statement, "ALTER TABLE item ALTER nowhere DROP DEFAULT", "42703");
            statement.execute("ALTER TABLE item ADD COLUMN m INT DEFAULT 5");
            RunningServer.assertRefused(statement, "ALTER TABLE item ALTER COLUMN m DROP DEFAULT", "0A000");
            statement.execute("CREATE UNIQUE INDEX CONCURRENTLY ON_NAME ON item USING btree (name)");
            statement.execute("INSERT INTO item(name) VALUES ('x')");
            statement.execute("TRUNCATE TABLE ONLY item CONTINUE IDENTITY CASCADE");
            try (ResultSet rows = statement.executeQuery("SELECT count(*), max(name) FROM item")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isZero();
            }
            statement.execute("DROP INDEX CONCURRENTLY IF EXISTS on_name RESTRICT");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void literalsAreStoredAsTheyAreElsewhere(String mode) throws SQLException {
        try (Connection connection = server.connect("preferQueryMode", mode);
                Statement statement = connection.createStatement()) {
            for (String drop : new String[] {"VIEW IF EXISTS seen", "TABLE IF EXISTS made", "TABLE IF EXISTS lit"}) {
                statement.execute("DROP " + drop);
            }
            statement.execute(
                    "CREATE TABLE lit(id BIGINT PRIMARY KEY, b BOOLEAN DEFAULT 't' NOT NULL CHECK (b = 't' OR id > 5),"
                            + " ts TIMESTAMP DEFAULT '2026-01-01 00:00', y BYTEA DEFAULT '\\x41', d DATE DEFAULT ('2026-01-01'))");
            statement.execute("ALTER TABLE lit ADD COLUMN c BOOLEAN DEFAULT 'f'");
            statement.execute("INSERT INTO lit(id) VALUES (1)");
            statement.execute("INSERT INTO lit VALUES (2, 't', '2026-01-01 00:00', '\\x41', '2026-01-01', 'f')");
            String same = "SELECT count(*) FROM lit WHERE b AND b = 't' AND ts = '2026-01-01 00:00' AND y = '\\x41' AND"
                    + " d = '2026-01-01' AND c = 'f' AND NOT c";
            assertThat(RunningServer.rows(statement, same)).isEqualTo("2;");
            statement.execute(
                    "CREATE VIEW seen AS SELECT id, b, ts >= CURRENT_TIMESTAMP AS later, d < ts AS before FROM lit"
                            + " WHERE b = 't' AND ts = '2026-01-01 00:00'");
            assertThat(RunningServer.rows(statement, "SELECT * FROM seen WHERE later = 'f' ORDER BY id"))
                    .isEqualTo("1|t|f|f;2|t|f|f;");
            statement.execute("CREATE TABLE made AS SELECT id FROM lit WHERE ts = '2026-01-01' AND b = 't'");
            assertThat(RunningServer.rows(statement, "SELECT count(*) FROM made"))
                    .isEqualTo("2;");
            statement.execute("CREATE UNIQUE INDEX one ON lit(y) WHERE c = 't'");
            statement.execute("UPDATE lit SET c = 't' WHERE id = 1");
            RunningServer.assertRefused(statement, "UPDATE lit SET c = 't' WHERE id = 2", "23505");
            RunningServer.assertRefused(statement, "UPDATE lit SET b = 'f' WHERE id = 2", "23514");
            RunningServer.assertRefused(statement, "CREATE TABLE lost AS SELECT id, b FROM lit", "0A000");
            if (mode.equals("simple")) {
                statement.execute("CREATE TRIGGER turned AFTER UPDATE OF d ON lit WHEN new.c = 't' BEGIN"
                        + " UPDATE lit SET c = 'f', ts = '2026-02-01' WHERE id = new.id; END");
                statement.execute("UPDATE lit SET d = '2026-03-01'");
                assertThat(RunningServer.rows(statement, "SELECT quote(c), ts FROM lit WHERE id = 1"))
                        .isEqualTo("0|2026-02-01 00:00:00;");
            }
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
