package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.assertRefused;
import static io.github.hasqlite.postgres.RunningServer.rows;
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

/** Statements and clauses that SQLite spells in another way, or does not have. */
@Tag("system")
@Timeout(60)
class StatementTests {

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
        statement.execute("CREATE TABLE one (id int PRIMARY KEY, a int, b text)");
        statement.execute("CREATE TABLE two (id int PRIMARY KEY, a int, c text, CONSTRAINT two_a UNIQUE (a))");
        statement.execute("INSERT INTO two VALUES (1, 1, 'p'), (2, 2, 'q')");
    }

    @AfterAll
    static void stop() throws Exception {
        connection.close();
        server.close();
    }

    @Test
    void aLimitBehindALockCounts() throws SQLException {
        for (String end : new String[] {
            "FOR UPDATE LIMIT 1",
            "FOR UPDATE OF two NOWAIT LIMIT 1 OFFSET 0",
            "FOR NO KEY UPDATE SKIP LOCKED FETCH FIRST 1 ROWS ONLY",
            "LIMIT 1 FOR UPDATE FOR SHARE",
            "FOR UPDATE FOR SHARE LIMIT 1"
        }) {
            assertThat(rows(statement, "SELECT id FROM two ORDER BY id " + end))
                    .as(end)
                    .isEqualTo("1;");
        }
    }

    @Test
    void valuesAndTableAreQueries() throws SQLException {
        assertThat(rows(statement, "VALUES (1, 'a'), (2, 'b') ORDER BY 1 DESC LIMIT 1"))
                .isEqualTo("2|b;");
        assertThat(rows(statement, "TABLE two")).isEqualTo("1|1|p;2|2|q;");
        assertThat(rows(statement, "TABLE two ORDER BY id DESC LIMIT 1")).isEqualTo("2|2|q;");
    }

    @Test
    void rowsAreDeletedByOthers() throws SQLException {
        statement.execute("INSERT INTO one VALUES (1, 1, 'x'), (2, 1, 'x'), (3, 2, 'y'), (4, NULL, 'z')");
        assertThat(statement.executeUpdate("DELETE FROM one k USING one l WHERE k.id < l.id AND k.a = l.a"))
                .isEqualTo(1);
        assertThat(rows(statement, "DELETE FROM one USING two t WHERE one.a = t.a AND t.c = 'p' RETURNING one.id, b"))
                .isEqualTo("2|x;");
        assertRefused(statement, "DELETE FROM one USING two WHERE one.a = two.a RETURNING *", "0A000");
        assertThat(statement.executeUpdate("DELETE FROM one USING two")).isEqualTo(2);
    }

    @Test
    void aConstraintOfConflictsHasAName() throws SQLException {
        String insert = "INSERT INTO two VALUES (3, 1, 'r') ON CONFLICT ON CONSTRAINT two_a DO ";
        assertThat(statement.executeUpdate(insert + "NOTHING")).isZero();
        assertThat(rows(statement, insert + "UPDATE SET c = excluded.c RETURNING id, c"))
                .isEqualTo("1|r;");
        statement.execute("UPDATE two SET c = 'p' WHERE id = 1");
        assertThat(statement.executeUpdate(
                        "INSERT INTO two VALUES (1, 9, 'r') ON CONFLICT ON CONSTRAINT two_pkey DO NOTHING"))
                .isZero();
        assertRefused(statement, "INSERT INTO two VALUES (1, 9) ON CONFLICT ON CONSTRAINT no DO NOTHING", "42704");
    }

    @Test
    void severalTablesAreEmptiedAndDroppedTogether() throws SQLException {
        statement.execute("CREATE TABLE top (id int PRIMARY KEY)");
        statement.execute("CREATE TABLE mid (id int REFERENCES top(id), name text)");
        statement.execute("CREATE INDEX mid_name ON mid (name text_pattern_ops)");
        statement.execute("INSERT INTO top VALUES (1)");
        statement.execute("INSERT INTO mid VALUES (1)");
        assertRefused(statement, "TRUNCATE mid, nowhere", "42P01");
        assertThat(rows(statement, "SELECT count(*) FROM mid")).isEqualTo("1;");
        statement.execute("TRUNCATE TABLE ONLY top CASCADE");
        assertThat(rows(statement, "SELECT count(*) FROM mid")).isEqualTo("0;");
        statement.execute("INSERT INTO top VALUES (1)");
        statement.execute("TRUNCATE public.top, mid");
        assertThat(rows(statement, "SELECT count(*) FROM top")).isEqualTo("0;");
        assertRefused(statement, "DROP TABLE top, nowhere", "42P01");
        statement.execute("DROP TABLE IF EXISTS top, mid, nowhere CASCADE");
        assertRefused(statement, "SELECT * FROM mid", "42P01");
    }

    @Test
    void whatThereIsNotSaysSo() throws SQLException {
        for (String sql : new String[] {
            "SELECT * FROM two, LATERAL (SELECT two.a) q",
            "SELECT * FROM two ORDER BY id FETCH FIRST 1 ROW WITH TIES",
            "WITH d AS (DELETE FROM one RETURNING *) SELECT * FROM d",
            "MERGE INTO one USING two ON one.a = two.a WHEN MATCHED THEN DELETE",
            "CREATE TABLE parts (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE child (id int) INHERITS (one)"
        }) {
            assertRefused(statement, sql, "0A000");
        }
    }

    @Test
    void otherClientsAreCancelledAndDisconnected() throws SQLException {
        try (Connection other = server.connect();
                Statement asks = other.createStatement()) {
            int pid = Integer.parseInt(rows(asks, "SELECT pg_backend_pid()").replace(";", ""));
            assertThat(rows(statement, "SELECT pg_cancel_backend(" + pid + "), pg_cancel_backend(0)"))
                    .isEqualTo("t|f;");
            assertThat(rows(asks, "SELECT 1")).isEqualTo("1;");
            assertThat(rows(statement, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = " + pid))
                    .isEqualTo("t;");
            assertRefused(asks, "SELECT 1", "57P01");
        }
    }
}
