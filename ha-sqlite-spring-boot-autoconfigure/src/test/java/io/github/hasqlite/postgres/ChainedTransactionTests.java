package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.assertRefused;
import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactions that follow each other without a BEGIN, and what ends a transaction in other ways. */
@Tag("system")
@Timeout(60)
class ChainedTransactionTests {

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
    void anotherTransactionFollows(String mode) throws Exception {
        try (Connection connection = server.connect("preferQueryMode", mode);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS ch");
            statement.execute("CREATE TABLE ch(id int8 PRIMARY KEY)");
            statement.execute("BEGIN");
            statement.execute("INSERT INTO ch VALUES(1)");
            statement.execute("COMMIT AND CHAIN");
            statement.execute("INSERT INTO ch VALUES(2)");
            statement.execute("ROLLBACK WORK AND CHAIN");
            statement.execute("INSERT INTO ch VALUES(3)");
            assertRefused(statement, "INSERT INTO ch VALUES(3)", "23505");
            statement.execute("END AND CHAIN");
            statement.execute("INSERT INTO ch VALUES(4)");
            statement.execute("COMMIT AND NO CHAIN");
            statement.execute("INSERT INTO ch VALUES(5)");
            assertThat(rows(statement, "SELECT id FROM ch ORDER BY id")).isEqualTo("1;4;5;");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void whatFollowsIsTheSame(String mode) throws Exception {
        try (Connection connection = server.connect("preferQueryMode", mode);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS same(id int8)");
            statement.execute("BEGIN READ ONLY");
            statement.execute("COMMIT AND CHAIN");
            assertRefused(statement, "INSERT INTO same VALUES(1)", "25006");
            statement.execute("ROLLBACK AND CHAIN");
            assertRefused(statement, "INSERT INTO same VALUES(1)", "25006");
            statement.execute("ROLLBACK");
            statement.execute("INSERT INTO same VALUES(1)");
            assertRefused(statement, "COMMIT AND CHAIN", "25P01");
            assertRefused(statement, "ROLLBACK AND CHAIN", "25P01");
            assertRefused(statement, "COMMIT AND", "42601");
            assertRefused(statement, "COMMIT PREPARED 'a'", "0A000");
            assertRefused(statement, "ROLLBACK PREPARED 'a'", "0A000");
            assertRefused(statement, "PREPARE TRANSACTION 'a'", "0A000");
        }
    }
}
