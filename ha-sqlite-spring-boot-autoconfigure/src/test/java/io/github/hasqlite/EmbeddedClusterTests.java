package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.ClusterNode;
import io.github.hasqlite.testing.EmbeddedClusterNodes;
import io.github.hasqlite.testing.NatsCluster;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.api.Replica;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes in processes of their own, whose embedded servers are one cluster: any one may die. {@code
 * -Dha.sqlite.test.cluster-modes=3} tries each commit mode, by default strict alone; and what takes longest runs with
 * it only.
 */
@Tag("nats-cluster")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedClusterTests {

    private static final String CLUSTER_MODES = "ha.sqlite.test.cluster-modes";
    private static final int MODES = Integer.getInteger(CLUSTER_MODES, 1);

    private static final String STREAM = "ha_replication";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** An election takes 9 s at most. */
    private static final Duration LONGEST_STALL = Duration.ofSeconds(25);

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
        return Stream.of(CommitMode.STRICT, CommitMode.SYNC, CommitMode.ASYNC).limit(MODES);
    }

    private void prepare(int size) throws Exception {
        Path program = NatsCluster.current().orElse(null);
        Assumptions.assumeTrue(program != null, "no nats-server from 2.10.23 on is installed");
        cluster = new EmbeddedClusterNodes(folder, program, size);
    }

    @Test
    void nodesStartInAnyOrderAndTheStreamGetsAReplicaOnEach() throws Exception {
        prepare(3);
        ClusterNode one = cluster.node(0, 3).launch();
        one.awaitLog("waits for a second server");
        ClusterNode three = cluster.node(2, 3).launch();
        one.awaitReady();
        three.awaitReady();
        one.make("execute CREATE TABLE w(id TEXT PRIMARY KEY)");
        one.make("write first");
        ClusterNode two = cluster.node(1, 3).launch().awaitReady();
        awaitReplicas(3);
        one.ask("stop");
        EmbeddedClusterNodes.assertEqualAndComplete(List.of(one, two, three));
        one.awaitHealth("UP");
    }

    @Test
    @EnabledIfSystemProperty(named = CLUSTER_MODES, matches = "3", disabledReason = "takes long")
    void othersGoOnWhenTheNodeIsKilledWhoseServerLeads() throws Exception {
        prepare(3);
        List<ClusterNode> nodes = cluster.start(3);
        EmbeddedClusterNodes.createTable(nodes);
        awaitReplicas(3);
        for (ClusterNode node : nodes) {
            node.make("write " + node.name());
        }
        List<Long> stalls = new ArrayList<>();
        for (boolean withServer : new boolean[] {false, true}) {
            ClusterNode leading = nodes.get(leader());
            List<ClusterNode> others = new ArrayList<>(nodes);
            others.remove(leading);
            others.forEach(node -> node.ask("longest"));
            if (withServer) {
                leading.killWithServer();
            } else {
                leading.kill9();
            }
            for (ClusterNode node : others) {
                int before = Integer.parseInt(node.ask("written"));
                Awaitility.await().atMost(PATIENCE).until(() -> Integer.parseInt(node.ask("written")) > before + 50);
                stalls.add(Long.valueOf(node.ask("longest")));
            }
            leading.launch().awaitReady();
            leading.make("write " + leading.name() + "-again-" + withServer);
            awaitCurrent();
        }
        // two publishes that are lost, and an election
        assertThat(stalls).allMatch(stall -> stall < LONGEST_STALL.toMillis());
        for (ClusterNode node : nodes) {
            assertThat(node.ask("stop")).as(node.log()).endsWith(" null");
        }
        EmbeddedClusterNodes.assertEqualAndComplete(nodes);
    }

    @Test
    @EnabledIfSystemProperty(named = CLUSTER_MODES, matches = "3", disabledReason = "takes long")
    void oneNodeGrowsToThreeAndNothingIsLost() throws Exception {
        prepare(3);
        ClusterNode one = cluster.alone(0).launch().awaitReady();
        one.make("execute CREATE TABLE w(id TEXT PRIMARY KEY)");
        one.make("write alone");
        Awaitility.await().atMost(PATIENCE).until(() -> Integer.parseInt(one.ask("written")) > 100);
        one.stop();
        cluster.join(one, 0, 3);
        one.launch();
        ClusterNode two = cluster.node(1, 3).launch();
        assertThat(one.awaitRefusal())
                .contains("ha.sqlite.on-stream-reset=origin")
                .contains("jetstream-before-cluster");
        two.close();
        one.set("ha.sqlite.on-stream-reset", "origin").launch();
        one.awaitLog("waits for a second server");
        ClusterNode again = cluster.node(1, 3).launch();
        ClusterNode three = cluster.node(2, 3).launch();
        List<ClusterNode> nodes = List.of(one, again, three);
        nodes.forEach(ClusterNode::awaitReady);
        awaitReplicas(3);
        nodes.forEach(node -> node.make("write " + node.name()));
        for (ClusterNode node : nodes) {
            Awaitility.await().atMost(PATIENCE).until(() -> Integer.parseInt(node.ask("written")) > 20);
            assertThat(node.ask("stop")).as(node.log()).endsWith(" null");
        }
        EmbeddedClusterNodes.assertEqualAndComplete(nodes);
    }

    @Test
    @EnabledIfSystemProperty(named = CLUSTER_MODES, matches = "3", disabledReason = "takes long")
    void aDeadNodeIsReplacedByOneOfAnotherName() throws Exception {
        prepare(4);
        List<ClusterNode> nodes = new ArrayList<>(cluster.start(3));
        ClusterNode one = nodes.get(0);
        one.make("execute CREATE TABLE w(id TEXT PRIMARY KEY)");
        awaitReplicas(3);
        one.make("write first");
        nodes.remove(2).killWithServer();
        ClusterNode four = cluster.node(3, 4).launch().awaitReady();
        one.make("remove n3");
        awaitReplicas(3);
        assertThat(one.ask("peers")).contains("n4").doesNotContain("n3");
        nodes.add(four);
        four.make("write fourth");
        // now any one may die again
        nodes.get(1).killWithServer();
        int before = Integer.parseInt(four.ask("written"));
        Awaitility.await().atMost(PATIENCE).until(() -> Integer.parseInt(four.ask("written")) > before + 50);
        nodes.get(1).launch().awaitReady();
        one.ask("stop");
        four.ask("stop");
        EmbeddedClusterNodes.assertEqualAndComplete(nodes);
    }

    @ParameterizedTest
    @MethodSource("modes")
    @EnabledIfSystemProperty(named = CLUSTER_MODES, matches = "3", disabledReason = "takes long")
    void aNodeThatIsLeftAloneSaysWhyItCannotCommitAndHeals(CommitMode mode) throws Exception {
        prepare(3);
        List<ClusterNode> nodes =
                cluster.start(3, "--ha.sqlite.commit-mode=" + mode, "--ha.sqlite.publisher.timeout=5s");
        ClusterNode one = nodes.get(0);
        EmbeddedClusterNodes.createTable(nodes);
        awaitReplicas(3);
        one.make("write before");
        Awaitility.await().atMost(PATIENCE).until(() -> Integer.parseInt(one.ask("written")) > 20);
        nodes.get(1).killWithServer();
        nodes.get(2).killWithServer();
        if (mode == CommitMode.ASYNC) {
            one.awaitHealth("UP", "waits for a second server");
            int before = Integer.parseInt(one.ask("written"));
            Awaitility.await().atMost(PATIENCE).until(() -> Integer.parseInt(one.ask("written")) > before + 20);
        } else {
            one.awaitHealth("OUT_OF_SERVICE", "waits for a second server");
            one.awaitLog("refused before-");
        }
        assertThat(Integer.parseInt(one.ask("query SELECT count(*) FROM w"))).isGreaterThan(20);
        nodes.get(1).launch();
        nodes.get(2).launch();
        nodes.get(1).awaitReady();
        nodes.get(2).awaitReady();
        one.awaitHealth("UP");
        int before = Integer.parseInt(one.ask("written"));
        Awaitility.await().atMost(PATIENCE).until(() -> Integer.parseInt(one.ask("written")) > before + 20);
        one.ask("stop");
        EmbeddedClusterNodes.assertEqualAndComplete(nodes);
    }

    /** Each node in turn, with its server, hangs, is killed at once, is restarted in order; all write all the time. */
    @ParameterizedTest
    @MethodSource("modes")
    void noAcknowledgedCommitIsMissingWhateverBecomesOfOneNodeAfterTheOther(CommitMode mode) throws Exception {
        prepare(3);
        List<ClusterNode> nodes = cluster.start(3, "--ha.sqlite.commit-mode=" + mode);
        EmbeddedClusterNodes.createTable(nodes);
        awaitReplicas(3);
        nodes.forEach(node -> node.make("write " + node.name()));
        for (int i = 0; i < nodes.size(); i++) {
            ClusterNode node = nodes.get(i);
            List<ClusterNode> others = new ArrayList<>(nodes);
            others.remove(node);
            if (i == 0) {
                long server = node.suspend();
                EmbeddedClusterNodes.awaitProgress(others);
                node.resume(server);
            } else {
                if (i == 1) {
                    node.killWithServer();
                } else {
                    node.stop();
                }
                EmbeddedClusterNodes.awaitProgress(others);
                node.launch().awaitReady();
                node.make("write again-" + node.name());
            }
            awaitCurrent();
            EmbeddedClusterNodes.awaitProgress(nodes);
        }
        nodes.forEach(node -> node.ask("stop"));
        EmbeddedClusterNodes.assertEqualAndComplete(nodes);
        EmbeddedClusterNodes.assertOneLeaderAtATime(nodes);
    }

    /** The index of the node whose server leads the stream. */
    private int leader() {
        return Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> {
                            String leader = info().getClusterInfo().getLeader();
                            return Integer.parseInt(leader.substring(1)) - 1;
                        },
                        found -> found >= 0);
    }

    private void awaitReplicas(int count) {
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            assertThat(info().getConfiguration().getReplicas()).isEqualTo(count);
            assertThat(info().getClusterInfo().getReplicas()).hasSize(count - 1).allMatch(Replica::isCurrent);
        });
    }

    private void awaitCurrent() {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(info().getClusterInfo().getReplicas())
                        .allMatch(replica -> replica.isCurrent() && !replica.isOffline()));
    }

    private StreamInfo info() throws Exception {
        for (int i = 0; ; i++) {
            try (Connection connection = Nats.connect("nats://127.0.0.1:" + cluster.clientPort(i))) {
                return connection.jetStreamManagement().getStreamInfo(STREAM);
            } catch (IOException e) {
                if (i == 2) {
                    throw e;
                }
            }
        }
    }
}
