package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A node on a server, and connections to it. */
abstract class ConnectionsOfANode {

    static final Duration LOCK_TIMEOUT = Duration.ofMillis(500);
    static NatsServer server;

    @TempDir
    Path folder;

    TestNode node;
    HaSqliteDataSource dataSource;

    @BeforeAll
    static void startServer() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void open() throws SQLException {
        node = TestNode.open(
                server.url(),
                folder.resolve("app.db"),
                "n1",
                settings -> NodeSettings.of(settings.name(), pool(settings.pool()))
                        .with(to -> to.commitMode(CommitMode.ASYNC)),
                List.of());
        dataSource = node.dataSource();
        node.execute("DROP TABLE IF EXISTS t");
        node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        node.execute("INSERT INTO t VALUES(1, 10)");
        Awaitility.await().until(() -> node.status().outboxLength() == 0);
    }

    static PoolSettings pool(PoolSettings settings) {
        return settings.with(to -> to.lockTimeout(LOCK_TIMEOUT));
    }

    @AfterEach
    void close() {
        node.close();
    }

    Connection begin() throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    static int update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    static void assertFails(SQLiteErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(SQLiteException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.getResultCode()).isEqualTo(code));
    }
}
