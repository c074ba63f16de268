package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order of rows with NULL, and names of tables that are changed, compared with PostgreSQL 15. */
@Tag("system")
@Timeout(60)
class OrderTests {

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
        statement.execute("CREATE TABLE o(id INT PRIMARY KEY, v INT, w INT NOT NULL, x TEXT)");
        statement.execute("CREATE INDEX ov ON o(v)");
        statement.execute("CREATE INDEX ow ON o(w)");
        statement.execute("INSERT INTO o VALUES (1, NULL, 5, 'b'), (2, 2, 4, NULL), (3, 1, 6, 'a'), (4, NULL, 1, 'c')");
        statement.execute("CREATE TABLE p(id INT PRIMARY KEY, o INT NOT NULL)");
        statement.execute("INSERT INTO p VALUES (10, 1), (11, 3)");
        statement.execute("CREATE VIEW sorted AS SELECT id FROM o ORDER BY v, id");
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
                "SELECT id FROM o ORDER BY v, id ¦ 3;2;1;4;",
                "SELECT id FROM o ORDER BY v DESC, id ¦ 1;4;2;3;",
                "SELECT id FROM o ORDER BY v NULLS FIRST, id DESC ¦ 4;1;3;2;",
                "SELECT id FROM (SELECT * FROM o ORDER BY v LIMIT 2) q ORDER BY id ¦ 2;3;",
                "SELECT id, v AS k FROM o ORDER BY k DESC, 1 LIMIT 1 ¦ 1|null;",
                "SELECT id FROM o UNION SELECT NULL ORDER BY 1 DESC LIMIT 2 ¦ null;4;",
                "SELECT o.id, p.id FROM o LEFT JOIN p ON p.o = o.id ORDER BY p.id, o.id ¦ 1|10;3|11;2|null;4|null;",
                "SELECT row_number() OVER (ORDER BY v, id) FROM o ORDER BY id ¦ 3;2;1;4;",
                "SELECT row_number() OVER w FROM o WINDOW w AS (ORDER BY v DESC, id) ORDER BY id ¦ 1;3;4;2;",
                "SELECT string_agg(id, ',' ORDER BY v, id) FROM o ¦ 3,2,1,4;",
                "SELECT id FROM o ORDER BY x COLLATE \"C\", id ¦ 3;1;4;2;",
                "SELECT * FROM sorted ¦ 3;2;1;4;",
                "UPDATE o t SET v = 2 WHERE t.id = 2 RETURNING t.id, t.v ¦ 2|2;",
                "UPDATE ONLY o AS t SET v = 2 WHERE t.id = 2 RETURNING t.* ¦ 2|2|4|null;",
                "DELETE FROM ONLY p t WHERE t.id = 99 RETURNING t.id ¦ ``",
                "INSERT INTO o AS t VALUES (2, 2, 4) ON CONFLICT (id) DO UPDATE SET v = t.v RETURNING t.v ¦ 2;",
                "WITH d AS (SELECT 2 AS k) UPDATE o t SET v = k FROM d WHERE d.k = t.id RETURNING t.id ¦ 2;",
                "SELECT count(*) FROM ONLY o ¦ 4;",
                "SELECT random() BETWEEN 0 AND 1 ¦ t;",
            })
    void isThatOfPostgresql(String sql, String expected) throws SQLException {
        assertThat(RunningServer.rows(statement, sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "UPDATE o t SET v = 2 FROM p WHERE p.o = t.id RETURNING p.id ¦ 0A000",
                "UPDATE o t SET v = 2 FROM p WHERE p.o = t.id RETURNING * ¦ 0A000",
                "TRUNCATE p RESTART IDENTITY ¦ 0A000",
            })
    void orItIsRefused(String sql, String state) {
        RunningServer.assertRefused(statement, sql, state);
    }

    /** A column that takes no NULL is asked for as it is written; others are read from their index, too. */
    @Test
    void anIndexServes() throws SQLException {
        for (String column : new String[] {"v", "v DESC", "w", "w DESC"}) {
            assertThat(RunningServer.rows(
                            statement, "EXPLAIN QUERY PLAN SELECT * FROM o ORDER BY " + column + " LIMIT 1"))
                    .contains("USING INDEX o" + column.charAt(0))
                    .doesNotContain("TEMP");
        }
    }
}
