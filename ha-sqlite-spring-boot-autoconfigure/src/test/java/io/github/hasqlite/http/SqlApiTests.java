package io.github.hasqlite.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.http.ApiApplication.Answer;
import io.github.hasqlite.testing.NatsServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP API of two nodes. */
@Tag("system")
@Timeout(120)
class SqlApiTests {

    @TempDir
    private static Path folder;

    private static NatsServer server;
    private static ApiApplication one;
    private static ApiApplication two;

    @BeforeAll
    static void start() {
        server = NatsServer.start();
        String url = "ha.sqlite.replication-url=" + server.url();
        one = ApiApplication.start(folder, "n1", url);
        two = ApiApplication.start(folder, "n2", url);
    }

    @AfterAll
    static void stop() {
        two.close();
        one.close();
        server.close();
    }

    @BeforeEach
    void empty() throws Exception {
        one.query("{\"sql\":\"DROP TABLE IF EXISTS users\"}");
        one.query("""
                [
                  {
                    "sql": "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)"
                  }
                ]""");
    }

    // ---- as the seed prints it

    @Test
    void parametersAreBoundByName() throws Exception {
        // curl -d says that it is a form
        Answer inserted = one.send(one.request("/query")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("""
                                [{
                                    "sql": "INSERT INTO users(name) VALUES(:name)",
                                    "params": {"name": "HA user"}
                                }]""")));
        long id = inserted.json().at("/results/0/rows/0/1").longValue();
        assertThat(inserted.body())
                .isEqualTo("{\"results\":[{\"columns\":[\"rows_affected\",\"last_insert_id\"],\"rows\":[[1," + id
                        + "]]}]}");
        assertThat(inserted.header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void severalCommandsAreOneTransaction() throws Exception {
        one.query("{\"sql\":\"INSERT INTO users(id, name) VALUES(1, ?)\",\"params\":[\"HA user\"]}");
        Answer answer = one.query("""
                [
                {
                    "sql": "INSERT INTO users(name) VALUES(:name)",
                    "params": {"name": "new HA user"}
                },
                {
                    "sql": "DELETE FROM users WHERE name = :name",
                    "params": {"name": "new HA user"}
                },
                {
                    "sql": "SELECT * FROM users"
                }
                ]""");
        long id = answer.json().at("/results/0/rows/0/1").longValue();
        assertThat(id).isGreaterThan(1);
        String counts = "{\"columns\":[\"rows_affected\",\"last_insert_id\"],\"rows\":[[1," + id + "]]}";
        assertThat(answer.body())
                .isEqualTo("{\"results\":[" + counts + "," + counts
                        + ",{\"columns\":[\"id\",\"name\"],\"rows\":[[1,\"HA user\"]]}]}");
    }

    @Test
    void theDatabaseIsDownloadedUnderLoadAndIsWhatItsPositionSays() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Thread load = new Thread(() -> {
            try {
                while (!ended.get()) {
                    two.query("{\"sql\":\"INSERT INTO users(name) VALUES('load')\"}");
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        load.start();
        Path copy = folder.resolve("copy.db");
        HttpResponse<Path> downloaded;
        try {
            Awaitility.await()
                    .until(() -> !one.rows("SELECT count(*) FROM users").equals("[[0]]"));
            downloaded = one.send(one.request("/download"), BodyHandlers.ofFile(copy));
        } finally {
            ended.set(true);
            load.join();
        }
        assertThat(downloaded.statusCode()).isEqualTo(200);
        assertThat(downloaded.headers().firstValueAsLong("Content-Length")).hasValue(Files.size(copy));
        assertThat(downloaded.headers().firstValue("Content-Disposition").orElseThrow())
                .matches("attachment; filename=\"database-.*\\.db\"");
        long sequence = downloaded.headers().firstValueAsLong("X-Sequence").orElseThrow();
        assertThat(downloaded.headers().firstValue("HA-Sqlite-Position").orElseThrow())
                .endsWith("." + sequence);
        Path expected = folder.resolve("expected.db");
        assertThat(one.bean(DatabaseBackup.class).copyAsOf(sequence, expected)).isEqualTo(sequence);
        assertThat(content(copy)).isEqualTo(content(expected)).isNotEqualTo("0 null");
        try (var left = Files.list(folder)) {
            assertThat(left).noneMatch(file -> file.getFileName().toString().startsWith("ha-sqlite-sent"));
        }
        String tag = one.get("/download").header("ETag");
        assertThat(one.send(one.request("/download").header("If-None-Match", "\"x\", " + tag))
                        .status())
                .isEqualTo(304);
    }

    private static String content(Path file) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("SELECT count(*) || ' ' || coalesce(sum(id), 'null') FROM users")) {
            return rows.getString(1);
        }
    }

    @Test
    void aSnapshotIsTakenAndFetched() throws Exception {
        Answer taken = one.post("/snapshot", "");
        assertThat(taken.status()).as(taken.body()).isEqualTo(200);
        assertThat(taken.json().get("sequence").longValue()).isPositive();
        HttpResponse<byte[]> fetched = two.send(two.request("/snapshot"), BodyHandlers.ofByteArray());
        assertThat(fetched.statusCode()).isEqualTo(200);
        assertThat(new String(fetched.body(), 0, 15, StandardCharsets.US_ASCII)).isEqualTo("SQLite format 3");
        String tag = fetched.headers().firstValue("ETag").orElseThrow();
        assertThat(two.send(two.request("/snapshot").header("If-None-Match", tag))
                        .status())
                .isEqualTo(304);
    }

    @Test
    void replicationsAreListedAndRemoved() throws Exception {
        Awaitility.await()
                .untilAsserted(() -> assertThat(one.get("/replications").json().findValuesAsString("name"))
                        .containsExactly("n1", "n2"));
        Answer self = one.get("/replications/n1");
        assertThat(self.json().at("/replications/0/connected").booleanValue()).isTrue();
        assertThat(self.json().at("/replications").size()).isOne();
        assertThat(one.get("/replications/nobody").status()).isEqualTo(404);
        assertThat(one.send(one.request("/replications/n1").DELETE()).status()).isEqualTo(409);
        Answer removed = one.send(one.request("/replications/gone%20long%2Bago").DELETE());
        assertThat(removed.status()).isEqualTo(204);
        assertThat(removed.body()).isEmpty();
        assertThat(one.bean(ClusterMembers.class).removed()).containsExactly("gone long+ago");
        one.bean(ClusterMembers.class).admit("gone long+ago");
    }

    // ---- exact

    @Test
    void valuesAreExact() throws Exception {
        Answer answer = one.query("{\"sql\":\"SELECT ?1, ?2, ?3, ?4, ?5, typeof(?3), 9e999, -9e999, ?6\",\"params\":"
                + "[9223372036854775807,0.1,1.0,{\"base64\":\"AP8=\"},null,\"\\u0000\\u2028é😀\\\"\"]}");
        assertThat(answer.body())
                .endsWith("\"rows\":[[9223372036854775807,0.1,1.0,\"AP8=\",null,\"real\",9e999,-9e999,"
                        + "\"\\u0000\u2028é😀\\\"\"]]}]}");
        Answer told = one.post(
                "/query?integers=text&blobs=object",
                "{\"sql\":\"SELECT 9007199254740991, 9007199254740992, -9007199254740992, x'00ff'\"}");
        assertThat(told.body())
                .endsWith("[[9007199254740991,\"9007199254740992\",\"-9007199254740992\",{\"base64\":\"AP8=\"}]]}]}");
    }

    @Test
    void whatAnswersRowsAnswersThem() throws Exception {
        assertThat(one.rows("WITH a(x) AS (VALUES(1),(2)) SELECT x FROM a")).isEqualTo("[[1],[2]]");
        assertThat(one.rows("PRAGMA table_info(users)")).contains("\"name\"");
        assertThat(one.rows("EXPLAIN QUERY PLAN SELECT * FROM users")).contains("SCAN users");
        assertThat(one.rows("INSERT INTO users(id, name) VALUES(7, 'a') RETURNING id, name"))
                .isEqualTo("[[7,\"a\"]]");
        assertThat(one.query("{\"sql\":\"SELECT id FROM users WHERE 0\"}").body())
                .isEqualTo("{\"results\":[{\"columns\":[\"id\"],\"rows\":[]}]}");
    }

    // ---- positions

    @Test
    void whatIsWrittenOnOneNodeIsReadOnTheOther() throws Exception {
        for (int i = 1; i <= 20; i++) {
            Answer written = one.query("{\"sql\":\"INSERT INTO users(name) VALUES('a')\"}");
            String position = written.header("HA-Sqlite-Position");
            Answer read = two.post("/query?position=" + position, "{\"sql\":\"SELECT count(*) FROM users\"}");
            assertThat(read.json().at("/results/0/rows/0/0").intValue()).isEqualTo(i);
            String later = read.header("HA-Sqlite-Position");
            assertThat(Long.parseLong(later.substring(later.indexOf('.') + 1)))
                    .isGreaterThanOrEqualTo(Long.parseLong(position.substring(position.indexOf('.') + 1)));
            assertThat(two.post("/query?level=applied", "{\"sql\":\"SELECT count(*) FROM users\"}")
                            .json()
                            .at("/results/0/rows/0/0")
                            .intValue())
                    .isEqualTo(i);
        }
        assertThat(two.post("/query?level=strict", "{\"sql\":\"INSERT INTO users(name) VALUES('b')\"}")
                        .status())
                .isEqualTo(200);
        Answer never = two.post("/query?timeout=50ms&position=999999999", "{\"sql\":\"SELECT 1\"}");
        assertThat(never.status()).isEqualTo(503);
        assertThat(never.header("Retry-After")).isEqualTo("1");
        assertThat(two.post("/query?position=other.1", "{\"sql\":\"SELECT 1\"}").status())
                .isEqualTo(409);
    }

    @Test
    void aMillionRowsAreStreamedInConstantMemory() throws Exception {
        int million = 1_000_000;
        long before = used();
        HttpResponse<InputStream> response = one.send(
                one.request("/query")
                        .POST(BodyPublishers.ofString(
                                "{\"sql\":\"WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1"
                                        + " FROM n WHERE i < 1000000) SELECT i, 'some text for each row' FROM n\"}")),
                BodyHandlers.ofInputStream());
        long most = 0;
        long rows = -1;
        try (InputStream in = response.body()) {
            byte[] piece = new byte[65_536];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                for (int i = 0; i < read; i++) {
                    rows += piece[i] == '[' ? 1 : 0;
                }
                if (rows > million / 2 && most == 0) {
                    most = used();
                }
            }
        }
        // results, columns and rows are arrays, too
        assertThat(rows).isEqualTo(million + 2);
        assertThat(most - before).isLessThan(20_000_000);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void aStatementWithoutEndIsCancelled() throws Exception {
        long start = System.nanoTime();
        Answer answer = one.post(
                "/query?timeout=300ms",
                "{\"sql\":\"WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(408);
        assertThat(answer.json().get("sqlState").stringValue()).isEqualTo("57014");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        assertThat(List.of(one.rows("SELECT 1"))).containsExactly("[[1]]");
    }

    // ---- history and changes

    @Test
    void whatWasDoneIsShownAndTakenBack() throws Exception {
        one.query("{\"sql\":\"INSERT INTO users(id, name) VALUES(1, 'Ada'), (2, 'Bob')\"}");
        Answer mistake = one.query("{\"sql\":\"UPDATE users SET name = 'oops'\"}");
        String position = mistake.header("HA-Sqlite-Position");
        String sequence = position.substring(position.indexOf('.') + 1);
        Answer history = one.get("/history/" + sequence);
        assertThat(history.json().at("/results/0/columns").toString())
                .isEqualTo("[\"seq\",\"sql\",\"timestamp\",\"node\",\"number\"]");
        assertThat(history.json().at("/results/0/rows/0/0").asString()).isEqualTo(sequence);
        assertThat(one.get("/history").status()).isEqualTo(200);
        assertThat(one.get("/history/5m").json().at("/results/0/rows").size()).isGreaterThan(1);
        assertThat(one.get("/history/yesterday").status()).isEqualTo(400);
        Answer planned = one.post("/undo/" + sequence + "?dryRun=true", "");
        assertThat(planned.json().at("/results/0/rows").size())
                .as(planned.body())
                .isEqualTo(2);
        assertThat(one.rows("SELECT count(*) FROM users WHERE name = 'oops'")).isEqualTo("[[2]]");
        Answer undone = one.post("/undo/" + sequence, "");
        assertThat(undone.body())
                .isEqualTo("{\"results\":[{\"columns\":[\"rows_affected\",\"transactions\"],\"rows\":[[2,1]]}]}");
        String at = undone.header("HA-Sqlite-Position");
        assertThat(two.post("/query?position=" + at, "{\"sql\":\"SELECT name FROM users ORDER BY id\"}")
                        .body())
                .contains("[[\"Ada\"],[\"Bob\"]]");
        assertThat(one.get("/undo/" + sequence).status()).isEqualTo(405);
    }

    @Test
    void whatIsInTheWayIsNamed() throws Exception {
        Answer written = one.query("{\"sql\":\"INSERT INTO users(id, name) VALUES(1, 'Ada')\"}");
        one.query("{\"sql\":\"UPDATE users SET name = 'Eve'\"}");
        String position = written.header("HA-Sqlite-Position");
        Answer all = one.post("/undot/" + position.substring(position.indexOf('.') + 1), "");
        assertThat(all.status()).as(all.body()).isEqualTo(200);
        assertThat(one.rows("SELECT count(*) FROM users")).isEqualTo("[[0]]");
    }

    @Test
    void changesAreFollowedAsEventsAndAsLines() throws Exception {
        String position = one.query("{\"sql\":\"INSERT INTO users(id, name) VALUES(1, 'Ada')\"}")
                .header("HA-Sqlite-Position");
        String from = position.substring(position.indexOf('.') + 1);
        HttpResponse<InputStream> events = two.send(
                two.request("/changes?tables=users")
                        .header("Accept", "text/event-stream")
                        .header("Last-Event-ID", from),
                BodyHandlers.ofInputStream());
        HttpResponse<InputStream> lines =
                two.send(two.request("/changes?format=debezium&from=" + from), BodyHandlers.ofInputStream());
        try (BufferedReader told = reader(events);
                BufferedReader rows = reader(lines)) {
            assertThat(events.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            one.query("{\"sql\":\"INSERT INTO users(id, name) VALUES(2, 'Bob')\"}");
            assertThat(until(told, "id: ")).matches("id: \\d+");
            assertThat(until(told, "data: ")).contains("\"stream_seq\":").contains("\"Bob\"");
            assertThat(until(rows, "{"))
                    .contains("\"after\":{\"id\":2,\"name\":\"Bob\"}")
                    .contains("\"op\":\"c\"");
        }
        assertThat(two.get("/changes?from=x").status()).isEqualTo(400);
    }

    private static BufferedReader reader(HttpResponse<InputStream> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static String until(BufferedReader lines, String start) throws IOException {
        while (true) {
            String line = lines.readLine();
            if (line == null || line.startsWith(start)) {
                return String.valueOf(line);
            }
        }
    }
}
