package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON in tables, compared with what PostgreSQL 15 answers. */
@Tag("system")
@Timeout(60)
class JsonTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static Connection connection;
    private static Statement statement;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        connection = server.connect("stringtype", "unspecified");
        statement = connection.createStatement();
        statement.execute("CREATE TABLE j(id INT PRIMARY KEY, jb JSONB, j JSON)");
        statement.execute("INSERT INTO j VALUES (1, '{\"b\":1,\"a\":{\"y\":[1,2.50]},\"c\":true}', '{\"b\" : 1.50}'),"
                + " (2, '[1, 2,3]', '\"text\"'), (3, NULL, NULL)");
    }

    @AfterAll
    static void stop() throws SQLException {
        connection.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT jb, j FROM j WHERE id = 1 ¦ {\"a\": {\"y\": [1, 2.50]}, \"b\": 1, \"c\": true}|{\"b\" : 1.50}",
                "SELECT id FROM j WHERE jb ->> 'b' = '1' ¦ 1",
                "SELECT id FROM j WHERE jb ->> 'c' IN ('true', 'x') ¦ 1",
                "SELECT jb -> 'a', jb ->> 'a', j ->> 'b', length(jb ->> 'c') FROM j WHERE id = 1 ¦ {\"y\": [1, 2.50]}|{\"y\":"
                        + " [1, 2.50]}|1.50|4",
                "SELECT id FROM j WHERE jb -> 'a' = '{\"y\":[1,2.50]}' ¦ 1",
                "SELECT id FROM j WHERE jb = '[1,2,3]' ¦ 2",
                "SELECT jb ->> 1, (jb ->> 1)::int + 1, jb -> 'a' -> 'y' ->> 0 FROM j WHERE id = 2 ¦ 2|3|null",
                "SELECT jb ->> 'nope' IS NULL FROM j WHERE id = 3 ¦ t",
                "SELECT '{\"$\":1,\"a\":2}'::json ->> '$', '{\"a\":2}'::json ->> '$.a', '[7]'::json ->> '[0]' ¦ 1|null|null",
                "SELECT '{\"\":5}'::json ->> '', '{\"x y\":7}'::json ->> 'x y', '[7, 8]'::json ->> -1 ¦ 5|7|8",
                "SELECT json_object('x', jb) ->> 'x' FROM j WHERE id = 2 ¦ [1,2,3]",
                "SELECT '{\"a\": 1}'::json, '{\"a\":1}'::jsonb, '1.50'::jsonb ¦ {\"a\": 1}|{\"a\": 1}|1.50",
            })
    void answersWhatPostgresqlDoes(String sql, String expected) throws SQLException {
        assertThat(RunningServer.rows(statement, sql)).isEqualTo(expected + ";");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "NULL",
            value = {"$,1", "$.a,NULL", "a,2"})
    void aParameterIsAKeyAndNoPath(String key, @Nullable String expected) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT '{\"$\":1,\"a\":2}'::json ->> ?")) {
            query.setString(1, key);
            try (ResultSet row = query.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo(expected);
            }
        }
    }

    @Test
    void parametersAreStoredInTheSameForm() throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO j(id, jb) VALUES (9, ?)")) {
            insert.setString(1, "{\"b\":1,  \"a\":2}");
            insert.execute();
        }
        assertThat(RunningServer.rows(statement, "SELECT jb FROM j WHERE jb = '{\"a\":2,\"b\":1}'"))
                .isEqualTo("{\"a\": 2, \"b\": 1};");
        statement.execute("DELETE FROM j WHERE id = 9");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "INSERT INTO j(id, jb) VALUES (7, '{bad}') ¦ 22P02",
                "INSERT INTO j(id, j) VALUES (7, '{bad}') ¦ 22P02",
                "UPDATE j SET jb = 5 ¦ 42804",
                "SELECT jb || jb FROM j ¦ 0A000",
                "SELECT jb - 'a' FROM j ¦ 0A000",
                "SELECT 'a' 'b' ¦ 42601",
                "SET datestyle = 'ISO, DMY' ¦ 0A000",
            })
    void orRefusesIt(String sql, String state) {
        RunningServer.assertRefused(statement, sql, state);
    }
}
