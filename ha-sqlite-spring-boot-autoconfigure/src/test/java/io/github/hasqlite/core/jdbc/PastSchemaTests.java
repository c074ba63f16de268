package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.CommitMode;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A connection that looks at the past while the schema changes: what is written afterwards is captured as a whole. */
@Timeout(60)
class PastSchemaTests {

    @TempDir
    private Path folder;

    private final MemoryStream stream = new MemoryStream();
    private HaSqliteDataSource one;
    private HaSqliteDataSource two;

    @BeforeEach
    void open() throws SQLException {
        one = node("one");
        two = node("two");
        execute(one, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
        execute(one, "CREATE TABLE log(id INTEGER PRIMARY KEY)");
        execute(one, "INSERT INTO t VALUES(1), (2), (3)");
        execute(one, "INSERT INTO log VALUES(1)");
    }

    private HaSqliteDataSource node(String name) throws SQLException {
        return ReplicationNode.replicating(
                        NodeSettings.of(
                                        name,
                                        PoolSettings.of(
                                                folder.resolve(name + ".db").toString()))
                                .with(to -> to.commitMode(CommitMode.ASYNC)),
                        Transport.of(stream.publisher(), stream.subscriber()))
                .start()
                .dataSource();
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private static void execute(HaSqliteDataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            execute(connection, sql);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static String rows(HaSqliteDataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT group_concat(id || '=' || x) FROM log")) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    private void assertBothHave(String expected) throws SQLException {
        assertThat(rows(one)).isEqualTo(expected);
        Awaitility.await().untilAsserted(() -> assertThat(rows(two)).isEqualTo(expected));
    }

    @Test
    void aTransactionThatIsRefused() throws SQLException {
        try (Connection connection = one.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeQuery("SELECT count(*) FROM t").close();
            execute(one, "ALTER TABLE log ADD COLUMN x");
            execute(one, "INSERT INTO t VALUES(4)");
            assertThatThrownBy(() -> execute(connection, "INSERT INTO log VALUES(2)"))
                    .hasMessageContaining("SQLITE_BUSY_SNAPSHOT");
            connection.rollback();
            execute(connection, "INSERT INTO log VALUES(3, 30)");
            connection.commit();
        }
        execute(one, "INSERT INTO log VALUES(4, 40)");
        assertBothHave("3=30,4=40");
    }

    @Test
    void rowsThatAreStillToBeFetched() throws SQLException {
        try (Connection connection = one.getConnection();
                Statement statement = connection.createStatement()) {
            ResultSet open = statement.executeQuery("SELECT id FROM t");
            assertThat(open.next()).isTrue();
            execute(one, "ALTER TABLE log ADD COLUMN x");
            assertThatThrownBy(() -> execute(connection, "INSERT INTO log VALUES(2, 20)"))
                    .isInstanceOf(SQLException.class);
            execute(one, "INSERT INTO log VALUES(3, 30)");
            open.close();
            execute(connection, "INSERT INTO log VALUES(4, 40)");
        }
        assertBothHave("3=30,4=40");
    }
}
