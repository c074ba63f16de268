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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pg_dump and tools for migrations write: defaults with casts, owners, privileges, comments, sequences. */
@Tag("system")
@Timeout(60)
class DumpTests {

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
    static void stop() throws Exception {
        connection.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "int; 0::int; 0",
                "int; -1::integer NOT NULL; -1",
                "double precision; 1.0::double precision; 1",
                "numeric(10,2); 1.5::numeric; 1.50",
                "numeric(10,2); (0)::numeric CHECK (a >= (0)::numeric); 0.00",
                "varchar(20); 'x'::character varying; x",
                "char(5); 'ab'::bpchar; ab   ",
                "text; 'a' || 'b'; ab",
                "text; NULL::character varying; null",
                "jsonb; '{\"b\":1,\"a\":2}'::jsonb; {\"a\": 2, \"b\": 1}",
                "boolean; true::boolean; t",
                "date; '2026-01-02'::date; 2026-01-02",
                "timestamptz; '2026-01-02 03:04+02'::timestamp with time zone; 2026-01-02 01:04:00+00",
                "bytea; '\\x0102'::bytea; \\x0102"
            })
    void defaultsNeedNoParentheses(String type, String written, String value) throws SQLException {
        statement.execute("CREATE TABLE item (id int, a " + type + " DEFAULT " + written + ")");
        try {
            assertThat(rows(statement, "INSERT INTO item (id) VALUES (1) RETURNING a"))
                    .isEqualTo((type.startsWith("char") ? value + "   " : value) + ";");
        } finally {
            statement.execute("DROP TABLE item");
        }
    }

    @Test
    void timesAreStoredAsOthersAre() throws SQLException {
        statement.execute("CREATE TABLE moment (id int, a timestamp DEFAULT current_timestamp(0), b timestamptz DEFAULT"
                + " (CURRENT_TIMESTAMP), c timestamp DEFAULT timezone('utc'::text, now()), d time DEFAULT localtime,"
                + " e timestamp DEFAULT now() AT TIME ZONE 'utc', f uuid DEFAULT gen_random_uuid(),"
                + " g float8 DEFAULT random())");
        statement.execute("INSERT INTO moment (id) VALUES (1), (2)");
        assertThat(rows(
                        statement,
                        "SELECT count(*) FROM moment WHERE a::text LIKE '____-__-__ __:__:__' AND b <= now() AND c <="
                                + " localtimestamp AND e <= localtimestamp AND d <= time '23:59:59.999' AND g >= 0 AND g < 1"
                                + " AND length(f::text) = 36"))
                .isEqualTo("2;");
        assertThat(rows(statement, "SELECT count(DISTINCT f) FROM moment")).isEqualTo("2;");
        // the form in the file is the one in which the data source stores, which sorts
        server.runInApplication(
                "CREATE TABLE stored AS SELECT length(a) a, length(b) b, length(c) c, length(d) d FROM moment");
        assertThat(rows(statement, "SELECT DISTINCT * FROM stored")).isEqualTo("29|30|29|18;");
    }

    @Test
    void whatNoDefaultCanBeIsRefusedAtOnce() throws SQLException {
        for (String[] bad : new String[][] {
            {"int DEFAULT nextval('s'::regclass)", "0A000"},
            {"text DEFAULT current_user", "0A000"},
            {"text DEFAULT name", "0A000"},
            {"text DEFAULT md5('x')", "42883"},
            {"int[] DEFAULT '{}'::int[]", "0A000"},
            {"int DEFAULT 'x'::int", "22P02"}
        }) {
            assertRefused(statement, "CREATE TABLE refused (a " + bad[0] + ")", bad[1]);
        }
        statement.execute("CREATE TABLE grown (id int)");
        statement.execute("INSERT INTO grown VALUES (1)");
        assertRefused(statement, "ALTER TABLE grown ADD COLUMN a timestamptz DEFAULT now()", "0A000");
    }

    @Test
    void whatChangesNoAnswerIsLeftOut() throws SQLException {
        statement.execute("CREATE TABLE owned (id serial PRIMARY KEY, name text)");
        for (String sql : new String[] {
            "ALTER TABLE public.owned OWNER TO somebody",
            "COMMENT ON COLUMN owned.id IS 'x'",
            "GRANT SELECT ON TABLE owned TO PUBLIC",
            "ALTER TABLE ONLY owned REPLICA IDENTITY FULL",
            "CREATE SCHEMA IF NOT EXISTS public",
            "CREATE INDEX owned_i ON owned USING btree (name DESC NULLS LAST, lower((name)::text) NULLS FIRST)"
        }) {
            statement.execute(sql);
        }
        assertThat(rows(statement, "SELECT pg_catalog.setval('public.owned_id_seq', 2, true)"))
                .isEqualTo("2;");
        assertThat(rows(
                        statement,
                        "SELECT setval(pg_get_serial_sequence('owned', 'id'), coalesce(max(id), 1)) FROM owned"))
                .isEqualTo("1;");
        assertRefused(statement, "SELECT nextval('owned_id_seq')", "0A000");
        assertRefused(statement, "ALTER TABLE owned ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY", "0A000");
        assertRefused(statement, "ALTER TABLE ONLY owned ADD CONSTRAINT k PRIMARY KEY (id)", "0A000");
        assertRefused(statement, "ALTER TABLE owned ADD PRIMARY KEY (id)", "0A000");
        statement.execute("ALTER TABLE ONLY owned ADD CONSTRAINT k UNIQUE (name)");
        statement.execute("ALTER TABLE ONLY owned DROP CONSTRAINT k");
        statement.execute("ALTER TABLE ONLY owned DROP CONSTRAINT IF EXISTS k");
        assertRefused(statement, "ALTER TABLE owned DROP CONSTRAINT owned_pkey", "0A000");
        assertRefused(statement, "ALTER TABLE owned DROP CONSTRAINT k", "42704");
    }
}
