package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of one stream, and a connection to the first, on tables that each test makes. */
abstract class CapturingNodes {

    @TempDir
    static Path folder;

    static NatsServer server;
    static TestNode one;
    static TestNode two;
    Connection connection;

    @BeforeAll
    static void start() {
        server = NatsServer.start();
        one = TestNode.open(server, folder.resolve("one.db"), "n1");
        two = TestNode.open(server, folder.resolve("two.db"), "n2");
    }

    @AfterAll
    static void stop() {
        two.close();
        one.close();
        server.close();
    }

    @BeforeEach
    void open() throws SQLException {
        connection = one.dataSource().getConnection();
        run("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
    }

    @AfterEach
    void drop() throws SQLException {
        // the next test may get the same connection from the pool
        run("PRAGMA recursive_triggers = OFF", "PRAGMA foreign_keys = OFF", "PRAGMA case_sensitive_like = OFF");
        connection.close();
        for (String table : one.query("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow'"
                + " AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'ha_*' ORDER BY type DESC")) {
            boolean view = one.query("SELECT type FROM sqlite_schema WHERE name = '" + table + "'")
                    .contains("view");
            one.execute("DROP " + (view ? "VIEW" : "TABLE") + " IF EXISTS \"" + table + '"');
        }
        one.awaitAppliedOn(two);
    }

    void run(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        return rows;
    }

    static void assertBothHave(String query, String... rows) throws SQLException {
        one.awaitAppliedOn(two);
        assertThat(one.query(query)).containsExactly(rows);
        assertThat(two.query(query)).containsExactly(rows);
    }

    SQLException refused(String... statements) {
        SQLException refusal = catchThrowableOfType(SQLException.class, () -> run(statements));
        assertThat((Throwable) refusal).as(String.join("; ", statements)).isNotNull();
        return refusal;
    }

    AbstractThrowableAssert<?, ? extends Throwable> assertRefused(String... statements) {
        return assertThat((Throwable) refused(statements));
    }
}
