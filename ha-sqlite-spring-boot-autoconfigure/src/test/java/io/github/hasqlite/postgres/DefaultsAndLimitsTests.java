package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.assertRefused;
import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** DEFAULT as a value, limits that are NULL, and tables that nobody is to see. */
@Tag("system")
@Timeout(60)
class DefaultsAndLimitsTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static Connection connection;
    private static Statement statement;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        connection = server.connect();
        statement = connection.createStatement();
    }

    @AfterAll
    static void stop() throws SQLException {
        connection.close();
        server.close();
    }

    @Test
    void defaultIsWhatTheDefinitionSays() throws SQLException {
        statement.execute(
                "CREATE TABLE d(id serial PRIMARY KEY, a int DEFAULT 5, b text DEFAULT 'it''s', c boolean DEFAULT"
                        + " true, at timestamp DEFAULT CURRENT_TIMESTAMP, n text, twice int GENERATED ALWAYS AS (a * 2) STORED)");
        assertThat(rows(
                        statement,
                        "INSERT INTO d VALUES(DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT)"
                                + " RETURNING id, a, b, c, at IS NOT NULL, n, twice"))
                .isEqualTo("1|5|it's|t|t|null|10;");
        assertThat(rows(
                        statement,
                        "INSERT INTO public.d AS x (b, a, id) VALUES ('x', DEFAULT, 7), (DEFAULT, 1 + (2), DEFAULT)"
                                + " RETURNING id, a, b"))
                .isEqualTo("7|5|x;8|3|it's;");
        assertThat(rows(statement, "UPDATE d SET a = 9, b = DEFAULT, n = DEFAULT WHERE id = 7 RETURNING a, b, n"))
                .isEqualTo("9|it's|null;");
        assertThat(rows(
                        statement,
                        "INSERT INTO d(id, a) VALUES(7, DEFAULT) ON CONFLICT (id) DO UPDATE SET a = DEFAULT,"
                                + " b = excluded.b || '!' RETURNING a, b"))
                .isEqualTo("5|it's!;");
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO d VALUES(?, DEFAULT, ?, DEFAULT," + " DEFAULT, DEFAULT)")) {
            insert.setInt(1, 20);
            insert.setString(2, "p");
            insert.execute();
        }
        assertThat(rows(statement, "SELECT a, b FROM d WHERE id = 20")).isEqualTo("5|p;");
        assertRefused(statement, "UPDATE d SET id = DEFAULT", "0A000");
        assertRefused(statement, "UPDATE d SET twice = DEFAULT", "0A000");
        assertRefused(statement, "INSERT INTO d(id, twice) VALUES(30, DEFAULT)", "0A000");
    }

    @Test
    void aLimitThatIsNullIsNone() throws SQLException {
        String three = "SELECT * FROM (VALUES (1), (2), (3)) AS v(n) ORDER BY 1 ";
        for (String all : new String[] {
            "LIMIT NULL",
            "LIMIT ALL",
            "OFFSET NULL",
            "LIMIT NULL OFFSET NULL",
            "OFFSET NULL LIMIT ALL",
            "LIMIT NULL::int8"
        }) {
            assertThat(rows(statement, three + all)).as(all).isEqualTo("1;2;3;");
        }
        assertThat(rows(statement, three + "LIMIT NULL OFFSET 1")).isEqualTo("2;3;");
        assertThat(rows(statement, three + "LIMIT 1 + 1 OFFSET (SELECT 1)")).isEqualTo("2;3;");
        assertThat(rows(statement, "SELECT (SELECT n FROM (VALUES (1), (2)) AS v(n) LIMIT NULL OFFSET NULL), 4"))
                .isEqualTo("1|4;");
        try (PreparedStatement query = connection.prepareStatement(three + "LIMIT ? OFFSET ?")) {
            query.setNull(1, Types.BIGINT);
            query.setInt(2, 2);
            try (ResultSet row = query.executeQuery()) {
                assertThat(row.next() && row.getInt(1) == 3 && !row.next()).isTrue();
            }
        }
    }

    @Test
    void listsOfAllTablesAreRefused() throws SQLException {
        assertRefused(statement, "SELECT name FROM pragma_table_list", "42501");
        assertRefused(statement, "SELECT name FROM pragma_table_list()", "42501");
        assertRefused(statement, "PRAGMA table_list", "42501");
        assertRefused(statement, "SELECT name, pgsize FROM dbstat", "42501");
    }
}
