package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.testing.GatedPublisher;
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
    private GatedPublisher gate;

    @BeforeEach
    void open() throws SQLException {
        MemoryStream stream = new MemoryStream();
        gate = new GatedPublisher(stream.publisher());
        dataSource = ReplicationNode.replicating(
                        NodeSettings.of(
                                        "n1",
                                        PoolSettings.of(folder.resolve("one.db").toString())
                                                .with(changes -> changes.foreignKeys(true)))
                                .with(to -> to.commitMode(CommitMode.ASYNC)),
                        Transport.of(gate, stream.subscriber()))
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

    @Test
    void writesAfterAnyNumberOfRowsAndQueriesIfOnlyNotesWereCommitted() throws SQLException {
        commitElsewhere("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                + " INSERT INTO other SELECT i FROM n");
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                Statement reader = connection.createStatement()) {
            beginBeforeAnEcho(connection, statement);
            for (int i = 0; i < 200; i++) {
                statement.executeQuery("SELECT * FROM t WHERE a = " + i).close();
            }
            ResultSet rows = reader.executeQuery("SELECT a FROM other ORDER BY a");
            assertThat(rows.next()).isTrue();
            echo();
            statement.executeUpdate("INSERT INTO t VALUES(2)");
            int last = rows.getInt(1);
            while (rows.next()) {
                assertThat(rows.getInt(1)).isEqualTo(++last);
            }
            assertThat(last).isEqualTo(20_000);
            connection.commit();
        }
    }

    @Test
    void doesNotWriteAfterNotesThatChanged() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            beginBeforeAnEcho(connection, statement);
            statement.executeQuery("SELECT count(*) FROM HA_outbox").close();
            echo();
            assertThatThrownBy(() -> statement.executeUpdate("INSERT INTO t VALUES(2)"))
                    .hasMessageContaining("SQLITE_BUSY_SNAPSHOT");
        }
    }

    @Test
    void oneQueryAgainAndAgainIsOne() throws SQLException {
        writesAfter(statement -> {
            for (int i = 0; i < 200; i++) {
                statement.executeQuery("SELECT * FROM t").close();
            }
        });
    }

    /** A transaction begins while a change set of this node waits to be published. */
    private void beginBeforeAnEcho(Connection connection, Statement statement) throws SQLException {
        awaitNothingPending();
        gate.shut();
        commitElsewhere("INSERT INTO t VALUES(7)");
        connection.setAutoCommit(false);
        statement.executeQuery("SELECT count(*) FROM t").close();
    }

    /** The change set comes back, which changes replication's own tables and nothing else. */
    private void echo() {
        gate.open();
        awaitNothingPending();
    }

    private void awaitNothingPending() {
        await().until(() -> {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM ha_outbox")) {
                return rows.next() && rows.getInt(1) == 0;
            }
        });
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
