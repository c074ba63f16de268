package io.github.hasqlite.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.http.ApiApplication.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients take that are slow, gone, too many, or ask for a lot. */
@Tag("system")
@Timeout(120)
class SqlApiLimitTests {

    private static final String TOKEN = "0123456789abcdef";

    private static final String NUMBERS =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) ";

    @TempDir
    private static Path folder;

    private static ApiApplication application;

    @BeforeAll
    static void start() throws Exception {
        application = ApiApplication.start(
                folder,
                "n1",
                "ha.sqlite.http.api.token=" + TOKEN,
                "ha.sqlite.http.api.timeout=2s",
                "ha.sqlite.http.api.body-timeout=500ms",
                "ha.sqlite.http.api.max-requests=4",
                "ha.sqlite.gateway.statement-timeout=2s",
                "ha.sqlite.pool.readers=3");
        try (Connection connection = application.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        }
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static String sql(String sql) {
        return "{\"sql\":\"" + sql + "\"}";
    }

    private static Answer query(String sql) throws Exception {
        return application.send(application
                .request("/query")
                .header("Authorization", "Bearer " + TOKEN)
                .POST(BodyPublishers.ofString(sql(sql))));
    }

    /** Begins a request by hand, and reads nothing of the answer. */
    private static Socket begin(String body, int announced) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), application.port()));
        socket.getOutputStream()
                .write(("POST /ha/query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + TOKEN + "\r\nContent-Length: "
                                + announced + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static Socket begin(String sql) throws IOException {
        return begin(sql(sql), sql(sql).length());
    }

    @Test
    void aClientThatNeverReadsHoldsUpNobodyAndIsCutOff() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            // all that clients may have at once of the pool of readers, and what has written
            silent.add(begin(NUMBERS + "SELECT i, hex(zeroblob(200)) FROM n"));
            silent.add(begin("INSERT INTO t(a) VALUES(1) RETURNING hex(zeroblob(4000000))"));
            long start = System.nanoTime();
            Answer written = query("INSERT INTO t(a) VALUES(2)");
            assertThat(written.status()).as(written.body()).isEqualTo(200);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(
                                    query("SELECT count(*) FROM t WHERE a = 1").body())
                            .contains("[[1]]"));
            assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(query("SELECT 1").status()).isEqualTo(200));
            // it ends before its end
            assertThat(answer(silent.get(0))).contains("HTTP/1.1 200").doesNotEndWith("0\r\n\r\n");
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void aClientThatGoesEndsWhatItHasAskedFor() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Socket socket = begin(NUMBERS + "SELECT i, hex(zeroblob(200)) FROM n")) {
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(query("SELECT 1").status()).isEqualTo(200));
    }

    @Test
    void whoSendsHisBodySlowlyIsTold() throws Exception {
        try (Socket silent = begin("{", 100)) {
            assertThat(answer(silent)).startsWith("HTTP/1.1 408");
        }
        try (Socket dripping = begin("{", 1_000)) {
            Awaitility.await().until(() -> {
                dripping.getOutputStream().write(' ');
                return dripping.getInputStream().available() > 0;
            });
            assertThat(answer(dripping)).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void whoIsOneTooManyIsTold() throws Exception {
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return query("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT"
                                            + " max(i) FROM n")
                                    .status();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    },
                    task -> new Thread(task).start()));
        }
        List<Integer> statuses = all.stream().map(CompletableFuture::join).toList();
        assertThat(statuses).contains(429, 408).allMatch(status -> status == 429 || status == 408);
        Answer after = query("SELECT 1");
        assertThat(after.status()).as(after.body()).isEqualTo(200);
    }

    @Test
    void whoDoesNotKnowTheTokenIsToldBeforeHisBodyIsRead() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), application.port())) {
            socket.getOutputStream()
                    .write(("POST /ha/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n{")
                            .getBytes(StandardCharsets.UTF_8));
            byte[] start = socket.getInputStream().readNBytes(12);
            assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 401");
        }
        assertThat(application.get("/healthz").status()).isEqualTo(200);
        assertThat(application.get("/openapi.json").status()).isEqualTo(401);
        assertThat(application.get("/nothing").status()).isEqualTo(401);
    }
}
