package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that are prepared in SQL, by both protocols of queries. */
@Tag("system")
@Timeout(60)
class PrepareTests {

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

    private static Connection connect(String mode) throws SQLException {
        Connection connection = server.connect("preferQueryMode", mode);
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS item");
            statement.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price NUMERIC(8,2), at DATE)");
            statement.execute("INSERT INTO item VALUES (1, 'one', 1.5, '2026-01-31'), (2, 'two', 2, NULL)");
        }
        return connection;
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void queriesAndWritesRunAsOftenAsTheyAreExecuted(String mode) throws SQLException {
        try (Connection connection = connect(mode);
                Statement statement = connection.createStatement()) {
            statement.execute("PREPARE find (int, text) AS SELECT id, price FROM item WHERE id = $1 OR name = $2");
            assertThat(rows(statement, "EXECUTE find(1, 'two')")).isEqualTo("1|1.50;2|2.00;");
            assertThat(rows(statement, "EXECUTE find('2', NULL)")).isEqualTo("2|2.00;");
            assertThat(rows(statement, "EXECUTE find(3 - 2, 'o' || 'ne')")).isEqualTo("1|1.50;");
            statement.execute("PREPARE put AS INSERT INTO item(id, name, at) VALUES($1, $2, $3)");
            assertThat(statement.executeUpdate("EXECUTE put(3, E'a\\'b', '2026-02-01'::date)"))
                    .isEqualTo(1);
            assertThat(rows(statement, "SELECT name, at FROM item WHERE id = 3"))
                    .isEqualTo("a'b|2026-02-01;");
            statement.execute("PREPARE all_of_it AS SELECT count(*) FROM item");
            assertThat(rows(statement, "EXECUTE all_of_it")).isEqualTo("3;");
            statement.execute("PREPARE back AS DELETE FROM item WHERE id = $1 RETURNING name");
            assertThat(rows(statement, "EXECUTE back(2)")).isEqualTo("two;");
            statement.execute("PREPARE tables AS SELECT relname FROM pg_catalog.pg_class WHERE relkind = 'r'");
            assertThat(rows(statement, "EXECUTE tables")).contains("item;");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void aTransactionHasWhatIsExecutedInIt(String mode) throws SQLException {
        try (Connection connection = connect(mode);
                Statement statement = connection.createStatement()) {
            statement.execute("PREPARE rename AS UPDATE item SET name = $2 WHERE id = $1");
            connection.setAutoCommit(false);
            assertThat(statement.executeUpdate("EXECUTE rename(1, 'first')")).isEqualTo(1);
            connection.rollback();
            assertThat(rows(statement, "SELECT name FROM item WHERE id = 1")).isEqualTo("one;");
            connection.commit();
            connection.setReadOnly(true);
            RunningServer.assertRefused(statement, "EXECUTE rename(1, 'first')", "25006");
            connection.rollback();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void whatIsWrongIsSaid(String mode) throws SQLException {
        try (Connection connection = connect(mode);
                Statement statement = connection.createStatement()) {
            statement.execute("PREPARE find AS SELECT $1");
            RunningServer.assertRefused(statement, "PREPARE find AS SELECT 2", "42P05");
            RunningServer.assertRefused(statement, "EXECUTE find", "42601");
            RunningServer.assertRefused(statement, "EXECUTE find(1, 2)", "42601");
            RunningServer.assertRefused(statement, "EXECUTE nothing(1)", "26000");
            RunningServer.assertRefused(statement, "PREPARE again AS PREPARE x AS SELECT 1", "42601");
            RunningServer.assertRefused(statement, "PREPARE again AS BEGIN", "42601");
            RunningServer.assertRefused(statement, "PREPARE again SELECT 1", "42601");
            RunningServer.assertRefused(statement, "PREPARE again(int AS SELECT 1", "42601");
            RunningServer.assertRefused(statement, "PREPARE again AS SELECT * FROM nowhere", "42P01");
            statement.execute("PREPARE number (int) AS SELECT $1");
            RunningServer.assertRefused(statement, "EXECUTE number('x')", "22P02");
            statement.execute("DEALLOCATE find");
            RunningServer.assertRefused(statement, "EXECUTE find(1)", "26000");
            statement.execute("PREPARE find AS SELECT 3");
            assertThat(rows(statement, "EXECUTE find")).isEqualTo("3;");
            statement.execute("DEALLOCATE ALL");
            RunningServer.assertRefused(statement, "EXECUTE find", "26000");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"extended"})
    void executeTakesParametersOfTheProtocol(String mode) throws SQLException {
        try (Connection connection = connect(mode);
                Statement statement = connection.createStatement(); ) {
            statement.execute("PREPARE find AS SELECT name FROM item WHERE id = $1");
            try (PreparedStatement execute = connection.prepareStatement("EXECUTE find(? + 1)")) {
                execute.setInt(1, 1);
                try (ResultSet rows = execute.executeQuery()) {
                    rows.next();
                    assertThat(rows.getString(1)).isEqualTo("two");
                }
            }
        }
    }

    /** The text is planned anew: values are stored by what the columns are now. */
    @Test
    void anotherClientMayChangeTheTable() throws SQLException {
        try (Connection other = server.connect();
                Connection connection = server.connect();
                Statement ddl = other.createStatement();
                Statement statement = connection.createStatement()) {
            ddl.execute("CREATE TABLE changed(id INT PRIMARY KEY, v NUMERIC(10,2) DEFAULT 1)");
            statement.execute("PREPARE everything AS SELECT * FROM changed");
            statement.execute("PREPARE stored(int, numeric) AS INSERT INTO changed(id, v) VALUES ($1, $2)");
            statement.execute("PREPARE defaulted(int) AS INSERT INTO changed VALUES ($1, DEFAULT)");
            statement.execute("PREPARE ids AS SELECT id FROM changed ORDER BY id");
            statement.execute("EXECUTE stored(1, 1.005)");
            assertThat(RunningServer.rows(statement, "EXECUTE everything")).isEqualTo("1|1.01;");
            ddl.execute("ALTER TABLE changed ADD COLUMN more TEXT DEFAULT 'q'");
            RunningServer.assertRefused(statement, "EXECUTE everything", "0A000");
            ddl.execute("DROP TABLE changed");
            RunningServer.assertRefused(statement, "EXECUTE ids", "42P01");
            ddl.execute("CREATE TABLE changed(id INT PRIMARY KEY, v NUMERIC(10,1) DEFAULT 7)");
            statement.execute("EXECUTE stored(1, 1.25)");
            statement.execute("EXECUTE defaulted(2)");
            assertThat(RunningServer.rows(statement, "SELECT * FROM changed ORDER BY id"))
                    .isEqualTo("1|1.3;2|7.0;");
            assertThat(RunningServer.rows(statement, "EXECUTE ids")).isEqualTo("1;2;");
            ddl.execute("DROP TABLE changed");
        }
    }
}
