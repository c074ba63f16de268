package io.github.hasqlite.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Bodies and answers that take their time on the way through a node that forwards, and who leaves meanwhile. */
class ForwardingStreamsTests extends ForwardedServers {

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
