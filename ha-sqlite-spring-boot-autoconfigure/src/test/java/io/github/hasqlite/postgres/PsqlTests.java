package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL's own client, with what people type. Skipped where there is no psql. */
@Tag("system")
@Timeout(60)
class PsqlTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/psql")), "skipped: there is no /usr/bin/psql (postgresql-client)");
        server = RunningServer.start(folder.resolve("app.db"));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static String psql(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("/usr/bin/psql", "-X", "-h", "127.0.0.1", "-U", RunningServer.USER));
        command.addAll(List.of("-p", Integer.toString(server.port()), "-d", "app"));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "psql", ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("PGPASSWORD", RunningServer.PASSWORD);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("PAGER", "cat");
        Process process = builder.start();
        assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static String script(String sql, String... arguments) throws IOException, InterruptedException {
        Path file = Files.writeString(Files.createTempFile(folder, "script", ".sql"), sql);
        List<String> all = new ArrayList<>(List.of("-f", file.toString()));
        all.addAll(List.of(arguments));
        return psql(all.toArray(String[]::new));
    }

    @Test
    void theSessionOfTheQuickStartIsAsPrinted() throws Exception {
        assertThat(script("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);\n"
                        + "INSERT INTO users(name) VALUES('HA user from PostgreSQL Wire Protocol');\n"
                        + "SELECT * FROM users;\n"))
                .isEqualTo("""
                        CREATE TABLE
                        INSERT 0 1
                         id |                 name                 \s
                        ----+---------------------------------------
                          1 | HA user from PostgreSQL Wire Protocol
                        (1 row)

                        """);
    }

    @Test
    void commandsThatDescribeShowTablesKeysAndViews() throws Exception {
        script("CREATE TABLE author(id SERIAL PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE);\n"
                + "CREATE TABLE book(id INTEGER PRIMARY KEY, author INT REFERENCES author(id) ON DELETE CASCADE,"
                + " price NUMERIC(8,2) DEFAULT 0);\n"
                + "CREATE INDEX book_author ON book(author);\n"
                + "CREATE VIEW cheap AS SELECT id FROM book WHERE price < 5;\n");
        assertThat(psql("-c", "\\d book"))
                .contains("author | bigint", "price  | numeric(8,2)", "0")
                .contains("\"book_pkey\" PRIMARY KEY, btree (id)", "\"book_author\" btree (author)")
                .contains("\"book_author_fkey\" FOREIGN KEY (author) REFERENCES author(id) ON DELETE CASCADE");
        assertThat(psql("-c", "\\d author"))
                .contains("\"author_name_key\" UNIQUE CONSTRAINT, btree (name)", "TABLE \"book\" CONSTRAINT");
        assertThat(psql("-c", "\\dt")).contains("public | author | table", "public | book   | table");
        assertThat(psql("-c", "\\di")).contains("book_author", "author_pkey");
        assertThat(psql("-c", "\\dv")).contains("cheap");
        assertThat(psql("-c", "\\d+ cheap")).contains("SELECT id FROM book WHERE price < 5");
        assertThat(psql("-c", "\\l")).contains("app");
        assertThat(psql("-c", "\\du")).contains("ha");
        for (String command : List.of(
                "\\dn", "\\df", "\\dT", "\\dx", "\\dp", "\\ds", "\\db", "\\dt+", "\\di+", "\\l+", "\\d", "\\dn+")) {
            assertThat(psql("-c", command)).as(command).doesNotContain("ERROR");
        }
    }

    @Test
    void conditionsOfTablesAreShown() throws Exception {
        psql(
                "-c",
                "CREATE TABLE stock(id INTEGER PRIMARY KEY, \"left\" INT CHECK (\"left\" >= 0) CHECK(\"left\" < 100),"
                        + " kind TEXT CONSTRAINT known_kind CHECK (kind IN ('a', 'b)')), lent INT,"
                        + " CHECK (lent <= \"left\"), CONSTRAINT \"a name\" CHECK (lent <> 13))");
        assertThat(psql("-c", "\\d stock"))
                .contains(
                        "\"stock_left_check\" CHECK (\"left\" >= 0)",
                        "\"stock_left_check1\" CHECK (\"left\" < 100)",
                        "\"known_kind\" CHECK (kind IN ('a', 'b)'))",
                        "\"stock_check\" CHECK (lent <= \"left\")",
                        "\"a name\" CHECK (lent <> 13)");
        assertThat(psql(
                        "-At",
                        "-c",
                        "SELECT constraint_name, check_clause FROM information_schema.check_constraints"
                                + " WHERE constraint_name = 'known_kind'"))
                .contains("known_kind|(kind IN ('a', 'b)'))");
        psql("-c", "DROP TABLE stock");
    }

    @Test
    void whatToolsAskOnAndOnAnswers() throws Exception {
        for (String command : new String[] {
            "\\dn",
            "\\df",
            "\\dT",
            "\\do",
            "\\dx",
            "\\dp",
            "\\dd",
            "\\dC",
            "\\dD",
            "\\db",
            "\\des",
            "\\ds",
            "\\dm",
            "\\drds",
            "\\dRp",
            "\\dy",
            "\\dF",
            "\\dL",
            "\\dO",
            "\\ddp",
            "\\dconfig",
            "\\z",
            "\\dE",
            "\\dA",
            "\\dX"
        }) {
            assertThat(psql("-c", command)).as(command).doesNotContain("ERROR");
        }
    }

    @Test
    void errorsSayWhereAndTransactionsStayFailed() throws Exception {
        assertThat(script(
                        "SELECT 1 FORM x;\nBEGIN;\nSELECT * FROM nowhere;\nSELECT 1;\nCOMMIT;\n",
                        "-v",
                        "VERBOSITY=verbose"))
                .contains("42601", "42P01", "25P02")
                .endsWith("ROLLBACK\n");
    }

    @Test
    void aSampleDatabaseIsLoaded() throws Exception {
        Path script = Chinook.script();
        assumeTrue(Chinook.isThere(), () -> "skipped: there is no " + script);
        assertThat(psql("-q", "-v", "ON_ERROR_STOP=1", "-f", script.toString())).isEmpty();
        assertThat(psql("-At", "-c", "SELECT count(*), sum(\"Total\") FROM \"Invoice\""))
                .isEqualTo("412|2328.60\n");
        assertThat(psql("-c", "\\d \"Track\"")).contains("\"Track_AlbumId_fkey\" FOREIGN KEY", "numeric(10,2)");
    }
}
