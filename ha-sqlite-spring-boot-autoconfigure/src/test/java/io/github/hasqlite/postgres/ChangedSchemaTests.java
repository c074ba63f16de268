package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that come after the schema was changed, on connections that have read it before. */
@Tag("system")
@Timeout(60)
class ChangedSchemaTests {

    private static final int READERS = 8;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended", "extendedForPrepared"})
    void columnsHaveTheNamesThatTheyHaveNow(String mode) throws Exception {
        try (RunningServer server = RunningServer.start(folder.resolve("app.db"));
                Connection writer = server.connect();
                Statement ddl = writer.createStatement()) {
            ddl.execute("CREATE TABLE entry(id INTEGER PRIMARY KEY, debit INT, credit INT)");
            List<Connection> open = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                Connection connection = server.connect();
                open.add(connection);
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                connection.createStatement().executeQuery("SELECT * FROM entry");
            }
            for (Connection connection : open) {
                connection.close();
            }
            ddl.execute("DROP TABLE entry");
            ddl.execute("CREATE TABLE entry(id INTEGER PRIMARY KEY, credit INT, debit INT, more INT)");
            ddl.execute("INSERT INTO entry VALUES (1, 111, 222, 333)");
            for (int i = 0; i < 2 * READERS; i++) {
                try (Connection connection = server.connect("preferQueryMode", mode);
                        PreparedStatement select = connection.prepareStatement("SELECT * FROM entry");
                        ResultSet rows = select.executeQuery()) {
                    assertThat(rows.getMetaData().getColumnCount()).isEqualTo(4);
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getInt("credit")).isEqualTo(111);
                    assertThat(rows.getInt("debit")).isEqualTo(222);
                }
            }
        }
    }
}
