package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that are read in pieces, while their transaction has savepoints. */
@Tag("system")
@Timeout(60)
class PortalTests {

    private static final int ROWS = 7;

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            statement.execute("INSERT INTO item VALUES (1, ''), (2, ''), (3, ''), (4, ''), (5, ''), (6, ''), (7, '')");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Statement fetching(Connection connection, int rows) throws SQLException {
        Statement statement = connection.createStatement();
        statement.setFetchSize(rows);
        return statement;
    }

    /** The driver sets savepoints of its own before each statement, in the simple protocol. */
    @ParameterizedTest
    @CsvSource({"never,false", "conservative,false", "always,false", "always,true"})
    void rowsGoOnWhileTheDriverSaves(String autosave, String cleanup) throws SQLException {
        try (Connection connection = server.connect("autosave", autosave, "cleanupSavepoints", cleanup);
                Statement update = connection.createStatement();
                Statement fetching = fetching(connection, 1)) {
            connection.setAutoCommit(false);
            List<Integer> seen = new ArrayList<>();
            try (ResultSet rows = fetching.executeQuery("SELECT id FROM item ORDER BY id")) {
                while (rows.next()) {
                    seen.add(rows.getInt(1));
                    assertThat(update.executeUpdate("UPDATE item SET name = 'x' WHERE id = " + rows.getInt(1)))
                            .isEqualTo(1);
                }
            }
            assertThat(seen).hasSize(ROWS);
            connection.rollback();
        }
    }

    @Test
    void severalAreOpenAtOnceAndOutliveErrorsBehindASavepoint() throws SQLException {
        try (Connection connection = server.connect();
                Statement plain = connection.createStatement();
                Statement one = fetching(connection, 1);
                Statement two = fetching(connection, 2)) {
            connection.setAutoCommit(false);
            plain.execute("DECLARE c CURSOR FOR SELECT id FROM item ORDER BY id");
            List<Integer> up = new ArrayList<>();
            List<Integer> down = new ArrayList<>();
            try (ResultSet ascending = one.executeQuery("SELECT id FROM item ORDER BY id");
                    ResultSet descending = two.executeQuery("SELECT id FROM item ORDER BY id DESC")) {
                Savepoint savepoint = null;
                while (ascending.next() && descending.next()) {
                    up.add(ascending.getInt(1));
                    down.add(descending.getInt(1));
                    if (savepoint != null) {
                        RunningServer.assertRefused(plain, "SELECT * FROM nowhere", "42P01");
                        connection.rollback(savepoint);
                    }
                    savepoint = connection.setSavepoint("s");
                }
            }
            assertThat(up).containsExactly(1, 2, 3, 4, 5, 6, 7);
            assertThat(down).containsExactly(7, 6, 5, 4, 3, 2, 1);
            try (ResultSet rows = plain.executeQuery("FETCH 2 FROM c")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(2);
            }
            connection.rollback();
        }
    }

    @Test
    void whatWasOpenedBehindASavepointEndsWithIt() throws SQLException {
        try (Connection connection = server.connect();
                Statement plain = connection.createStatement();
                Statement fetching = fetching(connection, 1)) {
            connection.setAutoCommit(false);
            Savepoint savepoint = connection.setSavepoint("s");
            plain.execute("DECLARE c CURSOR FOR SELECT id FROM item");
            try (ResultSet rows = fetching.executeQuery("SELECT id FROM item")) {
                assertThat(rows.next()).isTrue();
                connection.rollback(savepoint);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(rows::next)
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("34000"));
            }
            connection.rollback(savepoint);
            RunningServer.assertRefused(plain, "FETCH 1 FROM c", "34000");
            connection.rollback(savepoint);
            savepoint = connection.setSavepoint("t");
            plain.execute("DECLARE c CURSOR FOR SELECT id FROM item");
            connection.releaseSavepoint(savepoint);
            try (ResultSet rows = plain.executeQuery("FETCH ALL FROM c")) {
                assertThat(rows.next()).isTrue();
            }
            connection.rollback();
        }
    }
}
