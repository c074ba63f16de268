package io.github.hasqlite.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway knows all tables that a node has for itself. */
@Tag("system")
class ReservedTableTests {

    @TempDir
    private Path folder;

    @Test
    void noTableOfReplicationIsReachedFromOutside() throws SQLException {
        Path file = folder.resolve("one.db");
        try (NatsServer server = NatsServer.start();
                TestNode one = TestNode.open(server, file, "one")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
        }
        List<String> tables = tables(file);
        assertThat(tables).contains("ha_outbox", "ha_state");
        for (String table : tables) {
            assertThatExceptionOfType(SQLException.class)
                    .as(table)
                    .isThrownBy(() -> OutsideGuard.check(ParsedSql.first("SELECT * FROM '" + table + "'")))
                    .withMessageContaining("belongs to replication");
        }
    }

    private static List<String> tables(Path file) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT name FROM sqlite_schema WHERE name LIKE 'ha\\_%' ESCAPE '\\' AND type IN ('table', 'view')")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }
}
