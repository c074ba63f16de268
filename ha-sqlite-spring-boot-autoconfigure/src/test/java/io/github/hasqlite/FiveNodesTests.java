package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.ClusterNode;
import io.github.hasqlite.testing.EmbeddedClusterNodes;
import io.github.hasqlite.testing.NatsCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three nodes become five, of which two may die, and three again. */
@Tag("nats-cluster")
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FiveNodesTests {

    @TempDir
    private Path folder;

    private EmbeddedClusterNodes cluster;

    @AfterEach
    void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    static Stream<CommitMode> modes() {
        return Stream.of(CommitMode.STRICT, CommitMode.SYNC, CommitMode.ASYNC);
    }

    @ParameterizedTest
    @MethodSource("modes")
    @EnabledIfSystemProperty(named = "ha.sqlite.test.cluster-modes", matches = "3", disabledReason = "takes long")
    void twoOfFiveMayDieAndThreeThatAreLeftCountAsThree(CommitMode mode) throws Exception {
        Path program = NatsCluster.current().orElse(null);
        Assumptions.assumeTrue(program != null, "no nats-server from 2.10.23 on is installed");
        cluster = new EmbeddedClusterNodes(folder, program, 5);
        String commitMode = "--ha.sqlite.commit-mode=" + mode;
        List<ClusterNode> nodes = new ArrayList<>(cluster.start(3, commitMode));
        EmbeddedClusterNodes.createTable(nodes);
        ClusterNode one = nodes.get(0);
        EmbeddedClusterNodes.awaitReplicas(one, 3);
        one.make("write first");

        // a fourth and a fifth, then the others know of them, too
        nodes.add(cluster.node(3, 5, commitMode).launch().awaitReady());
        nodes.add(cluster.node(4, 5, commitMode).launch().awaitReady());
        EmbeddedClusterNodes.awaitReplicas(one, 5);
        for (int i = 1; i < 3; i++) {
            nodes.get(i).stop();
            cluster.join(nodes.get(i), i, 5).launch().awaitReady();
            EmbeddedClusterNodes.awaitReplicas(one, 5);
        }
        nodes.subList(1, 5).forEach(node -> node.make("write " + node.name()));
        EmbeddedClusterNodes.awaitProgress(nodes);

        // two die, one of them leads
        List<ClusterNode> dead = new ArrayList<>(List.of(nodes.get(EmbeddedClusterNodes.streamLeader(one))));
        nodes.stream()
                .filter(node -> !dead.contains(node))
                .skip(1)
                .limit(1)
                .toList()
                .forEach(dead::add);
        List<ClusterNode> left = new ArrayList<>(nodes);
        left.removeAll(dead);
        dead.forEach(ClusterNode::killWithServer);
        EmbeddedClusterNodes.awaitProgress(left);
        dead.forEach(ClusterNode::launch);
        dead.forEach(ClusterNode::awaitReady);
        EmbeddedClusterNodes.awaitReplicas(left.get(0), 5);
        dead.forEach(node -> node.make("write again-" + node.name()));
        EmbeddedClusterNodes.awaitProgress(nodes);

        // back to three
        for (int i = 4; i > 2; i--) {
            nodes.get(i).ask("stop");
            nodes.get(i).awaitEmptyOutbox();
            nodes.get(i).stop();
            one.make("remove " + nodes.get(i).name());
        }
        List<ClusterNode> three = nodes.subList(0, 3);
        EmbeddedClusterNodes.awaitPeers(one, 3);
        EmbeddedClusterNodes.awaitProgress(three);
        ClusterNode victim = three.get(2);
        victim.killWithServer();
        EmbeddedClusterNodes.awaitProgress(three.subList(0, 2));
        victim.launch().awaitReady();
        three.subList(0, 2).forEach(node -> node.ask("stop"));
        EmbeddedClusterNodes.assertEqualAndComplete(three, nodes);
        assertThat(one.ask("peers")).doesNotContain("n4").doesNotContain("n5");
    }
}
