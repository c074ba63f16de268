package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.assertRefused;
import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Questions about the catalog and the session mean what they mean elsewhere. */
@Tag("system")
@Timeout(60)
class CatalogDialectTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;

    private Connection connection;
    private Statement statement;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE us(id int8 PRIMARY KEY, \"user\" text, version text)");
            statement.execute("CREATE INDEX us_user ON us(\"user\")");
            statement.execute("INSERT INTO us VALUES(1, 'x', '2')");
        }
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = server.connect();
        statement = connection.createStatement();
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private String names(String sql) throws SQLException {
        StringBuilder names = new StringBuilder();
        try (ResultSet rows = statement.executeQuery(sql)) {
            ResultSetMetaData columns = rows.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                names.append(columns.getColumnLabel(i))
                        .append(' ')
                        .append(columns.getColumnTypeName(i))
                        .append(';');
            }
        }
        return names.toString();
    }

    @Test
    void castsLiteralsAndConditionsAreThoseOfOtherStatements() throws SQLException {
        String values = "SELECT 2.5::int, 'yes'::bool, '2026-01-02 03:04'::date, 70000::int8, 1=1, ";
        for (String call : new String[] {"current_schema()", "version() <> ''", "current_setting('TimeZone') <> ''"}) {
            assertThat(rows(statement, values + call)).as(call).startsWith("3|t|2026-01-02|70000|t|");
            assertRefused(statement, "SELECT 'abc'::int, " + call, "22P02");
            assertRefused(statement, "SELECT 70000::smallint, " + call, "22003");
        }
        assertRefused(statement, "SELECT relname, 'abc'::int FROM pg_class", "22P02");
        assertRefused(statement, "SELECT relname::date FROM pg_class", "22007");
        assertThat(names("SELECT 1 = 1, relname = 'us' AS us, relhasindex, 2.5::int FROM pg_class"))
                .isEqualTo("?column? bool;us bool;relhasindex bool;int4 int4;");
    }

    @Test
    void literalsAreOfTheTypesOfTheCatalogsColumns() throws SQLException {
        String tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND ";
        assertThat(rows(statement, tables + "relhasindex = 't' AND relisshared = 'false'"))
                .isEqualTo("us;");
        assertThat(rows(statement, tables + "oid = 'us'::regclass AND oid = CAST('us' AS regclass)"))
                .isEqualTo("us;");
        assertThat(rows(statement, "SELECT attname FROM pg_attribute WHERE attrelid = 'us'::regclass AND attnum = '2'"))
                .isEqualTo("user;");
        try (PreparedStatement prepared = connection.prepareStatement(tables + "relhasindex = ? AND relname = ?")) {
            prepared.setBoolean(1, true);
            prepared.setString(2, "us");
            try (ResultSet row = prepared.executeQuery()) {
                assertThat(row.next()).isTrue();
            }
        }
    }

    /** As Django asks for indexes and constraints. */
    @Test
    void arraysOfTheCatalogAreTablesBesideTheTableThatTheyAreOf() throws SQLException {
        statement.execute("CREATE TABLE dj(id int PRIMARY KEY, a int, b text, UNIQUE (a, b))");
        statement.execute("CREATE INDEX dj_b ON dj(b, a DESC)");
        assertThat(rows(
                        statement,
                        "SELECT name, array_agg(attname ORDER BY arridx), array_agg(way ORDER BY arridx) FROM (SELECT"
                                + " c2.relname AS name, idx.*, attr.attname, CASE (option & 1) WHEN 1 THEN 'DESC' ELSE"
                                + " 'ASC' END AS way FROM (SELECT * FROM pg_index i, unnest(i.indkey, i.indoption) WITH"
                                + " ORDINALITY koi(key, option, arridx)) idx LEFT JOIN pg_class c2 ON idx.indexrelid ="
                                + " c2.oid LEFT JOIN pg_attribute attr ON attr.attrelid = idx.indrelid AND attr.attnum ="
                                + " idx.key WHERE idx.indrelid = 'dj'::regclass) s GROUP BY name ORDER BY name"))
                .isEqualTo("dj_a_b_key|{a,b}|{ASC,ASC};dj_b|{b,a}|{ASC,DESC};dj_pkey|{id}|{ASC};");
        assertThat(rows(
                        statement,
                        "SELECT relname, k.x, n FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid CROSS JOIN LATERAL"
                                + " unnest(i.indkey, i.indoption) WITH ORDINALITY k(x, y, n) WHERE relname = 'dj_b'"
                                + " AND k.n < 3 ORDER BY n DESC"))
                .isEqualTo("dj_b|2|2;dj_b|3|1;");
        assertThat(rows(
                        statement,
                        "SELECT c.conname, x FROM pg_constraint c JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k(x, n)"
                                + " ON true WHERE conname = 'dj_a_b_key' ORDER BY n"))
                .isEqualTo("dj_a_b_key|2;dj_a_b_key|3;");
        statement.execute("DROP TABLE dj");
    }

    @Test
    void whatIsQuotedIsAColumn() throws SQLException {
        assertThat(rows(
                        statement,
                        "SELECT \"user\", us.\"user\"::text, \"user\"::varchar(1) FROM us WHERE \"user\" = 'x'"
                                + " ORDER BY \"user\""))
                .isEqualTo("x|x|x;");
        assertThat(rows(statement, "UPDATE us SET \"user\" = 'x' WHERE \"user\" = 'x' RETURNING \"user\", version"))
                .isEqualTo("x|2;");
        assertThat(rows(statement, "SELECT user, u.user FROM us u")).isEqualTo("x|x;");
    }

    /** The tables of the database are read with what is known of the session. */
    @Test
    void whatIsAskedForTheSessionIsAnsweredBesideTables() throws SQLException {
        assertThat(rows(
                        statement,
                        "SELECT id, current_schema(), current_database(), version() LIKE 'PostgreSQL 15%',"
                                + " current_user FROM us"))
                .isEqualTo("1|public|app|t|ha;");
        assertThat(rows(statement, "SELECT count(*) FROM us WHERE \"user\" <> current_user AND pg_backend_pid() > 0"))
                .isEqualTo("1;");
        assertThat(names("SELECT current_user, pg_catalog.version(), current_schema()::text, pg_backend_pid(), user,"
                        + " current_catalog AS here, upper(session_user)"))
                .isEqualTo("current_user name;version text;current_schema text;pg_backend_pid int4;user name;"
                        + "here name;upper text;");
        assertThat(rows(
                        statement,
                        "INSERT INTO us VALUES(2, current_user, version()) RETURNING \"user\", current_database()"))
                .isEqualTo("ha|app;");
        assertThat(rows(statement, "DELETE FROM us WHERE \"user\" = current_user RETURNING id"))
                .isEqualTo("2;");
        assertThat(rows(
                        statement,
                        "SELECT pid = pg_backend_pid(), usename = current_user FROM pg_stat_activity"
                                + " WHERE pid = pg_backend_pid()"))
                .isEqualTo("t|t;");
    }
}
