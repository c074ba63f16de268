package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.NatsStartException;
import io.nats.client.api.ServerInfo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server that can be used.
 *
 * @param host the address clients of this machine use
 * @param port the port it listens on
 * @param version its version
 */
record ServerReady(String host, int port, String version) {

    private static final String PORTS_FILES = "*.ports";
    private static final Pattern CLIENT_URLS = Pattern.compile("\"nats\"\\s*:\\s*\\[([^\\]]*)\\]");
    private static final Pattern URL = Pattern.compile("\"([^\"]+)\"");
    private static final long POLL_MS = 10;
    private static final int SOCKET_TIMEOUT_MS = 2000;
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    String url() {
        return "nats://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Removes what an earlier run wrote, so that it is not taken for this one's. */
    static void forget(Path runDir) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(runDir, PORTS_FILES)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Waits until the server has written where it listens, greets there, and has JetStream. */
    static ServerReady await(
            ServerProcess server, int port, Path runDir, EmbeddedNatsSettings settings, ServerLog serverLog)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + settings.startTimeout().toNanos();
        while (System.nanoTime() < deadline) {
            if (!server.isAlive()) {
                server.awaitExit(LAST_WORDS);
                throw ended(settings, port, serverLog.tail());
            }
            InetSocketAddress address = address(runDir);
            ServerInfo info = address == null ? null : greeting(address);
            if (address != null && info != null) {
                String host = address.getAddress().getHostAddress();
                if (!info.isJetStreamAvailable()) {
                    throw new NatsStartException(
                            new NatsStartException.NoJetStream(
                                    host + ":" + address.getPort(),
                                    "the configuration file " + settings.configFile() + " does not enable it"),
                            null);
                }
                return new ServerReady(host, address.getPort(), info.getVersion());
            }
            Thread.sleep(POLL_MS);
        }
        throw new NatsStartException(
                new NatsStartException.ServerFailed(
                        "nats-server was not ready within "
                                + settings.startTimeout().toSeconds() + " s.",
                        serverLog.tail()),
                null);
    }

    private static NatsStartException ended(EmbeddedNatsSettings settings, int port, String tail) {
        if (ServerLog.tellsPortInUse(tail)) {
            return new NatsStartException(new NatsStartException.PortInUse(settings.host(), port), null);
        }
        return new NatsStartException(
                new NatsStartException.ServerFailed(
                        "nats-server ended at once"
                                + (settings.configFile() == null ? "" : ", configured by " + settings.configFile())
                                + ".",
                        tail),
                null);
    }

    private static @Nullable InetSocketAddress address(Path runDir) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(runDir, PORTS_FILES)) {
            for (Path file : files) {
                Matcher urls = CLIENT_URLS.matcher(Files.readString(file));
                if (urls.find()) {
                    return choose(urls.group(1));
                }
            }
        }
        return null;
    }

    /** A server on a wildcard address names all of the machine's: take a loopback one. */
    private static @Nullable InetSocketAddress choose(String urls) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        Matcher url = URL.matcher(urls);
        while (url.find()) {
            URI uri = URI.create(url.group(1));
            if (uri.getHost() != null) {
                InetSocketAddress address = new InetSocketAddress(uri.getHost(), uri.getPort());
                if (!address.isUnresolved()) {
                    addresses.add(address);
                }
            }
        }
        return addresses.stream()
                .filter(address -> address.getAddress().isLoopbackAddress())
                .findFirst()
                .orElse(addresses.isEmpty() ? null : addresses.get(0));
    }

    private static @Nullable ServerInfo greeting(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, SOCKET_TIMEOUT_MS);
            socket.setSoTimeout(SOCKET_TIMEOUT_MS);
            String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            return line == null || !line.startsWith("INFO ") ? null : new ServerInfo(line);
        } catch (IOException e) {
            return null;
        }
    }
}
