package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.context.reactive.AnnotationConfigReactiveWebApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** The HTTP API of a reactive application, with a real server. */
@Tag("system")
@Timeout(90)
class ReactiveApiFilterTests {

    private static final String ENDLESS = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT ";

    @TempDir
    private static Path folder;

    private static final AnnotationConfigReactiveWebApplicationContext context =
            new AnnotationConfigReactiveWebApplicationContext();

    private static DisposableServer server;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        TestPropertyValues.of(
                        "ha.sqlite.path=" + folder.resolve("app.db"),
                        "ha.sqlite.name=n1",
                        "server.address=127.0.0.1",
                        "ha.sqlite.http.api.enabled=true",
                        "ha.sqlite.http.api.timeout=5s",
                        "ha.sqlite.http.api.body-timeout=400ms",
                        "ha.sqlite.gateway.statement-timeout=20s",
                        "ha.sqlite.pool.readers=3")
                .applyTo(context);
        context.register(
                HaSqliteAutoConfiguration.class,
                HaSqliteHttpApiAutoConfiguration.class,
                HaSqliteReactiveApiAutoConfiguration.class);
        context.refresh();
        ReactorHttpHandlerAdapter handler = new ReactorHttpHandlerAdapter(WebHttpHandlerBuilder.webHandler(exchange -> {
                    exchange.getResponse().setStatusCode(HttpStatus.ACCEPTED);
                    return Mono.empty();
                })
                .filter(context.getBean(ReactiveApiFilter.class))
                .build());
        server = HttpServer.create().host("127.0.0.1").port(0).handle(handler).bindNow();
    }

    @AfterAll
    static void stop() {
        server.disposeNow();
        context.close();
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static String sql(String sql) {
        return "{\"sql\":\"" + sql + "\"}";
    }

    private static Socket begin(String body, int announced) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        socket.getOutputStream()
                .write(("POST /ha/query?timeout=2s HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + announced
                                + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private void assertAnswers() {
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .untilAsserted(
                        () -> assertThat(post("/ha/query", sql("SELECT 1")).statusCode())
                                .isEqualTo(200));
    }

    @Test
    void statementsAreRunAndOtherPathsAreTheApplications() throws Exception {
        assertThat(post("/ha/query", sql("CREATE TABLE t(a)")).statusCode()).isEqualTo(200);
        HttpResponse<String> written = post(
                "/ha/query", "[{\"sql\":\"INSERT INTO t VALUES(?)\",\"params\":[7]},{\"sql\":\"SELECT a FROM t\"}]");
        assertThat(written.body()).endsWith("{\"columns\":[\"a\"],\"rows\":[[7]]}]}");
        assertThat(written.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(written.headers().firstValueAsLong("Content-Length"))
                .hasValue(written.body().length());
        HttpResponse<String> wrong = post("/ha/query", sql("SELEC"));
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(post("/hat", "").statusCode()).isEqualTo(202);
        assertThat(post("/ha/nothing", "").statusCode()).isEqualTo(404);
        assertThat(post("/ha/query", " ".repeat(2 << 20)).statusCode()).isEqualTo(413);
    }

    /** The next request is there before the server has noticed that it has answered the one before. */
    @Test
    void connectionsAreReadOnBehindAnswersOfWhichOneFromAnotherThread() throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            socket.setSoTimeout(20_000);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < 3_000; i++) {
                for (String path : new String[] {"/ha/nothing", "/hat"}) {
                    socket.getOutputStream()
                            .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
                                    .getBytes(StandardCharsets.UTF_8));
                    readAnswer(in);
                }
            }
        }
    }

    private static void readAnswer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
        assertThat(length.find()).as("%s", head).isTrue();
        in.skipNBytes(Long.parseLong(length.group(1)));
    }

    @Test
    void aMillionRowsAreStreamed() throws Exception {
        HttpResponse<String> rows =
                post("/ha/query", sql(ENDLESS.replace("FROM n)", "FROM n WHERE i < 1000000)") + "i FROM n"));
        assertThat(rows.body()).endsWith(",[999999],[1000000]]}]}");
    }

    @Test
    void aClientThatGoesEndsItsStatementAtOnce() throws Exception {
        String body = sql(ENDLESS + "max(i) FROM n");
        for (int i = 0; i < 8; i++) {
            begin(body, body.length()).close();
        }
        assertAnswers();
    }

    @Test
    void aClientThatNeverReadsIsCutOff() throws Exception {
        String body = sql(ENDLESS + "i, hex(zeroblob(200)) FROM n");
        try (Socket silent = begin(body, body.length())) {
            assertThat(silent.getInputStream().read()).isEqualTo('H');
            // its statement may run for 20 s, and has the one connection that there is for clients that read
            assertAnswers();
        }
    }

    @Test
    void whoSendsHisBodySlowlyIsTold() throws Exception {
        try (Socket silent = begin("{", 100)) {
            assertThat(new String(silent.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 408");
        }
        try (Socket dripping = begin("{", 10_000)) {
            // a byte that meets the closed connection is answered with a reset, behind the answer
            Awaitility.await().ignoreException(SocketException.class).until(() -> {
                if (dripping.getInputStream().available() == 0) {
                    dripping.getOutputStream().write(' ');
                }
                return dripping.getInputStream().available() > 0;
            });
            assertThat(new String(dripping.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 408");
        }
        assertAnswers();
    }
}
