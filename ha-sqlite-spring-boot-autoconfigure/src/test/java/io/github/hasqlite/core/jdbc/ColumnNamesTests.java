package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns have the names of the schema that their rows are of, although other connections change it. */
class ColumnNamesTests {

    private static final String SELECT = "SELECT * FROM entry";
    private static final String UPDATE = "UPDATE entry SET id = id RETURNING *";

    @TempDir
    private Path folder;

    private HaSqliteDataSource dataSource;

    private void open(boolean replicated) throws SQLException {
        PoolSettings pool = PoolSettings.of(folder.resolve("one.db").toString());
        MemoryStream stream = new MemoryStream();
        dataSource = (replicated
                        ? ReplicationNode.replicating(
                                NodeSettings.of("n1", pool), Transport.of(stream.publisher(), stream.subscriber()))
                        : ReplicationNode.alone(NodeSettings.of("n1", pool)))
                .start()
                .dataSource();
    }

    @AfterEach
    void close() {
        dataSource.close();
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void connectionsKnowWhatOthersHaveChanged(boolean replicated, boolean autoCommit) throws SQLException {
        open(replicated);
        try (Connection reader = dataSource.getConnection();
                Connection other = dataSource.getConnection()) {
            create(other, "debit, credit", "222, 111");
            check(reader, SELECT);
            check(reader, UPDATE);
            create(other, "credit, more, debit", "111, 333, 222");
            reader.setAutoCommit(autoCommit);
            check(reader, SELECT);
            check(reader, UPDATE);
            if (!autoCommit) {
                reader.commit();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void statementsThatWerePreparedBeforeDoSo(boolean replicated) throws SQLException {
        open(replicated);
        try (Connection reader = dataSource.getConnection();
                Connection other = dataSource.getConnection()) {
            create(other, "debit, credit", "222, 111");
            try (PreparedStatement select = reader.prepareStatement(SELECT);
                    PreparedStatement update = reader.prepareStatement(UPDATE)) {
                check(select);
                check(update);
                create(other, "credit, more, debit", "111, 333, 222");
                check(select);
                check(update);
            }
            // what was compiled anew is not taken for what it was before
            check(reader, SELECT);
            check(reader, UPDATE);
        }
    }

    /** Its snapshot has the old schema, what comes after it does not. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void transactionsSeeTheSchemaOfTheirSnapshot(boolean replicated) throws SQLException {
        open(replicated);
        try (Connection reader = dataSource.getConnection();
                Connection other = dataSource.getConnection()) {
            create(other, "debit, credit", "222, 111");
            try (Statement statement = reader.createStatement()) {
                statement.execute("BEGIN");
                check(reader, SELECT);
                create(other, "credit, more, debit", "111, 333, 222");
                check(reader, SELECT);
                check(reader, SELECT + " WHERE 1");
                statement.execute("COMMIT");
            }
            check(reader, SELECT);
            check(reader, SELECT + " WHERE 1");
        }
    }

    private static void create(Connection connection, String columns, String values) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("DROP TABLE IF EXISTS entry");
            statement.executeUpdate("CREATE TABLE entry(id INTEGER PRIMARY KEY, " + columns + ")");
            statement.executeUpdate("INSERT INTO entry VALUES (1, " + values + ")");
        }
    }

    private static void check(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            check(statement);
        }
    }

    private static void check(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt("credit")).isEqualTo(111);
            assertThat(rows.getInt("debit")).isEqualTo(222);
            assertThat(rows.getMetaData().getColumnName(2)).isIn("debit", "credit");
        }
    }
}
