package io.github.hasqlite.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.http.ApiApplication.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the HTTP API refuses, and how it says so. */
@Tag("system")
@Timeout(60)
class SqlApiErrorTests {

    @TempDir
    private static Path folder;

    private static ApiApplication one;

    @BeforeAll
    static void start() {
        one = ApiApplication.start(folder, "n1", "ha.sqlite.http.api.max-answer=100KB");
    }

    @AfterAll
    static void stop() {
        one.close();
    }

    @BeforeEach
    void empty() throws Exception {
        one.query("{\"sql\":\"DROP TABLE IF EXISTS users\"}");
        one.query("{\"sql\":\"CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT)\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"sql":"SELEC 1"}                                                  | 422 | 42601
            {"sql":"SELECT * FROM missing"}                                    | 422 | 42P01
            {"sql":"INSERT INTO users(id) VALUES(1),(1)"}                      | 409 | 23505
            {"sql":"INSERT INTO users(id) VALUES('x')"}                        | 422 | 22018
            {"sql":"SELECT ?"}                                                 | 400 | 07001
            {"sql":"SELECT :a","params":{"b":1}}                               | 400 | 07001
            {"sql":"ATTACH 'x.db' AS x"}                                       | 403 | 42501
            {"sql":"SELECT load_extension('x')"}                               | 403 | 42501
            {"sql":"PRAGMA writable_schema=1"}                                 | 403 | 42501
            {"sql":"DELETE FROM ha_outbox"}                                    | 403 | 42501
            {"sql":"BEGIN"}                                                    | 422 | 0A000
            [{"sql":"SELECT 1"},{"sql":"COMMIT"}]                              | 422 | 0A000
            """)
    void errorsAreProblems(String body, int status, String state) throws Exception {
        Answer answer = one.post("/query", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().get("sqlState").stringValue()).isEqualTo(state);
        assertThat(answer.json().get("detail").stringValue()).isNotBlank();
    }

    @Test
    void anErrorHasTheCodesOfSqlite() throws Exception {
        Answer answer = one.post("/query", "{\"sql\":\"INSERT INTO users(id) VALUES(1),(1)\"}");
        assertThat(answer.json().get("sqliteName").stringValue()).startsWith("SQLITE_CONSTRAINT");
        assertThat(answer.json().get("sqliteCode").intValue() & 0xff).isEqualTo(19);
    }

    @Test
    void aTransactionThatFailsLeavesNothing() throws Exception {
        Answer failed = one.post(
                "/query",
                "[{\"sql\":\"INSERT INTO users(name) VALUES('a')\"},{\"sql\":\"INSERT INTO users(id) VALUES(1),(1)\"}]");
        assertThat(failed.status()).isEqualTo(409);
        assertThat(failed.json().get("statement").intValue()).isOne();
        Answer large = one.post(
                "/query",
                "[{\"sql\":\"INSERT INTO users(name) VALUES('a')\"},{\"sql\":\"SELECT hex(zeroblob(60000))\"}]");
        assertThat(large.status()).as(large.body()).isEqualTo(422);
        assertThat(large.json().get("sqlState").stringValue()).isEqualTo("54000");
        assertThat(one.rows("SELECT count(*) FROM users")).isEqualTo("[[0]]");
    }

    @Test
    void whatIsNoCallIsRefused() throws Exception {
        assertThat(one.get("").status()).isEqualTo(404);
        assertThat(one.get("/nothing").status()).isEqualTo(404);
        assertThat(one.get("/replications/").status()).isEqualTo(404);
        assertThat(one.get("/query/x").status()).isEqualTo(404);
        Answer wrong = one.get("/query");
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.header("Allow")).isEqualTo("POST");
        assertThat(one.post("/query?levl=strict", "{}").status()).isEqualTo(400);
        assertThat(one.post("/query", "{\"sql\":\"SELECT 1; SELECT 2\"}").status())
                .isEqualTo(400);
        assertThat(one.post("/query", "{\"sql\":\"SELECT 1;;\\n-- end\\n\"}").status())
                .isEqualTo(200);
        assertThat(one.post("/query", " ".repeat(2 << 20)).status()).isEqualTo(413);
        assertThat(one.send(one.request("/query")
                                .header("Origin", "http://evil.example")
                                .POST(BodyPublishers.ofString("{\"sql\":\"SELECT 1\"}")))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void healthAndDescriptionAreThere() throws Exception {
        assertThat(one.get("/healthz").body()).isEqualTo("{\"status\":\"up\"}");
        assertThat(one.get("/openapi.json").json().at("/servers/0/url").stringValue())
                .isEqualTo("/ha");
    }

    @Test
    void aNodeThatDoesNotReplicateSaysWhatItHasNot() throws Exception {
        for (String path : new String[] {"/download", "/snapshot", "/history", "/changes"}) {
            Answer answer = one.get(path);
            assertThat(answer.status()).as(path).isEqualTo(409);
            assertThat(answer.json().get("detail").stringValue()).contains("not replicate");
        }
        assertThat(one.post("/undo/1", "").status()).isEqualTo(409);
        assertThat(one.get("/replications").json().at("/replications/0/name").stringValue())
                .isEqualTo("n1");
    }
}
