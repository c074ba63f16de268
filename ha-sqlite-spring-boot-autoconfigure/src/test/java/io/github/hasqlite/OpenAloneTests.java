package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.testing.Content;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** Without a stream the data source is a plain one: nothing captured, nothing of ours in the file. */
class OpenAloneTests {

    private static final String SCRIPT = "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a);"
            + " CREATE TRIGGER log AFTER INSERT ON t BEGIN UPDATE t SET a = a || '!' WHERE id = NEW.id; END;"
            + " INSERT INTO t(a) VALUES('x'), ('y'); DELETE FROM t WHERE id = 1; PRAGMA user_version = 7";

    @TempDir
    private Path folder;

    private HaSqliteDataSource open() throws SQLException {
        return ReplicationNode.alone(NodeSettings.of(
                        "n", PoolSettings.of(folder.resolve("app.db").toString())))
                .start()
                .dataSource();
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    @Test
    void isPlainSqlite() throws Exception {
        try (HaSqliteDataSource dataSource = open();
                Connection plain = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("plain.db"))) {
            plain.createStatement().executeUpdate(SCRIPT);
            try (Connection connection = dataSource.getConnection()) {
                connection.createStatement().executeUpdate(SCRIPT);
                assertThat(query(connection, "SELECT count(*) FROM temp.sqlite_schema"))
                        .isEqualTo("0");
                assertThat(query(connection, "SELECT count(*) FROM sqlite_schema WHERE name GLOB 'ha_*'"))
                        .isEqualTo("0");
                assertThat(query(connection, "PRAGMA user_version")).isEqualTo("7");
                assertThat(query(connection, "PRAGMA journal_mode")).isEqualTo("wal");
            }
            assertThat(Content.of(dataSource)).isEqualTo(Content.of(plain));
            ReplicationStatus status = dataSource.replicationStatus();
            assertThat(status.replicating()).isFalse();
            assertThat(status.halted()).isNull();
            assertThat(status.outboxLength()).isZero();
        }
        try (HaSqliteDataSource again = open();
                Connection connection = again.getConnection()) {
            assertThat(query(connection, "SELECT a FROM t")).isEqualTo("y!");
        }
        assertThat(folder.resolve("app.db-wal")).doesNotExist();
    }

    @Test
    void writesThroughTheDriverAreAllowed() throws Exception {
        try (HaSqliteDataSource dataSource = open();
                Connection connection = dataSource.getConnection()) {
            connection.createStatement().executeUpdate("CREATE TABLE t(a)");
            SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
            assertThat(driver.createStatement().executeUpdate("INSERT INTO t VALUES(1)"))
                    .isEqualTo(1);
            connection.setAutoCommit(false);
            connection.createStatement().executeUpdate("INSERT INTO t VALUES(2)");
            connection.rollback();
            assertThat(query(connection, "SELECT count(*) FROM t")).isEqualTo("1");
        }
    }
}
