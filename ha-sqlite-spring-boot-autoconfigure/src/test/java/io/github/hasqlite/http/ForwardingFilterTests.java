package io.github.hasqlite.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.testing.Certificates;
import io.github.hasqlite.testing.NatsServer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Requests that another node answers, between real servers. */
class ForwardingFilterTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final List<WebServer> servers = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        servers.forEach(WebServer::close);
    }

    /** What a node believes of its cluster. */
    private static final class View implements ClusterMembers, ClusterLeader {

        private final String self;
        private final boolean readOnly;
        private final List<ClusterMember> others = new ArrayList<>();
        private @Nullable Leader leader;
        private @Nullable String address;

        View(String self, boolean readOnly) {
            this.self = self;
            this.readOnly = readOnly;
        }

        View led(String by, @Nullable String address) {
            leader = new Leader(by, address, 1);
            return this;
        }

        View with(String name, @Nullable String address, boolean replica, long applied) {
            others.add(member(name, address, replica, applied));
            return this;
        }

        private static ClusterMember member(String name, @Nullable String address, boolean replica, long applied) {
            return new ClusterMember(
                    name, name, Instant.EPOCH, address, CommitMode.SYNC, replica, "", applied, 0, null, Duration.ZERO);
        }

        @Override
        public ClusterMember self() {
            return member(self, address, readOnly, 0);
        }

        @Override
        public List<ClusterMember> list() {
            List<ClusterMember> all = new ArrayList<>(List.of(self()));
            all.addAll(others);
            return all;
        }

        @Override
        public boolean isLeader() {
            return leader != null && leader.node().equals(self);
        }

        @Override
        public @Nullable Leader leader() {
            return leader;
        }

        @Override
        public long token() {
            return isLeader() ? 1 : 0;
        }

        @Override
        public void remove(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean admit(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> removed() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void addListener(ClusterMembers.Listener listener) {}

        @Override
        public void addListener(ClusterLeader.Listener listener) {}
    }

    private WebServer serve(View view, ForwardTo to, WebServer.Answer answer) {
        return serve(view, to, TIMEOUT, answer);
    }

    private WebServer serve(View view, ForwardTo to, Duration timeout, WebServer.Answer answer) {
        WebServer server = new WebServer(folder)
                .with(new ForwardingFilter(new Forwarder(view, view, timeout, null), to))
                .start(answer);
        servers.add(server);
        return server;
    }

    private static WebServer.Answer named(String name) {
        return (request, response) -> response.getWriter().print(name);
    }

    private HttpResponse<String> send(WebServer to, String method, String path, BodyPublisher body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(to.url() + path)).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(WebServer to, String... headers) throws IOException, InterruptedException {
        return send(to, "POST", "/x", BodyPublishers.noBody(), headers);
    }

    @Test
    void whatChangesSomethingGoesToTheLeaderAndReadsStay() throws Exception {
        WebServer one = serve(new View("n1", false).led("n1", null), ForwardTo.LEADER, named("n1"));
        WebServer two = serve(new View("n2", false).led("n1", one.url()), ForwardTo.LEADER, named("n2"));
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "LOCK")) {
            assertThat(send(two, method, "/x", BodyPublishers.noBody()).body()).isEqualTo("n1");
        }
        assertThat(send(two, "GET", "/x", BodyPublishers.noBody()).body()).isEqualTo("n2");
        assertThat(send(two, "OPTIONS", "/x", BodyPublishers.noBody()).body()).isEqualTo("n2");
    }

    @Test
    void methodPathHeadersAndBodyArriveAndTheAnswerComesBack() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        WebServer one = serve(new View("n1", false).led("n1", null), ForwardTo.LEADER, (request, response) -> {
            byte[] body = request.getInputStream().readAllBytes();
            response.setStatus(Arrays.equals(body, sent) ? 201 : 500);
            response.addHeader(
                    "X-Seen", request.getMethod() + " " + request.getRequestURI() + "?" + request.getQueryString());
            response.addHeader("X-Seen", request.getContentType() + " " + request.getContentLengthLong());
            response.addHeader("X-Seen", request.getHeader("Authorization") + " " + request.getHeader("X-Mine"));
            response.addHeader(
                    "X-Seen",
                    request.getHeader("X-Forwarded-For") + " " + request.getHeader("X-Forwarded-Proto") + " "
                            + request.getHeader("X-Forwarded-Host") + " "
                            + request.getHeader(ForwardedHeaders.FORWARDED_BY));
            response.addHeader("Set-Cookie", "a=1");
            response.addHeader("Set-Cookie", "b=2");
            response.addHeader("Location", "http://127.0.0.1:" + request.getLocalPort() + "/tasks/7");
            response.getOutputStream().write(body, 0, 1_000_000);
        });
        WebServer two = serve(new View("n 2ä", false).led("n1", one.url()), ForwardTo.LEADER, named("n2"));
        HttpResponse<byte[]> answer = client.send(
                HttpRequest.newBuilder(URI.create(two.url() + "/a%20b/c;d=e?q=%2Fx&r"))
                        .method("PUT", BodyPublishers.ofByteArray(sent))
                        .header("Content-Type", "application/x-mine")
                        .header("Authorization", "Bearer x")
                        .header("X-Mine", "yes")
                        .header("X-Forwarded-For", "10.0.0.1")
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().allValues("X-Seen"))
                .containsExactly(
                        "PUT /a%20b/c;d=e?q=%2Fx&r",
                        "application/x-mine 3000000",
                        "Bearer x yes",
                        "10.0.0.1, 127.0.0.1 http " + two.url().substring("http://".length()) + " n+2%C3%A4");
        assertThat(answer.headers().allValues("Set-Cookie")).containsExactlyInAnyOrder("a=1", "b=2");
        assertThat(answer.headers().firstValue("Location")).hasValue(two.url() + "/tasks/7");
        assertThat(answer.body()).isEqualTo(Arrays.copyOf(sent, 1_000_000));
    }

    @Test
    void aBodyOfUnknownLengthIsStreamed() throws Exception {
        WebServer one = serve(
                new View("n1", false).led("n1", null),
                ForwardTo.LEADER,
                (request, response) -> response.getWriter()
                        .print(new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
        WebServer two = serve(new View("n2", false).led("n1", one.url()), ForwardTo.LEADER, named("n2"));
        HttpResponse<String> answer = send(
                two,
                "POST",
                "/x",
                BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream("streamed".getBytes(StandardCharsets.UTF_8))));
        assertThat(answer.body()).isEqualTo("streamed");
    }

    @Test
    void loopsAnAbsentLeaderAndOneWithoutAddressAreSaid() throws Exception {
        WebServer none = serve(new View("n1", false), ForwardTo.LEADER, named("n1"));
        assertThat(post(none).statusCode()).isEqualTo(503);
        assertThat(post(none).headers().firstValue("Retry-After")).hasValue("1");
        assertThat(post(none).body()).contains("No node leads the cluster");
        WebServer silent = serve(new View("n1", false).led("n2", null), ForwardTo.LEADER, named("n1"));
        assertThat(post(silent).statusCode()).isEqualTo(503);
        assertThat(post(silent).body()).contains("ha.sqlite.members.address");
        // the one that the second takes for the leader takes the second for it
        View mistaken = new View("n1", false);
        WebServer one = serve(mistaken, ForwardTo.LEADER, named("n1"));
        WebServer two = serve(new View("n2", false).led("n1", one.url()), ForwardTo.LEADER, named("n2"));
        mistaken.led("n2", two.url());
        HttpResponse<String> looped = post(two);
        assertThat(looped.statusCode()).isEqualTo(503);
        assertThat(looped.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(looped.body())
                .contains("Node n2 has forwarded this request to node n1, which would forward it to node n2");
    }

    @Test
    void aNodeThatCannotBeReachedAndOneThatDoesNotAnswerAreSaid() throws Exception {
        WebServer away = serve(
                new View("n2", false).led("n1", "http://127.0.0.1:" + NatsServer.freePort()),
                ForwardTo.LEADER,
                named("n2"));
        assertThat(post(away).statusCode()).isEqualTo(503);
        assertThat(post(away).headers().firstValue("Retry-After")).hasValue("1");
        assertThat(post(away).body()).contains("Node n1").contains("Nothing was done");
        try (ServerSocket mute = new ServerSocket(0)) {
            WebServer hanging = serve(
                    new View("n2", false).led("n1", "http://127.0.0.1:" + mute.getLocalPort()),
                    ForwardTo.LEADER,
                    Duration.ofMillis(200),
                    named("n2"));
            HttpResponse<String> late = post(hanging);
            assertThat(late.statusCode()).isEqualTo(504);
            assertThat(late.headers().firstValue("Retry-After")).isEmpty();
            assertThat(late.body()).contains("not known");
        }
        try (ServerSocket rude = new ServerSocket(0)) {
            Thread hangingUp = new Thread(() -> {
                try {
                    rude.accept().close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            hangingUp.start();
            WebServer broken = serve(
                    new View("n2", false).led("n1", "http://127.0.0.1:" + rude.getLocalPort()),
                    ForwardTo.LEADER,
                    named("n2"));
            assertThat(post(broken).statusCode()).isEqualTo(502);
            hangingUp.join();
        }
    }

    @Test
    void aNodeWithACertificateOfABundleIsForwardedToOverTlsAndOneThatIsNotTrustedIsNot() throws Exception {
        Certificates certificates = new Certificates(folder);
        SslBundle bundle = SslBundle.of(new PemSslStoreBundle(
                new PemSslStoreDetails(
                        null,
                        certificates.certificate().toUri().toString(),
                        certificates.key().toUri().toString()),
                PemSslStoreDetails.forCertificate(
                        certificates.authorities().toUri().toString())));
        WebServer one = new WebServer(folder)
                .secured(bundle)
                .start((request, response) -> response.getWriter()
                        .print(request.isSecure() + " " + request.getHeader("X-Forwarded-Proto") + " "
                                + new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
        servers.add(one);
        assertThat(one.url()).startsWith("https://");
        View view = new View("n2", false).led("n1", one.url());
        WebServer two = new WebServer(folder)
                .with(new ForwardingFilter(
                        new Forwarder(view, view, TIMEOUT, bundle.createSslContext()), ForwardTo.LEADER))
                .start(named("n2"));
        servers.add(two);
        assertThat(send(two, "POST", "/x", BodyPublishers.ofString("body")).body())
                .isEqualTo("true http body");
        WebServer distrustful = serve(view, ForwardTo.LEADER, named("n3"));
        HttpResponse<String> refused = post(distrustful);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body())
                .contains("Node n1")
                .contains("ha.sqlite.http.forward.ssl.bundle")
                .contains("Nothing was done");
    }

    @Test
    void aReadReplicaForwardsToOneThatWritesAndOthersKeepWhatTheyGet() throws Exception {
        WebServer one = serve(new View("n1", false).led("n9", null), ForwardTo.WRITER, named("n1"));
        assertThat(post(one).body()).isEqualTo("n1");
        WebServer behind = serve(new View("n4", false), ForwardTo.WRITER, named("n4"));
        View replica = new View("n2", true)
                .with("n4", behind.url(), false, 4)
                .with("n1", one.url(), false, 7)
                .with("n3", "http://127.0.0.1:1", true, 9);
        WebServer two = serve(replica, ForwardTo.WRITER, named("n2"));
        assertThat(post(two).body()).isEqualTo("n1");
        replica.led("n4", behind.url());
        assertThat(post(two).body()).isEqualTo("n4");
        WebServer alone = serve(new View("n2", true), ForwardTo.WRITER, named("n2"));
        assertThat(post(alone).statusCode()).isEqualTo(503);
    }

    @Test
    void whoIsFurtherInTheStreamAnswersAReadForWhichThisNodeIsTooLate() throws Exception {
        WebServer one = serve(new View("n1", false), ForwardTo.WRITER, named("n1"));
        View view = new View("n2", false).with("n1", one.url(), true, 7).with("n3", null, false, 9);
        Forwarder forwarder = new Forwarder(view, view, TIMEOUT, null);
        WebServer two = new WebServer(folder)
                .with((request, response, chain) ->
                        forwarder.forwardBeyond(7, (HttpServletRequest) request, (HttpServletResponse) response))
                .start(named("n2"));
        servers.add(two);
        assertThat(send(two, "GET", "/x", BodyPublishers.noBody()).body()).isEqualTo("n1");
        view.others.clear();
        assertThat(send(two, "GET", "/x", BodyPublishers.noBody()).statusCode()).isEqualTo(503);
    }

    private static URI uri(WebServer server, String path) {
        return URI.create(server.url() + path);
    }

    /** A connection on which a text was sent as it is. */
    private static Socket raw(WebServer to, String text) throws IOException {
        Socket socket = new Socket("127.0.0.1", uri(to, "/").getPort());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String answer(WebServer to, String text) throws IOException {
        try (Socket socket = raw(to, text)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void anAnswerArrivesPieceByPiece() throws Exception {
        Semaphore next = new Semaphore(0);
        WebServer one = serve(new View("n1", false).led("n1", null), ForwardTo.LEADER, (request, response) -> {
            response.setContentType("text/event-stream");
            response.flushBuffer();
            try {
                for (int i = 0; i < 3 && next.tryAcquire(60, TimeUnit.SECONDS); i++) {
                    response.getWriter().print("data: " + i + "\n");
                    response.flushBuffer();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        WebServer two = serve(new View("n2", false).led("n1", one.url()), ForwardTo.LEADER, named("n2"));
        HttpResponse<InputStream> answer = client.sendAsync(
                        HttpRequest.newBuilder(uri(two, "/x"))
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofInputStream())
                .get(20, TimeUnit.SECONDS);
        BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        for (int i = 0; i < 3; i++) {
            next.release();
            assertThat(CompletableFuture.supplyAsync(() -> line(lines)).get(20, TimeUnit.SECONDS))
                    .isEqualTo("data: " + i);
        }
        assertThat(lines.readLine()).isNull();
    }

    private static @Nullable String line(BufferedReader from) {
        try {
            return from.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whenClientsLeaveNoNodeGoesOnAnsweringThem() throws Exception {
        int clients = 20;
        AtomicInteger answering = new AtomicInteger();
        AtomicInteger forwarding = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(clients);
        AtomicBoolean over = new AtomicBoolean();
        WebServer one = serve(new View("n1", false).led("n1", null), ForwardTo.LEADER, (request, response) -> {
            answering.incrementAndGet();
            all.countDown();
            try {
                while (!over.get()) {
                    response.getOutputStream().write('x');
                    response.flushBuffer();
                    LockSupport.parkNanos(50_000_000);
                }
            } finally {
                answering.decrementAndGet();
            }
        });
        View view = new View("n2", false).led("n1", one.url());
        ForwardingFilter filter = new ForwardingFilter(new Forwarder(view, view, TIMEOUT, null), ForwardTo.LEADER);
        WebServer two = new WebServer(folder)
                .with((request, response, chain) -> {
                    forwarding.incrementAndGet();
                    try {
                        filter.doFilter(request, response, chain);
                    } finally {
                        forwarding.decrementAndGet();
                    }
                })
                .start(named("n2"));
        servers.add(two);
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < clients; i++) {
                sockets.add(raw(two, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
            }
            assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
            for (Socket socket : sockets) {
                socket.close();
            }
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> answering.get() + forwarding.get() == 0);
        } finally {
            over.set(true);
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void theTimeOfAnUploadIsNotThatOfTheAnswer() throws Exception {
        Duration timeout = Duration.ofMillis(500);
        WebServer one = serve(
                new View("n1", false).led("n1", null),
                ForwardTo.LEADER,
                (request, response) ->
                        response.getWriter().print(request.getInputStream().readAllBytes().length));
        View view = new View("n2", false).led("n1", one.url());
        WebServer two = serve(view, ForwardTo.LEADER, timeout, named("n2"));
        try (Socket slow = raw(two, "POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 6\r\n\r\n")) {
            long begun = System.nanoTime();
            for (int i = 1; i <= 6; i++) {
                long piece = i;
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(10))
                        .until(() ->
                                System.nanoTime() - begun > timeout.dividedBy(3).toNanos() * piece);
                slow.getOutputStream().write('x');
            }
            assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 200")
                    .contains("\r\n6");
        }
    }

    @Test
    void whoStopsSendingAndANodeThatTakesNothingHoldNobodyUp() throws Exception {
        Duration timeout = Duration.ofMillis(500);
        WebServer one = serve(
                new View("n1", false).led("n1", null),
                ForwardTo.LEADER,
                (request, response) ->
                        response.getWriter().print(request.getInputStream().readAllBytes().length));
        View view = new View("n2", false).led("n1", one.url());
        WebServer impatient = new WebServer(folder)
                .readTimeout(200)
                .with(new ForwardingFilter(new Forwarder(view, view, timeout, null), ForwardTo.LEADER))
                .start(named("n3"));
        servers.add(impatient);
        // this container answers it by itself
        assertThat(answer(impatient, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nx"))
                .startsWith("HTTP/1.1 400");
        try (ServerSocket mute = new ServerSocket(0)) {
            view.led("n1", "http://127.0.0.1:" + mute.getLocalPort());
            WebServer two = serve(view, ForwardTo.LEADER, timeout, named("n2"));
            try (Socket sending = raw(two, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")) {
                CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                    try {
                        for (int i = 0; i < 100; i++) {
                            sending.getOutputStream().write(new byte[1_000_000]);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                byte[] status = sending.getInputStream().readNBytes("HTTP/1.1 504".length());
                assertThat(new String(status, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 504");
                sending.close();
                assertThat(writing).failsWithin(Duration.ofSeconds(60));
            }
        }
    }

    @Test
    void whatCannotBeForwardedByMistakeOfTheSettingsIsSaid() throws Exception {
        View view = new View("n2", false).led("n1", "http://127.0.0.1:1");
        view.address = "http://127.0.0.1:1";
        WebServer two = serve(view, ForwardTo.LEADER, named("n2"));
        assertThat(post(two).statusCode()).isEqualTo(503);
        assertThat(post(two).body()).contains("n1").contains("the same ha.sqlite.members.address");
        view.leader = null;
        view.with("n2", null, false, 3);
        assertThat(post(two).statusCode()).isEqualTo(503);
        assertThat(post(two).body()).contains("same name").contains("ha.sqlite.name");
        view.led("n1", two.url());
        assertThat(post(two).statusCode()).isEqualTo(503);
        assertThat(post(two).body()).contains("This node, n2, was reached at the ha.sqlite.members.address");
        assertThat(answer(
                        two,
                        "POST /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
                                + "Content-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 501");
    }

    @Test
    void headersArriveByteForByte() throws Exception {
        WebServer one = serve(new View("n1", false).led("n1", null), ForwardTo.LEADER, (request, response) -> {
            response.setHeader("X-Seen", request.getHeader("x-uml"));
            response.setHeader("X-Names", String.join(",", Collections.list(request.getHeaderNames())));
            response.setHeader("Location", "/\u00fc");
            response.getWriter()
                    .print("cookie " + (int) request.getCookies()[0].getValue().charAt(0));
        });
        WebServer two = serve(new View("n2", false).led("n1", one.url()), ForwardTo.LEADER, named("n2"));
        assertThat(answer(
                        two,
                        "POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Uml: \u00c3\u00a4 \u00fc 100%25\r\n"
                                + "Cookie: a=\u00c3\u00a4\r\nContent-Length: 0\r\n\r\n"))
                .contains("x-seen: \u00c3\u00a4 \u00fc 100%25\r\n")
                .contains("location: /\u00fc\r\n")
                .contains("cookie " + (int) '\u00e4')
                .doesNotContainIgnoringCase(DecodedRequest.ENCODED);
    }
}
