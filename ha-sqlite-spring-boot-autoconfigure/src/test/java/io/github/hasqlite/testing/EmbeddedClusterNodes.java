package io.github.hasqlite.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Nodes in processes of their own, each with an embedded server; all servers are one cluster. All end with it. */
public final class EmbeddedClusterNodes implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path folder;
    private final Path program;
    private final List<Integer> clients = new ArrayList<>();
    private final List<Integer> routes = new ArrayList<>();
    private final List<ClusterNode> nodes = new ArrayList<>();
    private final @Nullable SwitchedNetwork network;

    /**
     * A cluster of which no node runs.
     *
     * @param program the nats-server
     * @param size how many nodes there can be
     */
    public EmbeddedClusterNodes(Path folder, Path program, int size) throws IOException {
        this(folder, program, size, null);
    }

    /**
     * A cluster of which no node runs, each on a host of its own.
     *
     * @param network its hosts
     */
    public EmbeddedClusterNodes(Path folder, Path program, int size, @Nullable SwitchedNetwork network)
            throws IOException {
        this.folder = folder;
        this.program = program;
        this.network = network;
        for (int i = 0; i < size; i++) {
            clients.add(NatsServer.freePort());
            routes.add(NatsServer.freePort());
        }
    }

    /** Where the servers of the first nodes listen for each other. */
    public String routes(int size) {
        return IntStream.range(0, size)
                .mapToObj(index -> address(index) + ":" + routes.get(index))
                .collect(Collectors.joining(","));
    }

    private String address(int index) {
        return network == null ? "127.0.0.1" : network.address(index);
    }

    /** The port for clients of a node's server. */
    public int clientPort(int index) {
        return clients.get(index);
    }

    /**
     * A node that does not run yet, {@code n1} with index 0.
     *
     * @param size of how many nodes it knows
     */
    public ClusterNode node(int index, int size, String... more) {
        return join(alone(index, more), index, size);
    }

    /** Makes the server of a node one of the cluster at its next start. */
    public ClusterNode join(ClusterNode node, int index, int size) {
        return node.set(
                        "ha.sqlite.nats.embedded.cluster.port",
                        routes.get(index).toString())
                .set("ha.sqlite.nats.embedded.cluster.routes", routes(size));
    }

    /** The same with a server that is alone. */
    public ClusterNode alone(int index, String... more) {
        List<String> properties = new ArrayList<>(List.of(
                "--spring.main.banner-mode=off",
                "--logging.level.io.github.hasqlite=info",
                "--ha.sqlite.replication-id=test",
                "--ha.sqlite.nats.embedded.enabled=true",
                "--ha.sqlite.nats.embedded.binary=" + program,
                "--ha.sqlite.nats.embedded.port=" + clients.get(index)));
        if (network != null) {
            properties.addAll(List.of(
                    "--ha.sqlite.nats.embedded.host=" + address(index),
                    "--ha.sqlite.nats.embedded.user=clients",
                    "--ha.sqlite.nats.embedded.password=secret",
                    "--ha.sqlite.nats.embedded.cluster.host=" + address(index),
                    "--ha.sqlite.nats.embedded.cluster.user=servers",
                    "--ha.sqlite.nats.embedded.cluster.password=another"));
        }
        properties.addAll(Arrays.asList(more));
        ClusterNode node = new ClusterNode(folder, "n" + (index + 1), properties);
        if (network != null) {
            node.on(network.on(index));
        }
        nodes.add(node);
        return node;
    }

    /** Starts some nodes at once and waits until they have started. */
    public List<ClusterNode> start(int size, String... more) {
        List<ClusterNode> started = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            started.add(node(i, size, more).launch());
        }
        started.forEach(ClusterNode::awaitReady);
        return started;
    }

    /** Makes the table that {@code write} inserts into, and waits until all have it. */
    public static void createTable(List<ClusterNode> nodes) {
        nodes.get(0).make("execute CREATE TABLE w(id TEXT PRIMARY KEY)");
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            for (ClusterNode node : nodes) {
                Assertions.assertThat(node.ask("query SELECT count(*) FROM sqlite_schema WHERE name = 'w'"))
                        .as(node.name())
                        .isEqualTo("1");
            }
        });
    }

    /** Waits until the stream has so many replicas, as a node says, and all are current. */
    public static void awaitReplicas(ClusterNode node, int count) {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(
                        () -> Assertions.assertThat(node.ask("stream")).endsWith(" " + count + " " + (count - 1)));
    }

    /** Waits until so many servers count when a majority is needed, and the stream is current on all of them. */
    public static void awaitPeers(ClusterNode node, int count) {
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            Assertions.assertThat(node.ask("peers").split("Peer\\[")).hasSize(count + 1);
            Assertions.assertThat(node.ask("stream")).endsWith(" " + (count - 1));
        });
    }

    /** The index of the node whose server leads the stream, as another node says. */
    public static int streamLeader(ClusterNode node) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> Integer.parseInt(node.ask("stream").split(" ")[0].substring(1)) - 1, found -> found >= 0);
    }

    /** The index of the node that leads the cluster, as a node says. */
    public static int leader(ClusterNode node) {
        return Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() -> node.ask("leader"), said -> !said.equals("none"))
                        .charAt(1)
                - '1';
    }

    /** Waits until each has committed some more rows. */
    public static void awaitProgress(List<ClusterNode> some) {
        for (ClusterNode node : some) {
            int before = Integer.parseInt(node.ask("written"));
            Awaitility.await().atMost(PATIENCE).until(() -> Integer.parseInt(node.ask("written")) > before + 20);
        }
    }

    /** Sees that no two nodes have ever said at one moment that they lead, and that tokens grow. */
    public static void assertOneLeaderAtATime(List<ClusterNode> nodes) {
        List<ClusterNode.Reign> reigns = nodes.stream()
                .flatMap(node -> node.reigns().stream())
                .sorted(Comparator.comparingLong(ClusterNode.Reign::from))
                .toList();
        for (int i = 1; i < reigns.size(); i++) {
            ClusterNode.Reign earlier = reigns.get(i - 1);
            ClusterNode.Reign later = reigns.get(i);
            Assertions.assertThat(earlier.to()).as("%s", reigns).isLessThan(later.from());
            Assertions.assertThat(earlier.token()).as("%s", reigns).isLessThan(later.token());
        }
    }

    /** Waits until all hold the same, and sees that nothing is missing that was acknowledged on any of them. */
    public static void assertEqualAndComplete(List<ClusterNode> nodes) {
        assertEqualAndComplete(nodes, nodes);
    }

    /**
     * The same where not all run any more.
     *
     * @param nodes those that run
     * @param ever all that have ever run
     */
    public static void assertEqualAndComplete(List<ClusterNode> nodes, List<ClusterNode> ever) {
        Set<String> acknowledged = new HashSet<>();
        ever.forEach(node -> acknowledged.addAll(node.acknowledged()));
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            String content = nodes.get(0).ask("content");
            for (ClusterNode node : nodes) {
                Assertions.assertThat(node.ask("status")).as(node.name()).contains(",0,null");
                Assertions.assertThat(node.ask("content")).as(node.name()).isEqualTo(content);
            }
        });
        Set<String> there =
                new HashSet<>(List.of(nodes.get(0).ask("query SELECT id FROM w").split(",")));
        Assertions.assertThat(there).containsAll(acknowledged);
    }

    @Override
    public void close() {
        nodes.forEach(ClusterNode::close);
    }
}
