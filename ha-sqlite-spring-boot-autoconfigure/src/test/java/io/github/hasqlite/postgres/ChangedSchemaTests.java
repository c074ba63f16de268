package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that come after the schema was changed, on connections that have read it before. */
@Tag("system")
@Timeout(60)
class ChangedSchemaTests {

    private static final int READERS = 8;
    private static final String SELECT = "SELECT * FROM entry";
    private static final String UPDATE = "UPDATE entry SET id = id RETURNING *";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "simple, true",
        "extended, true",
        "extendedForPrepared, true",
        "simple, false",
        "extended, false",
        "extendedForPrepared, false"
    })
    void columnsHaveTheNamesThatTheyHaveNow(String mode, boolean autoCommit) throws Exception {
        try (RunningServer server = RunningServer.start(folder.resolve("app.db"));
                Connection writer = server.connect();
                Statement ddl = writer.createStatement()) {
            ddl.execute("CREATE TABLE entry(id INTEGER PRIMARY KEY, debit INT, credit INT)");
            ddl.execute("INSERT INTO entry VALUES (1, 222, 111)");
            useMany(server);
            ddl.execute("DROP TABLE entry");
            ddl.execute("CREATE TABLE entry(id INTEGER PRIMARY KEY, credit INT, debit INT, more INT)");
            ddl.execute("INSERT INTO entry VALUES (1, 111, 222, 333)");
            for (int i = 0; i < 2 * READERS; i++) {
                try (Connection connection = server.connect("preferQueryMode", mode)) {
                    connection.setAutoCommit(autoCommit);
                    check(connection, SELECT);
                    check(connection, UPDATE);
                    if (!autoCommit) {
                        connection.commit();
                    }
                }
            }
        }
    }

    /** Transactions that are open at the same time, each on a connection of its own, which knows the schema then. */
    private static void useMany(RunningServer server) throws SQLException {
        List<Connection> open = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            Connection connection = server.connect();
            open.add(connection);
            connection.setReadOnly(i % 2 == 0);
            connection.setAutoCommit(false);
            connection.createStatement().executeQuery(SELECT);
        }
        for (Connection connection : open) {
            if (!connection.isReadOnly()) {
                connection.createStatement().executeQuery(UPDATE);
            }
            connection.close();
        }
    }

    private static void check(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            assertThat(rows.getMetaData().getColumnCount()).isEqualTo(4);
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt("credit")).isEqualTo(111);
            assertThat(rows.getInt("debit")).isEqualTo(222);
        }
    }
}
