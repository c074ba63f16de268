package io.github.hasqlite.testing;

import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.ClusterInfo;
import io.nats.client.api.Replica;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Three real nats-servers of one cluster, on free ports of the loopback interface. They do not outlive the test
 * JVM. Which versions there are is looked up in the system property {@code ha.sqlite.test.nats-server}, in PATH and
 * where {@code .ci/install-nats-server} puts them.
 */
public final class NatsCluster implements AutoCloseable {

    private static final int SERVERS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Pattern VERSION = Pattern.compile("nats-server: v(\\d+)\\.(\\d+)\\.(\\d+)");

    /** From 2.10.23 on a replicated stream can be trusted. */
    private static final int[] TRUSTED = {2, 10, 23};

    private final List<NatsServer> servers = new ArrayList<>();

    private NatsCluster(Path program, boolean syncing) {
        try {
            List<Integer> ports = new ArrayList<>();
            List<String> routes = new ArrayList<>();
            for (int i = 0; i < SERVERS; i++) {
                int port = NatsServer.freePort();
                ports.add(port);
                routes.add("nats://127.0.0.1:" + port);
            }
            for (int port : ports) {
                String configuration = "cluster { name: test, listen: \"127.0.0.1:" + port + "\", routes: ["
                        + String.join(", ", routes) + "] }";
                servers.add(
                        syncing
                                ? NatsServer.startSyncing(program, configuration)
                                : NatsServer.start(program, configuration));
            }
            awaitJetStream();
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Starts three servers and waits until they can make streams. */
    public static NatsCluster start(Path program) {
        return new NatsCluster(program, false);
    }

    /** The same, of servers that have each message on the disk, past all caches, before they acknowledge it. */
    public static NatsCluster startSyncing(Path program) {
        return new NatsCluster(program, true);
    }

    /** A program of a version whose replicated streams can be trusted, if there is one. */
    public static Optional<Path> current() {
        return programs(NatsCluster::isTrusted);
    }

    /** A program of an earlier version, if there is one. */
    public static Optional<Path> old() {
        return programs(version -> !isTrusted(version));
    }

    private static Optional<Path> programs(Predicate<int[]> fitting) {
        List<Path> candidates = new ArrayList<>();
        String configured = System.getProperty("ha.sqlite.test.nats-server");
        if (configured != null && !configured.isBlank()) {
            candidates.add(Path.of(configured));
        }
        for (String entry : System.getenv().getOrDefault("PATH", "").split(":")) {
            candidates.add(Path.of(entry, "nats-server"));
        }
        candidates.add(Path.of("/usr/sbin/nats-server"));
        String home = System.getenv().getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache");
        Path cache = Path.of(home, "ha-sqlite");
        if (Files.isDirectory(cache)) {
            try (Stream<Path> folders = Files.list(cache)) {
                folders.sorted().forEach(folder -> candidates.add(folder.resolve("nats-server")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return candidates.stream()
                .filter(Files::isExecutable)
                .filter(program -> {
                    int[] version = version(program);
                    return version.length > 0 && fitting.test(version);
                })
                .findFirst();
    }

    private static int[] version(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version").start();
            Matcher matcher =
                    VERSION.matcher(new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            return matcher.find()
                    ? new int[] {
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3))
                    }
                    : new int[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isTrusted(int[] version) {
        return Arrays.compare(version, TRUSTED) >= 0;
    }

    /** How many servers there are. */
    public int size() {
        return SERVERS;
    }

    /** One of the servers, to be killed, stopped, wiped and started again. */
    public NatsServer server(int index) {
        return servers.get(index);
    }

    /** Waits until a stream has a leader; which server it is. */
    public NatsServer leader(String stream) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> ask((connection, management) ->
                                named(cluster(management, stream).getLeader())),
                        leader -> true);
    }

    /** Waits until all servers have all of a stream. */
    public void awaitReplicated(String stream) {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> ask((connection, management) -> {
                    ClusterInfo info = cluster(management, stream);
                    List<Replica> replicas = info.getReplicas();
                    return info.getLeader() != null
                            && replicas.size() == SERVERS - 1
                            && replicas.stream().allMatch(replica -> replica.isCurrent() && !replica.isOffline());
                }));
    }

    /** Makes another server the leader of a stream until it is not this one. */
    public void moveLeaderFrom(String stream, NatsServer server) {
        while (leader(stream) == server) {
            ask((connection, management) ->
                    connection.request("$JS.API.STREAM.LEADER.STEPDOWN." + stream, new byte[0], ANSWER));
        }
    }

    private void awaitJetStream() {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> ask((connection, management) -> management.getAccountStatistics() != null));
    }

    private static ClusterInfo cluster(JetStreamManagement management, String stream) throws Exception {
        return management.getStreamInfo(stream).getClusterInfo();
    }

    private NatsServer named(String name) {
        return servers.stream()
                .filter(server -> server.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private interface Question<T> {
        T to(Connection connection, JetStreamManagement management) throws Exception;
    }

    private <T> T ask(Question<T> question) {
        Options options = Options.builder()
                .servers(servers.stream().map(NatsServer::url).toArray(String[]::new))
                .connectionTimeout(ANSWER)
                .build();
        try (Connection connection = Nats.connect(options)) {
            return question.to(connection, connection.jetStreamManagement());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        servers.forEach(NatsServer::close);
    }
}
