package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.assertRefused;
import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Times that a session sets for itself, and what is left when they are over. */
@Tag("system")
@Timeout(60)
class SessionLimitTests {

    private static final String ENDLESS =
            "WITH RECURSIVE r(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM r WHERE n < 1000000000) SELECT n FROM r";

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id int PRIMARY KEY)");
            statement.execute("CREATE TABLE guarded (id int)");
        }
        server.runInApplication(
                "CREATE TRIGGER guard BEFORE INSERT ON guarded" + " BEGIN SELECT raise(ROLLBACK, 'not this one'); END");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private interface Use {
        void with(Statement statement) throws SQLException;
    }

    private static void connected(Use use) throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            use.with(statement);
        }
    }

    @Test
    void noSavepointIsLeftOfWhatIsRolledBackAsAWhole() throws SQLException {
        connected(statement -> {
            statement.execute("SET statement_timeout = '200ms'");
            for (String failing : new String[] {
                "INSERT INTO item " + ENDLESS,
                "INSERT OR ROLLBACK INTO item VALUES (2)",
                "INSERT INTO guarded VALUES (1)"
            }) {
                statement.execute("BEGIN");
                statement.execute("INSERT INTO item VALUES (1)");
                statement.execute("SAVEPOINT a");
                statement.execute("INSERT INTO item VALUES (2)");
                assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute(failing));
                assertRefused(statement, "ROLLBACK TO SAVEPOINT a", "25P02");
                assertRefused(statement, "INSERT INTO item VALUES (3)", "25P02");
                assertRefused(statement, "SAVEPOINT a", "25P02");
                statement.execute("COMMIT");
                assertThat(rows(statement, "SELECT count(*) FROM item")).isEqualTo("0;");
            }
            // a query that is interrupted takes nothing with it
            statement.execute("BEGIN; INSERT INTO item VALUES (1); SAVEPOINT a");
            assertRefused(statement, "SELECT count(*) FROM (" + ENDLESS + ") q", "57014");
            statement.execute("ROLLBACK TO a; COMMIT; DELETE FROM item");
        });
    }

    @Test
    void eachStatementOfATextHasItsTime() throws SQLException {
        connected(statement -> assertRefused(
                statement, "SET statement_timeout = 100; SELECT count(*) FROM (" + ENDLESS + ") q", "57014"));
    }

    @Test
    void theWriteLockIsWaitedForAsLongAsTheSessionSays() throws SQLException {
        connected(holder -> {
            holder.execute("BEGIN IMMEDIATE");
            connected(statement -> {
                statement.execute("SET lock_timeout = '100ms'");
                long begin = System.nanoTime();
                assertRefused(statement, "DELETE FROM item", "55P03");
                statement.execute("BEGIN; SELECT * FROM item");
                assertRefused(statement, "DELETE FROM item", "55P03");
                statement.execute("ROLLBACK");
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
            });
            holder.execute("ROLLBACK");
        });
    }

    private static void assertEndsInTime(Statement statement, String begin) throws SQLException {
        statement.execute(begin);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            try {
                statement.execute("SELECT 1");
                return false;
            } catch (SQLException e) {
                return e.getSQLState().equals("25P03");
            }
        });
        statement.execute("ROLLBACK");
    }

    @Test
    void transactionsEndInTime() throws SQLException {
        connected(statement -> {
            assertEndsInTime(statement, "BEGIN; SET LOCAL transaction_timeout = '100ms'; DELETE FROM item");
            assertThat(rows(statement, "SHOW transaction_timeout")).isEqualTo("0;");
        });
    }

    @Test
    void aSessionsTransactionsAllEndInTime() throws SQLException {
        connected(statement -> {
            statement.execute("SET transaction_timeout = '100ms'");
            assertThat(rows(statement, "SHOW transaction_timeout")).isEqualTo("100ms;");
            assertEndsInTime(statement, "BEGIN");
            assertEndsInTime(statement, "BEGIN; DELETE FROM item");
            statement.execute("RESET transaction_timeout");
            assertThat(rows(statement, "SHOW transaction_timeout")).isEqualTo("0;");
            statement.execute("BEGIN; SET transaction_timeout = '2s'; COMMIT");
            assertThat(rows(statement, "SHOW transaction_timeout")).isEqualTo("2s;");
            statement.execute("BEGIN; SET transaction_timeout = '3s'; ROLLBACK");
            assertThat(rows(statement, "SELECT set_config('transaction_timeout', '4s', false)"))
                    .isEqualTo("4s;");
            assertThat(rows(statement, "SHOW transaction_timeout")).isEqualTo("4s;");
        });
        try (Connection connection = server.connect("options", "-c transaction_timeout=100ms");
                Statement statement = connection.createStatement()) {
            assertEndsInTime(statement, "BEGIN");
            assertThat(rows(statement, "SHOW transaction_timeout")).isEqualTo("100ms;");
        }
    }

    @Test
    void whoIdlesInATransactionIsDisconnected() throws SQLException {
        connected(statement -> {
            statement.execute("SET idle_in_transaction_session_timeout = '100ms'");
            statement.execute("BEGIN IMMEDIATE");
            connected(other -> other.execute("DELETE FROM item"));
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("SELECT 1"));
        });
    }
}
