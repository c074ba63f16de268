package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the catalog knows of sessions, and how it writes names. */
@Tag("system")
@Timeout(60)
class CatalogSessionTests {

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

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void settingsAreSetAndReadByFunctions(String mode) throws SQLException {
        try (Connection connection = server.connect("preferQueryMode", mode);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            assertThat(rows(statement, "SELECT set_config('TimeZone', 'Etc/Zulu', true)"))
                    .isEqualTo("Etc/Zulu;");
            assertThat(rows(statement, "SELECT set_config('search_path', 'public, other', false)"))
                    .isEqualTo("public, other;");
            assertThat(rows(
                            statement,
                            "SELECT current_setting('timezone'), setting FROM pg_settings WHERE name = 'search_path'"))
                    .isEqualTo("Etc/Zulu|public, other;");
            connection.commit();
            assertThat(rows(
                            statement,
                            "SELECT current_setting('TimeZone') = 'Etc/Zulu', current_setting('search_path')"))
                    .endsWith("|public, other;")
                    .doesNotStartWith("1")
                    .doesNotStartWith("t");
            assertThat(rows(statement, "SELECT current_setting('no.such', true)"))
                    .isEqualTo("null;");
            connection.setAutoCommit(true);
            RunningServer.assertRefused(statement, "SELECT current_setting('nothing')", "42704");
            RunningServer.assertRefused(statement, "SELECT set_config('nothing', '1', false)", "42704");
            RunningServer.assertRefused(statement, "SELECT set_config('server_version', '1', false)", "55P02");
            RunningServer.assertRefused(statement, "SELECT set_config('ha.position', '1', false)", "0A000");
        }
    }

    @Test
    void clientsAndWhatTheyHavePreparedAreListed() throws SQLException {
        try (Connection one = server.connect("ApplicationName", "one");
                Connection two = server.connect("ApplicationName", "two");
                Statement statement = one.createStatement();
                Statement other = two.createStatement()) {
            two.setAutoCommit(false);
            other.execute("SELECT 42");
            assertThat(rows(
                            statement,
                            "SELECT application_name, usename, state, query, pid = pg_backend_pid() FROM"
                                    + " pg_stat_activity WHERE application_name IN ('one', 'two') ORDER BY 1 DESC"))
                    .startsWith("two|ha|idle in transaction|SELECT 42|f;one|ha|active|SELECT application_name");
            statement.execute("PREPARE p(int, text) AS SELECT $1, $2");
            assertThat(rows(
                            statement,
                            "SELECT name, statement, from_sql, parameter_types FROM pg_prepared_statements"
                                    + " WHERE prepare_time IS NOT NULL AND name = 'p'"))
                    .isEqualTo("p|SELECT $1, $2|t|{bigint,text};");
            assertThat(rows(other, "SELECT count(*) FROM pg_prepared_statements WHERE from_sql"))
                    .isEqualTo("0;");
        }
    }

    /** Who has been answered may be asked about at once, by somebody else. */
    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void aClientThatWasAnsweredIsIdle(String mode) throws SQLException {
        try (Connection one = server.connect("preferQueryMode", mode);
                Connection two = server.connect("preferQueryMode", mode);
                Statement asks = one.createStatement();
                Statement other = two.createStatement()) {
            String pid = rows(other, "SELECT pg_backend_pid()").replace(";", "");
            String state = "SELECT state, xact_start IS NULL, xact_start <= query_start FROM pg_stat_activity"
                    + " WHERE pid = " + pid;
            for (int i = 0; i < 20; i++) {
                assertThat(rows(asks, state)).isEqualTo("idle|t|null;");
                other.execute("BEGIN");
                assertThat(rows(asks, state)).startsWith("idle in transaction|f|");
                other.execute("SELECT 1");
                assertThat(rows(asks, state)).isEqualTo("idle in transaction|f|t;");
                RunningServer.assertRefused(other, "SELECT * FROM nowhere", "42P01");
                assertThat(rows(asks, state)).isEqualTo("idle in transaction (aborted)|f|t;");
                other.execute("ROLLBACK");
            }
            assertThat(rows(
                            asks,
                            "SELECT state, xact_start IS NULL FROM pg_stat_activity WHERE pid = pg_backend_pid()"))
                    .isEqualTo("active|f;");
            other.execute("BEGIN");
            String begun = rows(asks, "SELECT xact_start FROM pg_stat_activity WHERE pid = " + pid);
            other.execute("COMMIT AND CHAIN");
            assertThat(rows(
                            asks,
                            "SELECT xact_start > '" + begun.replace(";", "") + "' FROM pg_stat_activity WHERE pid = "
                                    + pid))
                    .isEqualTo("t;");
            assertThat(rows(
                            asks,
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
                                    + " AND pid = " + pid))
                    .isEqualTo("t;");
        }
    }

    @Test
    void advisoryLocksHaveOneHolderAndEndWithIt() throws SQLException {
        try (Connection one = server.connect();
                Connection two = server.connect();
                Statement mine = one.createStatement();
                Statement others = two.createStatement()) {
            String take = "SELECT pg_try_advisory_lock(7)";
            assertThat(rows(mine, take) + rows(mine, take) + rows(others, take)).isEqualTo("t;t;f;");
            RunningServer.assertRefused(others, "SELECT pg_advisory_lock(7)", "55P03");
            String give = "SELECT pg_advisory_unlock(7)";
            assertThat(rows(mine, give) + rows(mine, give) + rows(mine, give)).isEqualTo("t;t;f;");
            one.setAutoCommit(false);
            assertThat(rows(mine, "SELECT pg_try_advisory_xact_lock(1, 2)")).isEqualTo("t;");
            assertThat(rows(others, "SELECT pg_try_advisory_xact_lock(1, 2)")).isEqualTo("f;");
            one.rollback();
            assertThat(rows(others, "SELECT pg_try_advisory_lock(1, 2)")).isEqualTo("t;");
            two.close();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(rows(mine, "SELECT pg_try_advisory_xact_lock(1, 2)"))
                            .isEqualTo("t;"));
            one.rollback();
        }
    }

    @Test
    void namesThatAreKeywordsAreQuoted() throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE \"select\"(\"from\" INT PRIMARY KEY, \"Order\" TEXT, plain INT REFERENCES"
                    + " \"select\"(\"from\"))");
            statement.execute("CREATE INDEX \"group\" ON \"select\"(\"Order\", plain)");
            assertThat(rows(statement, "SELECT pg_get_indexdef(oid) FROM pg_class WHERE relname = 'group'"))
                    .isEqualTo("CREATE INDEX \"group\" ON public.\"select\" USING btree (\"Order\", plain);");
            assertThat(rows(statement, "SELECT pg_get_constraintdef(oid) FROM pg_constraint ORDER BY contype"))
                    .isEqualTo("FOREIGN KEY (plain) REFERENCES \"select\"(\"from\");PRIMARY KEY (\"from\");");
            assertThat(rows(statement, "SELECT quote_ident('user'), quote_ident('name'), '\"select\"'::regclass::text"))
                    .startsWith("\"user\"|name|");
            assertThat(rows(statement, "SELECT oid::regclass FROM pg_class WHERE relname = 'select'"))
                    .isEqualTo("\"select\";");
            for (String[] shown : new String[][] {
                {"'public.\"select\"'::regclass", "regclass=\"select\";"},
                {"CAST('\"select\"' AS regclass)", "regclass=\"select\";"},
                {"'\"select\"'::regclass::text, 1", "text=\"select\";"},
                {"'\"select\"'::regclass::oid = '\"select\"'::regclass AS same", "same=t;"},
                {"c.oid::regclass FROM pg_class c WHERE oid = '\"select\"'::regclass", "oid=\"select\";"},
                {"conrelid::regclass::text FROM pg_constraint WHERE contype = 'p'", "conrelid=\"select\";"},
                {"'int4'::regtype AS t, 'public'::regnamespace", "t=integer;"},
            }) {
                try (ResultSet row = statement.executeQuery("SELECT " + shown[0])) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getMetaData().getColumnLabel(1) + "=" + row.getString(1) + ";")
                            .as(shown[0])
                            .isEqualTo(shown[1]);
                }
            }
            RunningServer.assertRefused(statement, "SELECT 'nowhere'::regclass", "42P01");
            assertThat(rows(statement, "SELECT pg_typeof(1), pg_typeof('a'), pg_typeof(1.5)"))
                    .isEqualTo("integer|unknown|numeric;");
        }
    }
}
