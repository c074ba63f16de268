package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.testing.MemoryStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;

/**
 * Proves that a transaction which has read may write although somebody committed meanwhile, unless what
 * it read has changed.
 */
class LateWriteTests {

    @TempDir
    Path folder;

    private HaSqliteDataSource dataSource;

    @BeforeEach
    void open() throws SQLException {
        MemoryStream stream = new MemoryStream();
        dataSource = ReplicationNode.replicating(
                        NodeSettings.of(
                                "n1",
                                PoolSettings.of(folder.resolve("one.db").toString())
                                        .with(changes -> changes.foreignKeys(true))),
                        Transport.of(stream.publisher(), stream.subscriber()))
                .start()
                .dataSource();
        commitElsewhere("CREATE TABLE t(a); CREATE TABLE other(a); INSERT INTO t VALUES(1)");
    }

    @AfterEach
    void close() {
        dataSource.close();
    }

    @Test
    void writesAfterQueryThatFailed() throws SQLException {
        writesAfter(statement -> assertThatThrownBy(() -> statement.executeQuery("SELECT * FROM missing"))
                .hasMessageContaining("no such table: missing"));
    }

    @Test
    void writesAfterMetadata() throws SQLException {
        writesAfter(statement -> statement
                .getConnection()
                .getMetaData()
                .getColumns(null, null, "t", "%")
                .close());
    }

    @Test
    void writesAfterCounters() throws SQLException {
        writesAfter(statement ->
                statement.executeQuery("SELECT changes(), total_changes()").close());
    }

    @Test
    void writesAfterRowsThatDidNotChange() throws SQLException {
        writesAfter(statement -> statement.executeQuery("SELECT * FROM t").close());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA table_info(t)",
                "PRAGMA user_version",
                "PRAGMA foreign_keys",
                "PRAGMA cache_size = -4000",
                "PRAGMA quick_check"
            })
    void writesAfterPragma(String pragma) throws SQLException {
        writesAfter(statement -> statement.execute(pragma));
    }

    @Test
    void writesWhatWasCompiledBeforeOthersCommitted() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            beginWithOutdatedTriggers(statement);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES(3)")) {
                commitElsewhere("INSERT INTO other VALUES(1)");
                insert.executeUpdate();
            }
            statement.execute("COMMIT");
        }
    }

    @Test
    void writesAfterUnwrapping() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            beginWithOutdatedTriggers(statement);
            connection.unwrap(SQLiteConnection.class);
            commitElsewhere("INSERT INTO other VALUES(1)");
            statement.executeUpdate("INSERT INTO t VALUES(3)");
            statement.execute("COMMIT");
        }
    }

    private void beginWithOutdatedTriggers(Statement statement) throws SQLException {
        statement.executeUpdate("INSERT INTO t VALUES(2)");
        commitElsewhere("CREATE INDEX sorted ON t(a)");
        statement.execute("BEGIN");
    }

    @Test
    void doesNotWriteAfterPragmaThatAnswersOtherwiseNow() {
        assertThatThrownBy(() -> writesAfter(statement -> {
                    statement.executeQuery("PRAGMA page_count").close();
                    commitElsewhere("INSERT INTO other VALUES(zeroblob(100000))");
                }))
                .hasMessageContaining("SQLITE_BUSY_SNAPSHOT");
    }

    @Test
    void foreignKeysStayDeferred() throws SQLException {
        commitElsewhere("CREATE TABLE child(parent REFERENCES parent(id)); CREATE TABLE parent(id PRIMARY KEY)");
        writesAfter(
                statement -> statement.executeUpdate("PRAGMA defer_foreign_keys = ON"),
                "INSERT INTO child VALUES(1)",
                "INSERT INTO parent VALUES(1)");
    }

    @Test
    void doesNotWriteAfterRowsThatChanged() {
        assertThatThrownBy(() -> writesAfter(statement ->
                        statement.executeQuery("SELECT * FROM other").close()))
                .hasMessageContaining("SQLITE_BUSY_SNAPSHOT");
    }

    private void writesAfter(Reading reading, String... more) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            reading.read(statement);
            statement.executeQuery("SELECT count(*) FROM t").close();
            commitElsewhere("INSERT INTO other VALUES(1)");
            statement.executeUpdate("INSERT INTO t VALUES(2)");
            for (String sql : more) {
                statement.executeUpdate(sql);
            }
            connection.commit();
        }
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(2);
        }
    }

    private void commitElsewhere(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @FunctionalInterface
    private interface Reading {
        void read(Statement statement) throws SQLException;
    }
}
