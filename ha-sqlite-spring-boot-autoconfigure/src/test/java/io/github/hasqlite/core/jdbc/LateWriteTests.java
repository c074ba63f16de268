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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                                "n1", PoolSettings.of(folder.resolve("one.db").toString())),
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

    @Test
    void doesNotWriteAfterRowsThatChanged() {
        assertThatThrownBy(() -> writesAfter(statement ->
                        statement.executeQuery("SELECT * FROM other").close()))
                .hasMessageContaining("SQLITE_BUSY_SNAPSHOT");
    }

    private void writesAfter(Reading reading) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            reading.read(statement);
            statement.executeQuery("SELECT count(*) FROM t").close();
            commitElsewhere("INSERT INTO other VALUES(1)");
            statement.executeUpdate("INSERT INTO t VALUES(2)");
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
