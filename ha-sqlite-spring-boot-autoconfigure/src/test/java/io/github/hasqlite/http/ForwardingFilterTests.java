package io.github.hasqlite.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.Certificates;
import io.github.hasqlite.testing.NatsServer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Requests that another node answers, between real servers. */
class ForwardingFilterTests extends ForwardedServers {

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
}
