package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.testing.MemoryStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only the letters A to Z have case in SQLite: names that differ in the case of others are two names. */
class NamesBeyondAsciiTests {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final MemoryStream stream = new MemoryStream();
    private HaSqliteDataSource one;
    private HaSqliteDataSource two;

    @BeforeEach
    void open() throws SQLException {
        one = start("one");
        two = start("two");
    }

    private HaSqliteDataSource start(String name) throws SQLException {
        return ReplicationNode.replicating(
                        NodeSettings.of(
                                name, PoolSettings.of(folder.resolve(name).toString())),
                        Transport.of(stream.publisher(), stream.subscriber()))
                .start()
                .dataSource();
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private void execute(String... commands) throws SQLException {
        try (Connection connection = one.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : commands) {
                statement.execute(sql);
            }
        }
    }

    private static List<String> rows(HaSqliteDataSource node, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = node.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    private void bothHave(String sql, String... expected) throws SQLException {
        assertThat(rows(one, sql)).containsExactly(expected);
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(rows(two, sql)).containsExactly(expected));
    }

    @Test
    void aTableThatIsFilledByASelectBringsNoOtherTableAlong() throws SQLException {
        execute("CREATE TABLE \"ä\"(a)", "INSERT INTO \"ä\" VALUES(1)", "CREATE TABLE \"Ä\" AS SELECT 2 AS a");
        bothHave("SELECT a FROM \"Ä\"", "2");
        bothHave("SELECT a FROM \"ä\"", "1");
    }

    @Test
    void aSavepointIsNotTakenForAnother() throws SQLException {
        execute(
                "CREATE TABLE t(a)",
                "BEGIN",
                "SAVEPOINT \"\u212A\"",
                "INSERT INTO t VALUES(1)",
                "SAVEPOINT k",
                "INSERT INTO t VALUES(2)",
                "ROLLBACK TO \"\u212A\"",
                "INSERT INTO t VALUES(3)",
                "COMMIT");
        bothHave("SELECT a FROM t", "3");
    }

    @Test
    void aColumnKeepsItsNameWhenATableIsRenamedWithIt() throws SQLException {
        execute(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, \"Ä\", \"ä\")",
                "INSERT INTO t VALUES(1, 'upper', 'lower')",
                "ALTER TABLE t RENAME COLUMN \"Ä\" TO \"Ö\"",
                "ALTER TABLE t RENAME TO \"ö\"",
                "UPDATE \"ö\" SET \"ä\" = 'changed'");
        bothHave("SELECT \"Ö\" || \"ä\" FROM \"ö\"", "upperchanged");
    }

    @Test
    void aTypeThatOnlyLooksLikeIntegerMakesNoRowid() throws SQLException {
        execute(
                "CREATE TABLE t(id \"\u0131nteger\" PRIMARY KEY, a)",
                "INSERT INTO t VALUES('x', 1), ('y', 2)",
                "UPDATE t SET a = 3 WHERE id = 'y'",
                "DELETE FROM t WHERE id = 'x'");
        bothHave("SELECT id || a FROM t", "y3");
    }
}
