package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.assertRefused;
import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Questions about the catalog keep to the limits of all statements, and nobody waits long for those of others. */
@Tag("system")
@Timeout(60)
class CatalogLimitsTests {

    private static final String ENDLESS =
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r, pg_class";

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

    private static CompletableFuture<String> running(Statement statement) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return rows(statement, ENDLESS);
            } catch (SQLException e) {
                return String.valueOf(e.getSQLState());
            }
        });
    }

    /** Waits until a question is being answered. */
    private static void awaitRunning(Statement observer, int questions) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(rows(
                                observer,
                                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'WITH%'"))
                        .isEqualTo(questions + ";"));
    }

    /** A view of a function that SQLite does not have can be made, and not be read. */
    @Test
    void aViewThatCannotBeReadHarmsNoTransaction() throws Exception {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE flag(id INT PRIMARY KEY, ok BOOLEAN)");
            statement.execute("CREATE VIEW unreadable AS SELECT nothing_like_it(ok) AS x FROM flag");
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO flag VALUES (1, true)");
            assertThat(rows(statement, "SELECT relname FROM pg_class WHERE relname = 'unreadable'"))
                    .isEqualTo("unreadable;");
            assertRefused(statement, "SELECT * FROM unreadable", "42883");
            connection.rollback();
            statement.execute("INSERT INTO flag VALUES (1, true)");
            statement.execute("DROP VIEW unreadable");
            assertThat(rows(statement, "SELECT count(*) FROM pg_class WHERE relname IN ('flag', 'unreadable')"))
                    .isEqualTo("1;");
            connection.commit();
            assertThat(rows(statement, "SELECT id FROM flag")).isEqualTo("1;");
            connection.commit();
        }
    }

    @Test
    void whatHasNoEndIsEndedByItsTimeAndByCancelling() throws Exception {
        try (Connection one = server.connect();
                Connection two = server.connect();
                Statement endless = one.createStatement();
                Statement other = two.createStatement()) {
            endless.execute("SET statement_timeout = 200");
            assertRefused(endless, ENDLESS, "57014");
            endless.execute("SET statement_timeout = 0");
            CompletableFuture<String> answer = running(endless);
            awaitRunning(other, 1);
            assertThat(rows(other, "SELECT version() LIKE 'PostgreSQL%', current_schema()"))
                    .endsWith("|public;");
            endless.cancel();
            assertThat(answer.join()).isEqualTo("57014");
            assertThat(rows(endless, "SELECT relname FROM pg_class WHERE relname = 'pg_class'"))
                    .hasSizeLessThan(20);
        }
    }

    @Test
    void whoIsGoneAsksNoMore() throws Exception {
        List<Connection> gone = new ArrayList<>();
        try (Connection last = server.connect();
                Statement statement = last.createStatement()) {
            for (int i = 0; i < 7; i++) {
                Connection connection = server.connect();
                gone.add(connection);
                running(connection.createStatement());
            }
            awaitRunning(statement, 7);
            for (Connection connection : gone) {
                connection.abort(Runnable::run);
            }
            awaitRunning(statement, 0);
            assertThat(rows(statement, "SELECT 1 FROM pg_namespace WHERE nspname = 'public'"))
                    .isEqualTo("1;");
        }
    }

    @Test
    void aServerThatIsClosedWaitsForNoQuestion() throws Exception {
        RunningServer own = RunningServer.start(folder.resolve("closed.db"));
        try (Connection connection = own.connect();
                Connection observer = own.connect();
                Statement statement = observer.createStatement()) {
            CompletableFuture<String> answer = running(connection.createStatement());
            awaitRunning(statement, 1);
            long begin = System.nanoTime();
            own.close();
            assertThat(answer.join()).isNotNull();
            assertThat(System.nanoTime() - begin)
                    .isLessThan(Duration.ofSeconds(8).toNanos());
        }
    }

    @Test
    void valuesAndAnswersAreNoLargerThanElsewhere() throws Exception {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            assertRefused(statement, "SELECT length(hex(zeroblob(200000000))) FROM pg_type", "22001");
            assertRefused(statement, "SELECT hex(zeroblob(1000000)) FROM pg_type a, pg_type b", "54000");
            String many = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 100)";
            assertRefused(
                    statement,
                    many + " SELECT length(array_agg(hex(zeroblob(1000000)))) FROM r, pg_namespace",
                    "22001");
            assertRefused(
                    statement,
                    many + " SELECT length(array_to_string(array_agg(n), hex(zeroblob(1000000)))) FROM r, pg_namespace",
                    "22001");
            assertRefused(
                    statement, "SELECT '" + "a".repeat(200) + "' ~ '^a*a*a*a*a*a*a*a*b' FROM pg_namespace", "42000");
        }
    }
}
