package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.Certificates;
import io.github.hasqlite.testing.ClusterNode;
import io.github.hasqlite.testing.EmbeddedClusterNodes;
import io.github.hasqlite.testing.NatsCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of which one is configured otherwise than the others: they say so, two go on, and the third heals. */
@Tag("nats-cluster")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterMistakesTests {

    private static final String SERVER = "ha.sqlite.nats.embedded.name";
    private static final String USER = "ha.sqlite.nats.embedded.cluster.user";
    private static final String PASSWORD = "ha.sqlite.nats.embedded.cluster.password";
    private static final String BUNDLE = "ha.sqlite.nats.embedded.cluster.ssl.bundle";

    @TempDir
    private Path folder;

    private EmbeddedClusterNodes cluster;

    @AfterEach
    void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "ha.sqlite.test.cluster-modes", matches = "3", disabledReason = "takes long")
    void aNameThatIsTakenCredentialsThatLackAndAWayThatIsNotEncryptedAreSaidInLogsAndHealth() throws Exception {
        Path program = NatsCluster.current().orElse(null);
        Assumptions.assumeTrue(program != null, "no nats-server from 2.10.23 on is installed");
        cluster = new EmbeddedClusterNodes(folder, program, 3);
        List<String> common = new ArrayList<>(new Certificates(folder).bundle("routes"));
        common.addAll(List.of(
                "--" + BUNDLE + "=routes",
                "--" + USER + "=servers",
                "--" + PASSWORD + "=secret",
                "--ha.sqlite.bootstrap.timeout=60s",
                "--ha.sqlite.publisher.timeout=3s"));
        List<ClusterNode> nodes = cluster.start(3, common.toArray(String[]::new));
        EmbeddedClusterNodes.createTable(nodes);
        EmbeddedClusterNodes.awaitReplicas(nodes.get(0), 3);
        ClusterNode odd = nodes.get(2);
        List<ClusterNode> others = nodes.subList(0, 2);
        others.forEach(node -> node.make("write " + node.name()));

        // it is refused, but refuses nobody, so that the others may find it
        startOtherwise(odd, USER, null, PASSWORD, null);
        assertSaid(nodes, USER);
        assertHeals(nodes, odd, USER, "servers", PASSWORD, "secret");

        startOtherwise(odd, BUNDLE, null);
        assertSaid(nodes, BUNDLE);
        odd.awaitHealth("OUT_OF_SERVICE");
        assertHeals(nodes, odd, BUNDLE, "routes");

        others.forEach(node -> node.ask("stop"));
        EmbeddedClusterNodes.assertEqualAndComplete(nodes);

        // one of the two is left out, whichever was faster
        startOtherwise(odd, SERVER, "n1");
        assertSaid(List.of(nodes.get(0), odd), SERVER, "the name 'n1'");
        assertThat(nodes).extracting(ClusterNode::log).noneMatch(log -> log.contains("secret"));
    }

    /** Starts it with other properties, each with its value or {@code null} for none. */
    private static void startOtherwise(ClusterNode node, String... changes) {
        node.stop();
        for (int i = 0; i < changes.length; i += 2) {
            node.set(changes[i], changes[i + 1]);
        }
        node.launch().awaitReady();
    }

    private static void assertSaid(List<ClusterNode> nodes, String... parts) {
        for (ClusterNode node : nodes) {
            List<String> all = new ArrayList<>(Arrays.asList(parts));
            all.add("serverCluster=");
            node.awaitHealth(all.toArray(String[]::new));
            for (String part : parts) {
                node.awaitLog(part);
            }
        }
    }

    private static void assertHeals(List<ClusterNode> nodes, ClusterNode odd, String... changes) {
        EmbeddedClusterNodes.awaitProgress(nodes.subList(0, 2));
        startOtherwise(odd, changes);
        nodes.forEach(node -> node.awaitHealth("UP"));
        EmbeddedClusterNodes.awaitReplicas(odd, 3);
    }
}
