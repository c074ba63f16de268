package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.assertRefused;
import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that others refer to, where foreign keys are enforced. */
@Tag("system")
@Timeout(60)
class ForeignKeyTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        PoolSettings pool = PoolSettings.of(folder.resolve("app.db").toString()).with(to -> to.foreignKeys(true));
        server = RunningServer.of(
                ReplicationNode.alone(NodeSettings.of("n1", pool)).start(),
                RunningServer.settings(null, false, 250),
                null);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void family(Statement statement) throws SQLException {
        statement.execute("DROP TABLE IF EXISTS parent, child, other");
        statement.execute("CREATE TABLE parent (id int PRIMARY KEY, up int REFERENCES parent(id) ON DELETE CASCADE)");
        statement.execute("CREATE TABLE child (id int, up int NOT NULL REFERENCES \"Parent\"(id) ON DELETE CASCADE)");
        statement.execute("CREATE TABLE other (id int, up int REFERENCES parent(id) ON DELETE SET NULL)");
        statement.execute("INSERT INTO parent VALUES (1, NULL), (2, 1)");
        statement.execute("INSERT INTO child VALUES (1, 1), (2, 2)");
        statement.execute("INSERT INTO other VALUES (1, 1)");
    }

    private static void assertNothingLost(Statement statement) throws SQLException {
        assertThat(rows(
                        statement,
                        "SELECT (SELECT count(*) FROM child), (SELECT count(up) FROM other), count(*) FROM parent"))
                .isEqualTo("2|1|2;");
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void noRowsOfOthersGoWithThoseOfTheTable(String mode) throws SQLException {
        try (Connection connection = server.connect("preferQueryMode", mode);
                Statement statement = connection.createStatement()) {
            family(statement);
            assertThat(rows(statement, "PRAGMA foreign_keys")).isEqualTo("1;");
            assertRefused(statement, "TRUNCATE parent", "0A000");
            assertRefused(statement, "TRUNCATE TABLE public.parent, child", "0A000");
            assertRefused(statement, "DROP TABLE parent", "2BP01");
            assertRefused(statement, "DROP TABLE IF EXISTS public.parent RESTRICT", "2BP01");
            assertRefused(statement, "DROP TABLE parent, child", "2BP01");
            assertRefused(statement, "DROP TABLE parent CASCADE", "0A000");
            assertNothingLost(statement);
            statement.execute("TRUNCATE child");
            assertThat(rows(statement, "SELECT count(*) FROM parent")).isEqualTo("2;");
            statement.execute("TRUNCATE parent, other, child");
            assertThat(rows(statement, "SELECT count(*) FROM other")).isEqualTo("0;");
            family(statement);
            statement.execute("TRUNCATE parent CASCADE");
            assertThat(rows(statement, "SELECT count(*) FROM other")).isEqualTo("0;");
            statement.execute("DROP TABLE child");
            statement.execute("DROP TABLE parent, other CASCADE");
            statement.execute("CREATE TABLE later (up int REFERENCES missing(id))");
            statement.execute("DROP TABLE IF EXISTS missing CASCADE");
            statement.execute("DROP TABLE later");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void foreignKeysAreCheckedWhenTheTransactionSays(String mode) throws SQLException {
        try (Connection connection = server.connect("preferQueryMode", mode);
                Statement statement = connection.createStatement()) {
            family(statement);
            connection.setAutoCommit(false);
            // the driver prepares it on the server after some times
            for (int i = 0; i < 8; i++) {
                statement.execute("SET CONSTRAINTS ALL DEFERRED");
                statement.execute("INSERT INTO child VALUES (10, 10)");
                statement.execute("INSERT INTO parent VALUES (10)");
                statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
                assertRefused(statement, "INSERT INTO child VALUES (11, 11)", "23503");
                connection.rollback();
                statement.execute("SET CONSTRAINTS ALL DEFERRED");
                statement.execute("INSERT INTO child VALUES (10, 10)");
                assertRefused(statement, "SET CONSTRAINTS ALL IMMEDIATE", "23503");
                connection.rollback();
            }
            statement.execute("SET CONSTRAINTS some, more DEFERRED");
            statement.execute("INSERT INTO child VALUES (10, 10)");
            statement.execute("SET CONSTRAINTS some, more IMMEDIATE");
            assertThat(statement.getWarnings().getMessage()).contains("at COMMIT");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(connection::commit)
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("23503"));
            connection.setAutoCommit(true);
            assertRefused(statement, "INSERT INTO child VALUES (10, 10)", "23503");
            statement.execute("DROP TABLE other, child, parent");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void aTableIsMadeAnewAsErrorsSay(String mode) throws SQLException {
        try (Connection connection = server.connect("preferQueryMode", mode);
                Statement statement = connection.createStatement()) {
            family(statement);
            statement.execute("DROP TABLE other");
            assertRefused(statement, "ALTER TABLE parent ADD CONSTRAINT some CHECK (id > 0)", "0A000");
            connection.setAutoCommit(false);
            statement.execute("CREATE TABLE parent2 (id int PRIMARY KEY, up int, CONSTRAINT some CHECK (id > 0))");
            statement.execute("INSERT INTO parent2 SELECT * FROM parent");
            statement.execute("CREATE TABLE child2 (id int, up int NOT NULL REFERENCES parent2(id) ON DELETE CASCADE)");
            statement.execute("INSERT INTO child2 SELECT * FROM child");
            statement.execute("DROP TABLE child");
            statement.execute("DROP TABLE parent");
            statement.execute("ALTER TABLE parent2 RENAME TO parent");
            statement.execute("ALTER TABLE child2 RENAME TO child");
            connection.commit();
            assertThat(rows(statement, "SELECT count(*) FROM child")).isEqualTo("2;");
            assertRefused(statement, "INSERT INTO child VALUES (3, 3)", "23503");
            connection.rollback();
            statement.execute("DELETE FROM parent WHERE id = 2");
            assertThat(rows(statement, "SELECT count(*) FROM child")).isEqualTo("1;");
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("DROP TABLE child, parent");
        }
    }
}
