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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cursors that are declared in SQL, by both protocols of queries. */
@Tag("system")
@Timeout(60)
class CursorTests {

    private static final String NUMBERS =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i, 'n' || i FROM n";

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, price NUMERIC(8,2))");
            statement.execute("INSERT INTO item VALUES (1, 1.5), (2, NULL), (3, 3)");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Connection connect(String mode) throws SQLException {
        Connection connection = server.connect("preferQueryMode", mode);
        connection.setAutoCommit(false);
        return connection;
    }

    private static List<String> first(Statement statement, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void rowsAreFetchedInPieces(String mode) throws Exception {
        try (Connection connection = connect(mode);
                Statement statement = connection.createStatement()) {
            statement.execute("DECLARE \"C\" NO SCROLL CURSOR WITHOUT HOLD FOR " + NUMBERS);
            assertThat(first(statement, "FETCH FORWARD 2 FROM \"C\"")).containsExactly("1", "2");
            assertThat(first(statement, "FETCH \"C\"")).containsExactly("3");
            assertThat(first(statement, "FETCH NEXT IN \"C\"")).containsExactly("4");
            assertThat(statement.executeUpdate("MOVE 90 FROM \"C\"")).isEqualTo(90);
            statement.execute("UPDATE item SET price = 2 WHERE id = 3");
            assertThat(first(statement, "FETCH 3 FROM \"C\"")).containsExactly("95", "96", "97");
            assertThat(first(statement, "FETCH ALL FROM \"C\"")).hasSize(903).endsWith("1000");
            assertThat(first(statement, "FETCH 10 FROM \"C\"")).isEmpty();
            statement.execute("CLOSE \"C\"");
            RunningServer.assertRefused(statement, "FETCH \"C\"", "34000");
            connection.rollback();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void typesStayTheSameFromPieceToPiece(String mode) throws Exception {
        try (Connection connection = connect(mode);
                Statement statement = connection.createStatement()) {
            statement.execute("DECLARE c CURSOR FOR SELECT price FROM item ORDER BY id");
            for (int i = 0; i < 3; i++) {
                try (ResultSet rows = statement.executeQuery("FETCH 1 FROM c")) {
                    assertThat(rows.getMetaData().getColumnTypeName(1)).isEqualTo("numeric");
                    assertThat(rows.next()).isTrue();
                }
            }
            connection.commit();
            RunningServer.assertRefused(statement, "FETCH 1 FROM c", "34000");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended"})
    void whatIsNotThereIsRefused(String mode) throws Exception {
        try (Connection connection = connect(mode);
                Statement statement = connection.createStatement()) {
            for (String[] bad : new String[][] {
                {"DECLARE c SCROLL CURSOR FOR SELECT 1", "0A000"},
                {"DECLARE c CURSOR WITH HOLD FOR SELECT 1", "0A000"},
                {"DECLARE c CURSOR FOR DELETE FROM item", "42601"},
                {"DECLARE c CURSOR FOR DECLARE c CURSOR FOR SELECT 1", "42601"},
                {"DECLARE c", "42601"},
                {"FETCH BACKWARD 1 FROM c", "0A000"},
                {"FETCH -1 FROM c", "0A000"},
                {"FETCH 0 FROM c", "0A000"},
                {"FETCH 1 FROM", "42601"},
                {"CLOSE nowhere", "34000"}
            }) {
                RunningServer.assertRefused(statement, bad[0], bad[1]);
                connection.rollback();
            }
            connection.setAutoCommit(true);
            RunningServer.assertRefused(statement, "DECLARE c CURSOR FOR SELECT 1", "25P01");
            statement.execute("CLOSE ALL");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"extended"})
    void theQueryMayHaveParameters(String mode) throws Exception {
        try (Connection connection = connect(mode);
                PreparedStatement declare = connection.prepareStatement(
                        "DECLARE p CURSOR FOR SELECT id FROM item WHERE id > ? ORDER BY id");
                Statement statement = connection.createStatement()) {
            declare.setInt(1, 1);
            declare.execute();
            assertThat(first(statement, "FETCH ALL FROM p")).containsExactly("2", "3");
            RunningServer.assertRefused(statement, "DECLARE p CURSOR FOR SELECT 1", "42P03");
            connection.rollback();
        }
    }
}
