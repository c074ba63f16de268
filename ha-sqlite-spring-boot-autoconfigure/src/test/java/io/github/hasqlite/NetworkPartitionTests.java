package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.ClusterNode;
import io.github.hasqlite.testing.EmbeddedClusterNodes;
import io.github.hasqlite.testing.NatsCluster;
import io.github.hasqlite.testing.SwitchedNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three nodes on hosts of their own, whose cables are pulled. {@code -Dha.sqlite.test.cluster-modes=3} tries each commit
 * mode, with the node cut off that leads the cluster and with the one whose server leads the stream; by default it is
 * strict alone, and the former.
 */
@Tag("nats-cluster")
@EnabledOnOs(OS.LINUX)
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetworkPartitionTests {

    private static final int MODES = Integer.getInteger("ha.sqlite.test.cluster-modes", 1);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private SwitchedNetwork network;
    private EmbeddedClusterNodes cluster;

    @BeforeEach
    void prepare() throws Exception {
        Path program = NatsCluster.current().orElse(null);
        Assumptions.assumeTrue(program != null, "no nats-server from 2.10.23 on is installed");
        String hindrance = SwitchedNetwork.hindrance().orElse(null);
        Assumptions.assumeTrue(hindrance == null, hindrance);
        network = new SwitchedNetwork(3);
        cluster = new EmbeddedClusterNodes(folder, program, 3, network);
    }

    @AfterEach
    void end() {
        if (cluster != null) {
            cluster.close();
        }
        if (network != null) {
            network.close();
        }
    }

    static Stream<Arguments> cases() {
        return Stream.of(CommitMode.STRICT, CommitMode.SYNC, CommitMode.ASYNC)
                .limit(MODES)
                .flatMap(mode -> Stream.of(false, true)
                        .filter(leadsStream -> !leadsStream || MODES > 1)
                        .map(leadsStream -> Arguments.of(mode, leadsStream)));
    }

    /** What it promised before stays, what it cannot promise it refuses, and it heals by itself. */
    @ParameterizedTest
    @MethodSource("cases")
    void aNodeThatIsCutOffSaysWhatItCannotDoAndHeals(CommitMode mode, boolean leadsStream) throws Exception {
        List<ClusterNode> nodes = cluster.start(
                3,
                "--ha.sqlite.commit-mode=" + mode,
                "--ha.sqlite.publisher.timeout=3s",
                "--ha.sqlite.leader.lease=3s");
        EmbeddedClusterNodes.createTable(nodes);
        EmbeddedClusterNodes.awaitReplicas(nodes.get(0), 3);
        nodes.forEach(node -> node.make("write " + node.name()));
        EmbeddedClusterNodes.awaitProgress(nodes);
        int index = EmbeddedClusterNodes.leader(nodes.get(0));
        cutOff(nodes, leadsStream ? EmbeddedClusterNodes.streamLeader(nodes.get(0)) : index, mode);
        nodes.forEach(node -> node.ask("stop"));
        EmbeddedClusterNodes.assertEqualAndComplete(nodes);
        EmbeddedClusterNodes.assertOneLeaderAtATime(nodes);
    }

    private void cutOff(List<ClusterNode> nodes, int index, CommitMode mode) {
        ClusterNode alone = nodes.get(index);
        List<ClusterNode> others = new ArrayList<>(nodes);
        others.remove(alone);
        int known = Integer.parseInt(alone.ask("query SELECT count(*) FROM w"));
        network.unplug(index);
        if (mode == CommitMode.ASYNC) {
            alone.awaitHealth("UP", "serverCluster", "are kept on this node");
            EmbeddedClusterNodes.awaitProgress(List.of(alone));
        } else {
            alone.awaitHealth("OUT_OF_SERVICE", "serverCluster", "commits=fail");
            alone.awaitLog("refused ");
        }
        assertThat(Integer.parseInt(alone.ask("query SELECT count(*) FROM w"))).isGreaterThanOrEqualTo(known);
        EmbeddedClusterNodes.awaitProgress(others);
        others.forEach(node -> node.awaitHealth("UP"));
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(alone.ask("token")).isEqualTo("0");
            assertThat(others)
                    .extracting(node -> node.ask("token"))
                    .contains("0")
                    .doesNotHaveDuplicates();
        });
        network.plug(index);
        alone.awaitHealth("UP");
        EmbeddedClusterNodes.awaitProgress(nodes);
        assertThat(alone.log()).as("it had nothing but to wait").doesNotContain("starting it again");
    }
}
