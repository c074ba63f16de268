package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/** Readers, writers and the write lock, as an application meets them on a replicated node. */
@Tag("system")
@Timeout(60)
class ConnectionTests extends ConnectionsOfANode {

    @Test
    void aLimitOfRowsDoesNotKeepAWriteWithReturningFromCommitting() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("UPDATE t SET a = a + 1 RETURNING a")) {
            statement.setMaxRows(1);
            prepared.setMaxRows(3);
            for (int round = 0; round < 2; round++) {
                try (ResultSet rows = statement.executeQuery("INSERT INTO t(a) VALUES('x'),('y'),('z') RETURNING a")) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.next()).isFalse();
                    assertThat(rows.next()).isFalse();
                }
                try (ResultSet rows = prepared.executeQuery()) {
                    for (int i = 0; i < 3; i++) {
                        assertThat(rows.next()).isTrue();
                    }
                    assertThat(rows.next()).isFalse();
                }
            }
        }
        assertThat(node.query("SELECT count(*) FROM t")).containsExactly("7");
    }

    @Test
    void readOnlyConnectionsComeFromTheReadersAndRefuseToWrite() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            assertFails(SQLiteErrorCode.SQLITE_READONLY, () -> update(connection, "INSERT INTO t VALUES(2, 2)"));
            assertFails(SQLiteErrorCode.SQLITE_READONLY, () -> update(connection, "CREATE TABLE u(a)"));
            connection.setAutoCommit(false);
            assertThat(query(connection, "SELECT count(*) FROM t")).isEqualTo("1");
            assertFails(SQLiteErrorCode.SQLITE_READONLY, () -> update(connection, "DELETE FROM t"));
            connection.rollback();
            assertThat(query(connection, "SELECT count(*) FROM temp.sqlite_schema"))
                    .isEqualTo("0");
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("10");
    }

    @Test
    void readOnlyPlansKnowNothingOfCapture() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            List<String> plan = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("EXPLAIN SELECT a FROM t WHERE id = 1")) {
                while (rows.next()) {
                    plan.add(rows.getString("opcode") + " " + rows.getString("p4"));
                }
            }
            assertThat(plan).isNotEmpty().noneMatch(step -> step.contains("ha_capture") || step.contains("Program"));
        }
    }

    @Test
    void unwrapReachesDriverAndPool() throws Exception {
        assertThat(dataSource.unwrap(HikariDataSource.class).isRunning()).isTrue();
        assertThat(dataSource.isWrapperFor(HikariDataSource.class)).isTrue();
        try (Connection connection = dataSource.getConnection()) {
            SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
            assertThat(driver.libversion()).startsWith("3.");
            assertThat(query(driver, "SELECT a FROM t")).isEqualTo("10");
        }
    }

    @Test
    void writesThroughTheUnwrappedConnectionAreRefused() throws Exception {
        for (int i = 0; i < 12; i++) {
            try (Connection connection = dataSource.getConnection()) {
                SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> update(driver, "INSERT INTO t VALUES(5, 5)"))
                        .withMessageContaining("readonly database");
            }
        }
        List<Connection> all = new ArrayList<>();
        try {
            // connections that have never written
            for (int i = 0; i < 10; i++) {
                Connection connection = dataSource.getConnection();
                all.add(connection);
                SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> update(driver, "UPDATE t SET a = 12"))
                        .withMessageContaining("readonly database");
            }
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("10");
    }

    @Test
    void unwrappingInATransactionThatIsRolledBackLosesNoCapture() throws Exception {
        long before = node.status().appliedSequence();
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                Connection connection = begin();
                all.add(connection);
                query(connection, "SELECT a FROM t");
                connection.unwrap(SQLiteConnection.class);
                connection.rollback();
                update(connection, "UPDATE t SET a = a + 1");
                connection.commit();
            }
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
        Awaitility.await().until(() -> node.status().outboxLength() == 0);
        assertThat(node.status().appliedSequence()).isEqualTo(before + 10);
    }

    @Test
    void nothingWorksAfterClose() throws Exception {
        Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT a FROM t");
        PreparedStatement prepared = connection.prepareStatement("INSERT INTO t VALUES(?, 7)");
        connection.close();
        assertThat(connection.isClosed()).isTrue();
        assertThat(statement.isClosed()).isTrue();
        assertThat(rows.isClosed()).isTrue();
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.executeQuery("SELECT 1"));
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.executeUpdate("DELETE FROM t"));
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("DELETE FROM t"));
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> {
            statement.addBatch("DELETE FROM t");
            statement.executeBatch();
        });
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> {
            prepared.setInt(1, 7);
            prepared.executeUpdate();
        });
        assertThatExceptionOfType(SQLException.class).isThrownBy(connection::createStatement);
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection.setAutoCommit(false));
        assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
        connection.close();
        assertThat(node.query("SELECT a FROM t")).containsExactly("10");
    }

    @Test
    void anOpenTransactionIsRolledBackWithTheConnection() throws Exception {
        try (Connection connection = begin()) {
            update(connection, "UPDATE t SET a = 11");
        }
        try (Connection connection = begin()) {
            update(connection, "UPDATE t SET a = a + 5");
            connection.commit();
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("15");
    }

    @Test
    void metadataListsNothingOfReplicationAndItsConnectionIsTheApplications() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            update(connection, "INSERT INTO t VALUES(2, 20)");
            DatabaseMetaData metadata = connection.getMetaData();
            assertThat(metadata.getConnection()).isSameAs(connection);
            List<String> names = new ArrayList<>();
            try (ResultSet tables = metadata.getTables(null, null, "%", null)) {
                while (tables.next()) {
                    names.add(tables.getString("TABLE_NAME"));
                }
            }
            assertThat(names).containsExactlyInAnyOrder("t", "sqlite_schema");
            try (ResultSet columns = metadata.getColumns(null, null, "%", "%")) {
                while (columns.next()) {
                    assertThat(columns.getString("TABLE_NAME")).doesNotStartWith("ha_");
                }
            }
            Awaitility.await().until(() -> node.status().outboxLength() == 0);
            long applied = node.status().appliedSequence();
            update(metadata.getConnection(), "INSERT INTO t VALUES(3, 30)");
            Awaitility.await().until(() -> node.status().appliedSequence() == applied + 1);
        }
    }

    @Test
    void anOpenCursorMayLookOnWhileItsTransactionBeginsToWrite() throws Exception {
        node.execute("CREATE TABLE IF NOT EXISTS other(a)");
        try (Connection connection = begin();
                Connection other = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(
                        "SELECT id, a, a || 'x', 1.5, x'00ff', NULL, CAST(x'ff' AS TEXT) FROM t ORDER BY id")) {
            update(connection, "INSERT INTO t VALUES(2, 20), (3, 30), (4, 40)");
            connection.commit();
            try (ResultSet rows = query.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isTrue();
                update(other, "INSERT INTO other VALUES(1)");
                assertThat(update(connection, "UPDATE t SET a = 0 WHERE id = 4"))
                        .isOne();
                assertThat(rows.getInt("id")).isEqualTo(2);
                assertThat(rows.getObject(3)).isEqualTo("20x");
                assertThat(rows.getObject(4)).isEqualTo(1.5);
                assertThat(rows.getBytes(5)).containsExactly(0, 0xff);
                assertThat(rows.getObject(6)).isNull();
                assertThat(rows.getBytes(7)).containsExactly(0xff);
                assertThat(rows.getMetaData().getTableName(1)).isEqualTo("t");
                assertThat(rows.next()).isTrue();
                assertThat(rows.getRow()).isEqualTo(3);
                assertThat(rows.getInt(1)).isEqualTo(3);
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(2)).as("as it was when the query began").isEqualTo(40);
                assertThat(rows.next()).isFalse();
            }
            try (ResultSet again = query.executeQuery()) {
                assertThat(again.next()).isTrue();
                assertThat(again.getInt(1)).isOne();
            }
            connection.commit();
        }
        assertThat(node.query("SELECT a FROM t WHERE id = 4")).containsExactly("0");
    }
}
