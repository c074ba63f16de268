package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connection that was read-only leaves neither itself nor the pool in a state to write unnoticed. */
class ReadOnlyConnectionTests {

    @TempDir
    private Path folder;

    private HaSqliteDataSource dataSource;

    @BeforeEach
    void open() throws SQLException {
        dataSource = ReplicationNode.alone(settings(false)).start().dataSource();
        try (Connection connection = dataSource.getConnection()) {
            connection.createStatement().executeUpdate("CREATE TABLE t(a)");
        }
    }

    @AfterEach
    void close() {
        dataSource.close();
    }

    @Test
    void staysReadOnlyForTheNextBorrowerAfterBeingSwitchedBack() throws SQLException {
        for (int i = 0; i < 20; i++) {
            try (Connection connection = dataSource.getConnection()) {
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                assertWriteRefused(connection);
                connection.rollback();
                connection.setAutoCommit(true);
                connection.setReadOnly(false);
            }
        }
    }

    @Test
    void writesOnAWriterOnceItIsNoLongerReadOnly() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            assertWriteRefused(connection);
            connection.setReadOnly(false);
            assertThat(connection.createStatement().executeUpdate("INSERT INTO t VALUES(1)"))
                    .isEqualTo(1);
            connection.setReadOnly(true);
            assertWriteRefused(connection);
        }
        try (Connection connection = dataSource.getConnection()) {
            assertThat(connection.createStatement().executeUpdate("INSERT INTO t VALUES(1)"))
                    .isEqualTo(1);
        }
    }

    @Test
    void readOnlyTransactionCannotBeginToWrite() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            connection.createStatement().executeQuery("SELECT * FROM t").close();
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection.setReadOnly(false));
        }
    }

    @Test
    void readReplicaNeverWrites() throws SQLException {
        try (HaSqliteDataSource replica =
                        ReplicationNode.alone(settings(true)).start().dataSource();
                Connection connection = replica.getConnection()) {
            connection.setReadOnly(true);
            assertWriteRefused(connection);
            connection.setReadOnly(false);
            assertWriteRefused(connection);
        }
    }

    private static void assertWriteRefused(Connection connection) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> connection.createStatement().executeUpdate("INSERT INTO t VALUES(1)"))
                .withMessageContaining("SQLITE_READONLY");
    }

    private NodeSettings settings(boolean readOnly) {
        return NodeSettings.of("n", PoolSettings.of(folder.resolve("app.db").toString()))
                .with(to -> to.commitMode(CommitMode.ASYNC)
                        .publisherTimeout(Duration.ofSeconds(1))
                        .readOnly(readOnly));
    }
}
