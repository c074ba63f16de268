package io.github.hasqlite.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whatever is sent is answered as the page says, and harms nothing. System properties: {@code
 * ha.sqlite.test.fuzz-seconds} (3), {@code ha.sqlite.test.fuzz-seed}.
 */
@Tag("system")
@Timeout(180)
class SqlApiFuzzTests {

    private static final JsonMapper JSON = new JsonMapper();

    /** What there may be, and never 500. */
    private static final Set<Integer> STATUSES =
            Set.of(200, 204, 304, 400, 401, 403, 404, 405, 408, 409, 413, 414, 417, 422, 429, 501, 503, 505);

    /** What a few hundred requests are answered with, all of it. */
    private static final Set<Integer> USUAL = Set.of(200, 400, 403, 404, 405, 422);

    private static final String[] WORDS = {
        "SELECT",
        "INSERT INTO t",
        "UPDATE t SET a",
        "DELETE FROM t",
        "WITH x AS",
        "VALUES",
        "(",
        ")",
        ",",
        ";",
        "*",
        "t",
        "a",
        "FROM",
        "WHERE",
        "=",
        "1",
        "-9223372036854775808",
        "9e999",
        "'x'",
        "x'00ff'",
        "NULL",
        "?",
        ":a",
        "@b",
        "$c",
        "?7",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT s",
        "PRAGMA",
        "writable_schema",
        "journal_mode",
        "=DELETE",
        "ATTACH",
        "':memory:'",
        "AS x",
        "load_extension('x')",
        "readfile('/etc/passwd')",
        "ha_outbox",
        "sqlite_schema",
        "EXPLAIN",
        "QUERY PLAN",
        "RETURNING",
        "CREATE TABLE",
        "DROP TABLE",
        "u",
        "CREATE TEMP TABLE",
        "VACUUM",
        "INTO",
        "randomblob(10)",
        "zeroblob(100000)",
        "hex(",
        "--",
        "/*",
        "*/",
        "\"",
        "`",
        "[",
        "\u0000",
        "é😀",
        "\uD800",
        "ORDER BY",
        "LIMIT",
        "UNION ALL",
        "CASE WHEN",
        "END",
        "json_each(",
        "generate_series(",
        "RAISE(ABORT,'x')",
    };

    private static final String[] BODIES = {
        "{\"sql\":\"SELECT a FROM t\"}",
        "{\"sql\":\"INSERT INTO t VALUES(:a)\",\"params\":{\"a\":1}}",
        "[{\"sql\":\"INSERT INTO t VALUES(?)\",\"params\":[1.5]},{\"sql\":\"SELECT count(*) FROM t\",\"params\":null}]",
        "[{\"sql\":\"DELETE FROM t\"},{\"sql\":\"SELECT ?\",\"params\":[{\"base64\":\"AAEC\"}]}]",
    };

    private static final String[] PATHS = {
        "/ha/query", "/ha/query", "/ha/query", "/ha/query", "/ha/download", "/ha/snapshot", "/ha/replications",
        "/ha/replications/n1", "/ha/replications/%00", "/ha/healthz", "/ha/openapi.json", "/ha", "/ha/", "/ha//query",
        "/ha/../ha/query", "/ha/query/", "/ha/query;x=1", "/ha/%71uery", "/ha/%zz", "/ha/" + "x".repeat(3_000),
    };

    private static final String[] QUERIES = {
        "",
        "",
        "",
        "?level=applied",
        "?level=strict",
        "?level=x",
        "?position=1",
        "?position=-1",
        "?position=a.1",
        "?timeout=1ms",
        "?timeout=1",
        "?timeout=PT99999999H",
        "?integers=text&blobs=object",
        "?blobs=",
        "?a=b",
        "?&&&",
        "?%",
    };

    private static final String[] METHODS = {"POST", "POST", "POST", "GET", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE"
    };

    private static final String[] HEADERS = {
        "",
        "",
        "",
        "Host: evil.example\r\n",
        "Origin: http://evil.example\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: multipart/form-data\r\n",
        "Authorization: Bearer x\r\n",
        "If-None-Match: *\r\n",
        "X-Forwarded-For: 1.2.3.4\r\n",
        "Expect: 100-continue\r\n",
        "Content-Encoding: gzip\r\n",
        "Range: bytes=0-1\r\n",
    };

    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)");

    @TempDir
    private Path folder;

    private Random random = new Random();

    @Test
    void whateverIsSentIsAnsweredAndHarmsNothing() throws Exception {
        long seed = Long.getLong("ha.sqlite.test.fuzz-seed", System.nanoTime());
        random = new Random(seed);
        Map<Integer, Integer> statuses = new TreeMap<>();
        try (ApiApplication application = ApiApplication.start(
                folder,
                "n1",
                "ha.sqlite.http.api.timeout=1s",
                "ha.sqlite.http.api.max-body=64KB",
                "ha.sqlite.http.api.body-timeout=300ms",
                "ha.sqlite.gateway.statement-timeout=1s")) {
            execute(application, "CREATE TABLE t(a)");
            execute(application, "CREATE TABLE guard(a PRIMARY KEY, b)");
            execute(application, "INSERT INTO guard VALUES(1, 'one'), (2, x'02')");
            long end =
                    System.nanoTime() + TimeUnit.SECONDS.toNanos(Integer.getInteger("ha.sqlite.test.fuzz-seconds", 3));
            long latest = end + TimeUnit.SECONDS.toNanos(60);
            while (System.nanoTime() < end || (!statuses.keySet().containsAll(USUAL) && System.nanoTime() < latest)) {
                byte[] request = request();
                int status = send(application.port(), request, seed);
                statuses.merge(status, 1, Integer::sum);
            }
            assertThat(statuses.keySet()).as("seed " + seed).containsAll(USUAL);
            // nothing of it holds a lock, a connection or a session
            execute(application, "UPDATE guard SET b = b");
            for (int i = 0; i < 50; i++) {
                assertThat(application.rows("SELECT count(*), hex(group_concat(b)) FROM guard"))
                        .as("seed " + seed)
                        .isEqualTo("[[2,\"6F6E652C02\"]]");
            }
            assertThat(query(application, "PRAGMA integrity_check")).isEqualTo("ok");
            assertThat(query(application, "PRAGMA journal_mode")).isEqualTo("wal");
        }
    }

    private static void execute(ApiApplication application, String sql) throws SQLException {
        try (Connection connection = application.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static String query(ApiApplication application, String sql) throws SQLException {
        try (Connection connection = application.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.getString(1);
        }
    }

    // ---- what is sent

    private <T> T any(T[] of) {
        return of[random.nextInt(of.length)];
    }

    private byte[] request() throws IOException {
        byte[] body = body();
        StringBuilder head = new StringBuilder(any(METHODS) + " " + any(PATHS) + any(QUERIES) + " HTTP/1.1\r\n");
        String header = any(HEADERS);
        head.append(header.startsWith("Host") ? "" : "Host: localhost\r\n").append(header);
        int length = random.nextInt(20) == 0 ? random.nextInt(200_000) : body.length;
        head.append("Connection: close\r\nContent-Length: ").append(length).append("\r\n\r\n");
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        request.write(body);
        byte[] bytes = request.toByteArray();
        return random.nextInt(30) == 0 ? mutated(bytes) : bytes;
    }

    private byte[] body() {
        byte[] valid = any(BODIES).getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(4)) {
            case 0 -> valid;
            case 1 -> mutated(valid);
            case 2 ->
                ("{\"sql\":" + JSON.writeValueAsString(sql()) + ",\"params\":[" + random.nextInt(3) + "]}")
                        .getBytes(StandardCharsets.UTF_8);
            default ->
                ("[{\"sql\":" + JSON.writeValueAsString(sql()) + "},{\"sql\":" + JSON.writeValueAsString(sql()) + "}]")
                        .getBytes(StandardCharsets.UTF_8);
        };
    }

    private String sql() {
        StringBuilder sql = new StringBuilder();
        for (int words = 1 + random.nextInt(9); words > 0; words--) {
            sql.append(any(WORDS)).append(random.nextInt(8) == 0 ? "" : " ");
        }
        return sql.toString();
    }

    private byte[] mutated(byte[] bytes) {
        byte[] changed = bytes.clone();
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            int at = random.nextInt(changed.length);
            switch (random.nextInt(3)) {
                case 0 -> changed[at] = (byte) random.nextInt(256);
                case 1 -> changed[at] = (byte) "\"{}[],:\\0e-".charAt(random.nextInt(11));
                default -> {
                    byte[] cut = new byte[Math.max(1, at)];
                    System.arraycopy(changed, 0, cut, 0, Math.min(cut.length, changed.length));
                    changed = cut;
                }
            }
        }
        return changed;
    }

    // ---- what comes back

    /** The status; 0 if the connection was closed, as servers do where a request is no HTTP, or the client has gone. */
    private int send(int port, byte[] request, long seed) throws IOException {
        String sent = "seed " + seed + ", request "
                + URLEncoder.encode(new String(request, StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request);
            if (random.nextInt(40) == 0) {
                return 0;
            }
            // who sends less than he says is not waited for
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (answer.startsWith("HTTP/1.1 100")) {
                answer = answer.substring(answer.indexOf("\r\n\r\n") + 4);
            }
            if (!answer.startsWith("HTTP/")) {
                // nothing, or what a server answers to a request without a version
                return 0;
            }
            int status = Integer.parseInt(answer.substring(9, 12));
            assertThat(STATUSES).as(sent + "\n" + answer).contains(status);
            int end = answer.indexOf("\r\n\r\n");
            Matcher length = CONTENT_LENGTH.matcher(answer.substring(0, end));
            // an answer to HEAD has the length of a body that it has not
            boolean hasBody =
                    !sent.contains("request HEAD+") && answer.substring(0, end).contains("json");
            if (hasBody && length.find() && !answer.endsWith("\r\n\r\n")) {
                byte[] body = answer.substring(end + 4).getBytes(StandardCharsets.UTF_8);
                // a request that lost its Content-Length is followed by another answer, to what was its body
                requireJson(Arrays.copyOf(body, Math.min(body.length, Integer.parseInt(length.group(1)))), sent);
            }
            return status;
        } catch (SocketException e) {
            // reset: the server has not read all that was sent
            return 0;
        }
    }

    private static void requireJson(byte[] body, String sent) {
        try {
            JSON.readTree(body);
        } catch (JacksonException e) {
            throw new AssertionError(sent + "\n" + new String(body, StandardCharsets.UTF_8), e);
        }
    }
}
