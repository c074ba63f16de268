package io.github.hasqlite.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.http.api.PositionToken;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that goes from node to node. */
@Tag("system")
class ReadYourWritesFilterTests {

    @TempDir
    private Path folder;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final HttpClient client =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    /** The second node applies only as many change sets of others as there are permits. */
    private final Semaphore mayApply = new Semaphore(0);

    private NatsServer server;

    @BeforeEach
    void start() {
        server = NatsServer.start();
        opened.add(server);
    }

    @AfterEach
    void close() throws Exception {
        mayApply.release(1_000);
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private TestNode node(String name, CommitMode mode, ChangeSetInterceptor... interceptors) {
        TestNode node = TestNode.open(
                server.url(),
                folder.resolve(name + ".db"),
                name,
                settings -> settings.with(to -> to.commitMode(mode)),
                List.of(interceptors),
                UnaryOperator.identity(),
                null);
        opened.add(node);
        return node;
    }

    private WebServer serve(TestNode node, Duration timeout, WebServer.Answer answer) {
        WebServer web = new WebServer(folder)
                .with(new ReadYourWritesFilter(node.node().position(), "seen", timeout, null))
                .start(answer);
        opened.add(web);
        return web;
    }

    /** POST inserts a row, GET counts them. */
    private static WebServer.Answer rows(TestNode node) {
        return (request, response) -> {
            try {
                if (request.getMethod().equals("POST")) {
                    node.execute("INSERT INTO t(a) VALUES('" + request.getQueryString() + "')");
                }
                response.addCookie(new Cookie("other", "1"));
                response.getWriter().print(node.query("SELECT count(*) FROM t").get(0));
            } catch (SQLException e) {
                throw new ServletException(e);
            }
        };
    }

    private HttpResponse<String> send(WebServer to, String method, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(to.url() + "/rows?x")).method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private ChangeSetInterceptor whenAllowed() {
        return new ChangeSetInterceptor() {
            @Override
            public boolean beforeApply(ChangeSet changeSet, Connection connection) {
                mayApply.acquireUninterruptibly();
                return true;
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void whatAClientHasWrittenOnOneNodeItReadsOnAnother(CommitMode mode) throws Exception {
        TestNode one = node("n1", mode);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        mayApply.release();
        TestNode two = node("n2", mode, whenAllowed());
        WebServer first = serve(one, Duration.ofSeconds(60), rows(one));
        WebServer second = serve(two, Duration.ofSeconds(60), rows(two));
        HttpResponse<String> written = send(first, "POST");
        assertThat(written.statusCode()).isEqualTo(200);
        assertThat(written.headers().allValues("Set-Cookie"))
                .hasSize(2)
                .anyMatch(cookie -> cookie.startsWith("seen=") && cookie.contains("HttpOnly"))
                .anyMatch(cookie -> cookie.startsWith("other="));
        CompletableFuture<HttpResponse<String>> read = client.sendAsync(
                HttpRequest.newBuilder(URI.create(second.url() + "/rows")).build(), BodyHandlers.ofString());
        Awaitility.await()
                .during(Duration.ofMillis(100))
                .atMost(Duration.ofSeconds(60))
                .until(() -> !read.isDone());
        mayApply.release();
        assertThat(read.get().body()).isEqualTo("1");
    }

    @Test
    void whoWaitsInVainIsToldToTryAgainAndWhoHasSeenNothingDoesNotWait() throws Exception {
        TestNode one = node("n1", CommitMode.SYNC);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        mayApply.release();
        TestNode two = node("n2", CommitMode.SYNC, whenAllowed());
        WebServer first = serve(one, Duration.ofMillis(100), rows(one));
        WebServer second = serve(two, Duration.ofMillis(100), rows(two));
        String seen = send(first, "POST")
                .headers()
                .firstValue(ReadYourWritesFilter.HEADER)
                .orElseThrow();
        HttpResponse<String> refused = send(second, "GET");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(refused.body()).contains("node n2 has applied the stream up to");
        HttpClient stranger = HttpClient.newHttpClient();
        for (String header : List.of(seen.replaceAll("^.*\\.", "otherstream."), "nonsense", "a.b.c", "", seen + "9x")) {
            HttpResponse<String> answer = stranger.send(
                    HttpRequest.newBuilder(URI.create(second.url() + "/rows"))
                            .header(ReadYourWritesFilter.HEADER, header)
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(header).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("0");
        }
        HttpResponse<String> known = stranger.send(
                HttpRequest.newBuilder(URI.create(second.url() + "/rows"))
                        .header(ReadYourWritesFilter.HEADER, seen)
                        .build(),
                BodyHandlers.ofString());
        assertThat(known.statusCode()).isEqualTo(503);
        mayApply.release();
        Awaitility.await().until(() -> send(second, "GET").statusCode() == 200);
    }

    private static void insertAndAnswer(
            TestNode node, WebServer.Answer answer, HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        try {
            node.execute("INSERT INTO t(a) VALUES('x')");
        } catch (SQLException e) {
            throw new ServletException(e);
        }
        answer.to(request, response);
    }

    @Test
    void thePositionIsInAllKindsOfAnswers() throws Exception {
        TestNode one = node("n1", CommitMode.SYNC);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        List<WebServer.Answer> answers = List.of(
                (request, response) -> response.setStatus(204),
                (request, response) -> response.sendError(409, "no"),
                (request, response) -> response.sendRedirect("/elsewhere"),
                (request, response) -> response.getOutputStream().write(new byte[100_000]),
                (request, response) -> response.getWriter().print("x".repeat(100_000)),
                (request, response) -> response.flushBuffer());
        for (WebServer.Answer answer : answers) {
            WebServer web = serve(
                    one,
                    Duration.ofSeconds(60),
                    (request, response) -> insertAndAnswer(one, answer, request, response));
            HttpResponse<String> told = send(web, "POST");
            PositionToken token = PositionToken.parse(
                    told.headers().firstValue(ReadYourWritesFilter.HEADER).orElse(null));
            assertThat(token).isNotNull();
            assertThat(token.sequence()).isEqualTo(one.node().position().current(Duration.ofSeconds(60)));
        }
        // written first, committed then: as long as nothing has been sent, the answer is corrected
        WebServer late = serve(one, Duration.ofSeconds(60), (request, response) -> {
            response.getWriter().print("x");
            insertAndAnswer(one, (again, unused) -> {}, request, response);
        });
        HttpResponse<String> told = send(late, "POST");
        assertThat(told.headers().allValues("Set-Cookie")).hasSize(1);
        assertThat(told.headers().firstValue(ReadYourWritesFilter.HEADER))
                .hasValue(one.node().position().stream() + "."
                        + one.node().position().current(Duration.ofSeconds(60)));
    }

    @Test
    void whatWasCommittedBeforeAFailureHasAPositionToo() throws Exception {
        TestNode one = node("n1", CommitMode.SYNC);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        List<WebServer.Answer> failures = List.of(
                (request, response) -> {
                    throw new ServletException("no");
                },
                (request, response) -> {
                    throw new IllegalStateException("no");
                },
                // nobody completes it
                (request, response) -> request.startAsync().setTimeout(50));
        for (WebServer.Answer failure : failures) {
            WebServer web = new WebServer(folder)
                    .errorPage()
                    .with(
                            new ReadYourWritesFilter(one.node().position(), "seen", Duration.ofSeconds(60), null),
                            DispatcherType.REQUEST,
                            DispatcherType.ASYNC,
                            DispatcherType.ERROR)
                    .start((request, response) -> {
                        if (request.getDispatcherType() == DispatcherType.ERROR) {
                            response.getWriter().print("failed");
                        } else {
                            insertAndAnswer(one, failure, request, response);
                        }
                    });
            opened.add(web);
            HttpResponse<String> told = send(web, "POST");
            assertThat(told.statusCode()).isEqualTo(500);
            assertThat(told.body()).isEqualTo("failed");
            assertThat(told.headers().firstValue(ReadYourWritesFilter.HEADER))
                    .hasValue(one.node().position().stream() + "."
                            + one.node().position().current(Duration.ofSeconds(60)));
            assertThat(told.headers().allValues("Set-Cookie")).hasSize(1);
        }
    }

    @Test
    void theCookieIsTheApplicationsOwnAndIsSetOnlyIfItSaysMore() throws Exception {
        TestNode one = node("n1", CommitMode.SYNC);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        WebServer web = new WebServer(folder, "/app")
                .with(new ReadYourWritesFilter(one.node().position(), "seen", Duration.ofSeconds(60), null))
                .start(rows(one));
        opened.add(web);
        List<String> set = new ArrayList<>();
        for (String method : List.of("POST", "GET", "POST")) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(web.url() + "/app/rows"))
                            .method(method, BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.headers().firstValue(ReadYourWritesFilter.HEADER)).isPresent();
            answer.headers().allValues("Set-Cookie").stream()
                    .filter(cookie -> cookie.startsWith("seen="))
                    .forEach(cookie -> set.add(method + " " + cookie));
        }
        assertThat(set).hasSize(2).allMatch(cookie -> cookie.startsWith("POST") && cookie.contains("; Path=/app;"));
    }
}
