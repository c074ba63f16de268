package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.Collation;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/** What is no condition on the data alone is judged by the author, and by nobody else. */
@Tag("system")
class AuthorsConditionsTests {

    @TempDir
    Path folder;

    private NatsServer server;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestNode open(String name, CommitMode mode) {
        return TestNode.open(server, folder.resolve(name), name, mode);
    }

    private static void settle(TestNode one, TestNode two) {
        for (int round = 0; round < 2; round++) {
            one.awaitAppliedOn(two);
            two.awaitAppliedOn(one);
        }
    }

    private static void assertSame(TestNode one, TestNode two) throws Exception {
        settle(one, two);
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
        for (TestNode node : List.of(one, two)) {
            assertThat(node.status().halted()).isNull();
            assertThat(node.status().lastRejection()).isNull();
        }
    }

    private static void awaitPast(TestNode node, String time) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(60))
                .until(() ->
                        node.query("SELECT '" + time + "' < CURRENT_TIMESTAMP").contains("1"));
    }

    @ParameterizedTest
    @EnumSource(CommitMode.class)
    void rowsWhoseTimeHasPassedArrive(CommitMode mode) throws Exception {
        try (TestNode one = open("n1", mode)) {
            one.execute("CREATE TABLE o(id INTEGER PRIMARY KEY, e TEXT CHECK(e > CURRENT_TIMESTAMP), n UNIQUE)");
            String soon = one.query("SELECT datetime('now', '+2 seconds')").get(0);
            one.execute("INSERT INTO o VALUES(1, '" + soon + "', 1), (2, '" + soon + "', 2)");
            one.execute("UPDATE o SET n = 3 WHERE id = 1; REPLACE INTO o VALUES(3, '" + soon + "', 2)");
            awaitPast(one, soon);
            assertThatThrownBy(() -> one.execute("UPDATE o SET e = e WHERE id = 1"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("CHECK");
            try (TestNode two = open("n2", mode)) {
                assertSame(one, two);
                assertThat(two.query("SELECT id, n FROM o ORDER BY id")).containsExactly("1|3", "3|2");
                assertThatThrownBy(() -> two.execute("UPDATE o SET e = e WHERE id = 1"))
                        .hasMessageContaining("CHECK");
            }
        }
    }

    @Test
    void whatIsTakenBackIsPutOnTopAgainWithoutBeingJudged() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC);
                TestNode two = open("n2", CommitMode.ASYNC)) {
            one.execute("CREATE TABLE o(id INTEGER PRIMARY KEY, e TEXT CHECK(e > CURRENT_TIMESTAMP), n)");
            one.awaitAppliedOn(two);
            server.suspend();
            String soon = one.query("SELECT datetime('now', '+2 seconds')").get(0);
            one.execute("INSERT INTO o VALUES(1, '" + soon + "', 1), (2, '" + soon + "', 1)");
            two.execute("INSERT INTO o VALUES(1, '" + soon + "', 2), (3, '" + soon + "', 2)");
            awaitPast(one, soon);
            server.resume();
            assertSame(one, two);
            assertThat(one.query("SELECT id FROM o ORDER BY id")).containsExactly("1", "2", "3");
        }
    }

    @Test
    void switchesOfTheAuthorDecide() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC);
                TestNode two = open("n2", CommitMode.ASYNC)) {
            one.execute("CREATE TABLE t(a CHECK(a NOT LIKE 'x%'), b CHECK(b > 5))");
            one.execute("PRAGMA case_sensitive_like = ON; INSERT INTO t VALUES('X1', 6);"
                    + " PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES('x2', 0);"
                    + " PRAGMA ignore_check_constraints = OFF; PRAGMA case_sensitive_like = OFF");
            assertSame(one, two);
            assertThat(two.query("SELECT a, b FROM t ORDER BY 1")).containsExactly("X1|6", "x2|0");
        }
    }

    private static final int INNOCUOUS = 0x200000;

    private static void register(Connection connection, String name) throws SQLException {
        Function.create(
                connection.unwrap(SQLiteConnection.class),
                name,
                new Function() {
                    @Override
                    protected void xFunc() throws SQLException {
                        result(1);
                    }
                },
                1,
                Function.FLAG_DETERMINISTIC | INNOCUOUS);
    }

    @Test
    void aFunctionThatIsMissingHereStopsThisNodeAndIsNamed() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC);
                TestNode two = open("n2", CommitMode.ASYNC)) {
            try (Connection connection = one.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                register(connection, "mine");
                statement.executeUpdate("CREATE TABLE t(a CHECK(mine(a)))");
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> two.status().halted() != null);
            assertThat(two.status().halted()).contains("no such function: mine");
        }
    }

    @Test
    void whatOthersWouldComputeOtherwiseIsRefusedAtTheAuthor() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC);
                TestNode two = open("n2", CommitMode.ASYNC);
                Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(a, l AS (a LIKE 'X%'), CHECK(upper(a) <> 'Q'))");
            statement.executeUpdate("CREATE UNIQUE INDEX i ON t(lower(a)) WHERE a NOT LIKE 'y%'");
            statement.executeUpdate("INSERT INTO t VALUES('x')");
            register(connection, "mine");
            assertRefused(statement, "CREATE TABLE u(a, b AS (mine(a)))", "mine");
            assertRefused(statement, "CREATE INDEX u ON t(mine(a))", "mine");
            connection.setAutoCommit(false);
            statement.executeUpdate("CREATE TABLE u(a, b AS (mine(a)))");
            statement.executeUpdate("INSERT INTO u VALUES(1)");
            assertThatThrownBy(connection::commit).hasMessageContaining("mine");
            connection.rollback();
            connection.setAutoCommit(true);
            Collation.create(connection.unwrap(SQLiteConnection.class), "mine", new Collation() {
                @Override
                protected int xCompare(String a, String b) {
                    return a.compareTo(b);
                }
            });
            assertRefused(statement, "CREATE TABLE u(a COLLATE mine)", "mine");
            statement.executeUpdate("INSERT INTO t VALUES('z')");
            register(connection, "upper");
            statement.executeUpdate("INSERT INTO t VALUES('1')");
            register(connection, "lower");
            assertRefused(statement, "INSERT INTO t VALUES('w')", "lower");
            try (Connection other = one.dataSource().getConnection();
                    Statement on = other.createStatement()) {
                on.executeUpdate("INSERT INTO t VALUES('Y2')");
                on.executeUpdate("PRAGMA case_sensitive_like = ON");
                assertRefused(on, "INSERT INTO t VALUES('Y1')", "like");
            }
            assertSame(one, two);
            assertThat(two.query("SELECT a, l FROM t ORDER BY 1")).containsExactly("1|0", "Y2|0", "x|1", "z|0");
        }
    }

    private static void assertRefused(Statement statement, String sql, String what) {
        assertThatThrownBy(() -> statement.executeUpdate(sql))
                .hasMessageContaining(what)
                .hasFieldOrPropertyWithValue("SQLState", "0A000");
    }

    @Test
    void replacedRowsAreSeenWhateverLikeMeans() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC);
                TestNode two = open("n2", CommitMode.ASYNC);
                Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA case_sensitive_like = ON");
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE ON CONFLICT REPLACE)");
            statement.executeUpdate("INSERT INTO t VALUES(1, 1), (2, 2)");
            statement.executeUpdate("UPDATE t SET a = 1 WHERE id = 2");
            assertSame(one, two);
            assertThat(two.query("SELECT * FROM t")).containsExactly("2|1");
        }
    }

    @Test
    void rowsThatAreThereAreTestedByTheAuthorsClock() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC)) {
            one.execute("CREATE TABLE o(id INTEGER PRIMARY KEY, e TEXT)");
            String soon = one.query("SELECT datetime('now', '+2 seconds')").get(0);
            one.execute("INSERT INTO o VALUES(1, '" + soon + "')");
            one.execute("ALTER TABLE o ADD COLUMN f CHECK(coalesce(f, 0) < 5 AND e > CURRENT_TIMESTAMP)");
            awaitPast(one, soon);
            assertThatThrownBy(() -> one.execute("ALTER TABLE o ADD COLUMN g CHECK(g IS NULL)"))
                    .hasMessageContaining("constraint failed");
            for (String check : List.of(
                    "CHECK(e < current_timestamp)",
                    "CONSTRAINT \"x y\" CHECK (id > 0 AND random() % 2 < 5)",
                    "CHECK(\"random\"() IN (1) OR 1)")) {
                assertThatThrownBy(() -> one.execute("ALTER TABLE o ADD " + check))
                        .hasMessageContaining("is not replicated")
                        .hasFieldOrPropertyWithValue("SQLState", "0A000");
            }
            try (TestNode two = open("n2", CommitMode.ASYNC)) {
                assertSame(one, two);
            }
        }
    }

    @Test
    void rowsThatCrossANewCheckOfTheDataAreTestedEverywhere() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC);
                TestNode two = open("n2", CommitMode.ASYNC)) {
            one.execute("CREATE TABLE o(id INTEGER PRIMARY KEY, n)");
            one.awaitAppliedOn(two);
            try (Connection connection = one.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeUpdate("ALTER TABLE o ADD CHECK(n > 5)");
                two.execute("INSERT INTO o VALUES(1, 1)");
                two.awaitAppliedOn(two);
                assertThatThrownBy(connection::commit).hasMessageContaining("constraint failed");
            }
            settle(one, two);
            assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
            assertThat(one.query("SELECT sql FROM sqlite_schema WHERE name = 'o'")
                            .get(0))
                    .doesNotContain("CHECK");
        }
    }

    @Test
    void switchesOfASchemaCommandTravelWithIt() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC);
                TestNode two = open("n2", CommitMode.ASYNC)) {
            one.execute("CREATE TABLE p(id INTEGER PRIMARY KEY, n); CREATE TABLE c(p REFERENCES p);"
                    + " CREATE VIEW v AS SELECT n FROM p; CREATE TABLE x(b);"
                    + " CREATE TRIGGER r AFTER INSERT ON x BEGIN UPDATE p SET n = n + 1; END");
            one.execute(
                    "PRAGMA legacy_alter_table = ON; ALTER TABLE p RENAME TO q;" + " PRAGMA legacy_alter_table = OFF");
            one.execute("CREATE TABLE p(id INTEGER PRIMARY KEY, n)");
            one.execute("PRAGMA ignore_check_constraints = ON; INSERT INTO x VALUES(1);"
                    + " ALTER TABLE x ADD COLUMN d DEFAULT 1 CHECK(d > 5); PRAGMA ignore_check_constraints = OFF");
            one.execute("ALTER TABLE x ADD CONSTRAINT plain CHECK(length(b) < (5 + 1) AND b NOT IN (7))");
            assertSame(one, two);
            assertThat(two.query("SELECT sql FROM sqlite_schema WHERE name = 'c'"))
                    .containsExactly("CREATE TABLE c(p REFERENCES p)");
            assertThat(two.query("SELECT sql FROM sqlite_schema WHERE name = 'x'")
                            .get(0))
                    .contains("(b", "CHECK");
            // and the switches are what they were
            assertThatThrownBy(() -> two.execute("INSERT INTO x(b) VALUES(1)")).hasMessageContaining("CHECK");
            two.execute("ALTER TABLE q RENAME TO q2");
            assertSame(one, two);
        }
    }

    @Test
    void whatOthersCannotDoAlikeIsRefusedAtTheAuthor() throws Exception {
        try (TestNode one = open("n1", CommitMode.ASYNC);
                TestNode two = open("n2", CommitMode.ASYNC);
                Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p)");
            statement.executeUpdate("PRAGMA legacy_alter_table = ON; PRAGMA foreign_keys = ON");
            assertThatThrownBy(() -> statement.executeUpdate("ALTER TABLE p RENAME TO q"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("legacy_alter_table")
                    .hasFieldOrPropertyWithValue("SQLState", "0A000");
            connection.setAutoCommit(false);
            statement.executeUpdate("INSERT INTO p VALUES(1)");
            assertThatThrownBy(() -> statement.executeUpdate("ALTER TABLE p RENAME TO q"))
                    .hasMessageContaining("legacy_alter_table");
            statement.executeUpdate("INSERT INTO p VALUES(2)");
            connection.commit();
            connection.setAutoCommit(true);
            statement.executeUpdate("PRAGMA foreign_keys = OFF; ALTER TABLE p RENAME TO q");
            statement.executeUpdate("PRAGMA legacy_alter_table = OFF");
            assertSame(one, two);
            assertThat(two.query("SELECT id FROM q ORDER BY id")).containsExactly("1", "2");
        }
    }

    @Test
    void whatTheAuthorsLimitsAllowIsAppliedEverywhere() throws Exception {
        String columns = IntStream.range(0, 2_100).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
        try (TestNode one = open("n1", CommitMode.ASYNC);
                TestNode two = open("n2", CommitMode.ASYNC)) {
            String arguments = IntStream.range(0, 120).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
            one.execute("CREATE TABLE t(" + arguments + "); CREATE INDEX i ON t(max(" + arguments + "))");
            one.execute("INSERT INTO t(c0) VALUES(1)");
            settle(one, two);
            assertThat(two.status().lastRejection()).isNull();
            assertThat(two.query("SELECT c0 FROM t")).containsExactly("1");
            try (Connection connection = one.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.unwrap(SQLiteConnection.class).setLimit(SQLiteLimits.SQLITE_LIMIT_COLUMN, 4_000);
                statement.executeUpdate("CREATE TABLE wide(" + columns + ")");
                statement.executeUpdate("INSERT INTO wide(c0, c2099) VALUES(1, 2)");
                statement.executeUpdate("UPDATE wide SET c2098 = 3");
            }
            settle(one, two);
            assertThat(two.status().lastRejection()).isNull();
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("n2"))) {
                connection.unwrap(SQLiteConnection.class).setLimit(SQLiteLimits.SQLITE_LIMIT_COLUMN, 4_000);
                connection.unwrap(SQLiteConnection.class).setLimit(SQLiteLimits.SQLITE_LIMIT_FUNCTION_ARG, 127);
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("SELECT c0, c2098, c2099 FROM wide")) {
                    assertThat(List.of(rows.getInt(1), rows.getInt(2), rows.getInt(3)))
                            .containsExactly(1, 3, 2);
                }
            }
        }
    }
}
