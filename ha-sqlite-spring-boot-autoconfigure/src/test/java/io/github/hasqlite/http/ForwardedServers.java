package io.github.hasqlite.http;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.CommitMode;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Web servers that forward to each other, on views of a cluster that tests make. */
abstract class ForwardedServers {

    static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    final List<WebServer> servers = new ArrayList<>();
    final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        servers.forEach(WebServer::close);
    }

    /** What a node believes of its cluster. */
    static final class View implements ClusterMembers, ClusterLeader {

        private final String self;
        private final boolean readOnly;
        final List<ClusterMember> others = new ArrayList<>();

        @Nullable
        Leader leader;

        @Nullable
        String address;

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

    WebServer serve(View view, ForwardTo to, WebServer.Answer answer) {
        return serve(view, to, TIMEOUT, answer);
    }

    WebServer serve(View view, ForwardTo to, Duration timeout, WebServer.Answer answer) {
        WebServer server = new WebServer(folder)
                .with(new ForwardingFilter(new Forwarder(view, view, timeout, null), to))
                .start(answer);
        servers.add(server);
        return server;
    }

    static WebServer.Answer named(String name) {
        return (request, response) -> response.getWriter().print(name);
    }

    HttpResponse<String> send(WebServer to, String method, String path, BodyPublisher body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(to.url() + path)).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    static URI uri(WebServer server, String path) {
        return URI.create(server.url() + path);
    }

    /** A connection on which a text was sent as it is. */
    static Socket raw(WebServer to, String text) throws IOException {
        Socket socket = new Socket("127.0.0.1", uri(to, "/").getPort());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    static String answer(WebServer to, String text) throws IOException {
        try (Socket socket = raw(to, text)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
