package io.github.hasqlite.benchmark;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.testing.ClusterNode;
import io.github.hasqlite.testing.EmbeddedClusterNodes;
import io.github.hasqlite.testing.NatsCluster;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * Three nodes, each a Spring Boot application with an embedded server of its own, beside three with one server for all,
 * in one run: commits a second on one of them in each commit mode, how long a node takes to start, and the longest read
 * on a node while the server that leads the stream dies. Needs nats-server 2.10.23 or later. System properties: {@code
 * rounds} (7), {@code millis} (3000).
 */
public final class EmbeddedClusterBenchmark {

    private static final int NODES = 3;
    private static final int KILLS = 5;
    private static final int READ_MILLIS = 10_000;
    private static final double MICROS_PER_MILLI = 1e3;
    private static final String[] JVM = {"-XX:+UseSerialGC", "-Xmx256m"};

    private final int rounds = Integer.getInteger("rounds", 7);
    private final long millis = Long.getLong("millis", 3_000);
    private final Path folder;
    private final EmbeddedClusterNodes cluster;
    private final List<ClusterNode> embedded = new ArrayList<>();
    private final List<ClusterNode> external = new ArrayList<>();

    private EmbeddedClusterBenchmark(Path folder, EmbeddedClusterNodes cluster) {
        this.folder = folder;
        this.cluster = cluster;
    }

    public static void main(String[] args) throws Exception {
        Path program = NatsCluster.current().orElseThrow();
        System.setProperty("ha.sqlite.test.nats-server", program.toString());
        for (CommitMode mode : CommitMode.values()) {
            Path folder = Files.createTempDirectory("ha-sqlite-cluster");
            Files.createDirectories(folder.resolve("external"));
            EmbeddedClusterBenchmark benchmark = new EmbeddedClusterBenchmark(
                    folder,
                    new EmbeddedClusterNodes(Files.createDirectories(folder.resolve("embedded")), program, NODES));
            try (NatsServer server = NatsServer.start()) {
                benchmark.start(server, mode);
                benchmark.rates(mode);
                if (mode == CommitMode.SYNC) {
                    benchmark.starts();
                    benchmark.reads();
                }
            } finally {
                benchmark.close();
                FileSystemUtils.deleteRecursively(folder);
            }
        }
    }

    private void start(NatsServer server, CommitMode mode) {
        String commitMode = "--ha.sqlite.commit-mode=" + mode;
        for (int i = 0; i < NODES; i++) {
            embedded.add(cluster.node(i, NODES, commitMode));
            external.add(new ClusterNode(
                    folder.resolve("external"),
                    "n" + (i + 1),
                    List.of(
                            "--spring.main.banner-mode=off",
                            "--ha.sqlite.replication-id=test",
                            "--ha.sqlite.replication-url=" + server.url(),
                            commitMode)));
        }
        for (List<ClusterNode> nodes : List.of(embedded, external)) {
            nodes.forEach(node -> node.with(JVM).launch());
            nodes.forEach(ClusterNode::awaitReady);
            nodes.get(0).make("execute CREATE TABLE r(id INTEGER PRIMARY KEY, v)");
        }
        EmbeddedClusterNodes.awaitReplicas(embedded.get(0), NODES);
    }

    private void rates(CommitMode mode) throws Exception {
        // where clients of the leading server write, they save a hop
        ClusterNode near = embedded.get(EmbeddedClusterNodes.streamLeader(embedded.get(0)));
        ClusterNode far =
                embedded.stream().filter(node -> node != near).findFirst().orElseThrow();
        for (int threads : new int[] {1, 16}) {
            for (ClusterNode node : List.of(near, far)) {
                new Rounds(rounds, millis)
                        .compare(
                                mode + ", " + threads + (threads == 1 ? " thread, " : " threads, ")
                                        + (node == near ? "at the leader" : "elsewhere"),
                                "one server",
                                time -> rate(external.get(0), threads, time),
                                "three embedded servers",
                                time -> rate(node, threads, time),
                                0);
            }
        }
    }

    private static double rate(ClusterNode node, int threads, long time) {
        double rate = Double.parseDouble(node.ask("rate " + threads + " " + time));
        node.awaitEmptyOutbox();
        return rate;
    }

    private void starts() throws Exception {
        List<Double> one = new ArrayList<>();
        List<Double> three = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            one.add(start(external.get(1)));
            three.add(start(embedded.get(1)));
            EmbeddedClusterNodes.awaitReplicas(embedded.get(0), NODES);
        }
        System.out.printf(
                Locale.ROOT,
                "start of a node: %.0f ms with one server, %.0f ms with an embedded one, ratio %.2f, wanted at most 1.5%n",
                Rounds.median(one),
                Rounds.median(three),
                Rounds.median(three) / Rounds.median(one));
    }

    private static double start(ClusterNode node) {
        node.stop();
        long start = System.nanoTime();
        node.launch().awaitReady();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private void reads() throws Exception {
        List<Double> quiet = new ArrayList<>();
        List<Double> election = new ArrayList<>();
        for (int i = 0; i < KILLS; i++) {
            ClusterNode killed = embedded.get(EmbeddedClusterNodes.streamLeader(embedded.get(0)));
            ClusterNode reader =
                    embedded.stream().filter(node -> node != killed).findFirst().orElseThrow();
            quiet.add(longest(reader.ask("reads " + READ_MILLIS)));
            Thread killer = new Thread(killed::killWithServer);
            killer.start();
            election.add(longest(reader.ask("reads " + READ_MILLIS)));
            killer.join();
            killed.launch().awaitReady();
            EmbeddedClusterNodes.awaitReplicas(reader, NODES);
        }
        System.out.printf(
                Locale.ROOT,
                "longest read in %d s: %.1f ms (median of %d), at most %.1f ms; while the leading server dies %.1f ms, at"
                        + " most %.1f ms%n",
                TimeUnit.MILLISECONDS.toSeconds(READ_MILLIS),
                Rounds.median(quiet),
                KILLS,
                Collections.max(quiet),
                Rounds.median(election),
                Collections.max(election));
    }

    private static double longest(String answer) {
        return Long.parseLong(answer.split(" ")[1]) / MICROS_PER_MILLI;
    }

    private void close() {
        cluster.close();
        Stream.concat(external.stream(), embedded.stream()).forEach(ClusterNode::close);
    }
}
