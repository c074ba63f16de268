package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.ClusterNode;
import io.github.hasqlite.testing.EmbeddedClusterNodes;
import io.github.hasqlite.testing.NatsCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Members and leaders in processes of their own, with embedded servers, that are killed. */
@Tag("nats-cluster")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledLeaderTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration LEASE = Duration.ofSeconds(2);

    /** About as long as a node takes to start. */
    private static final Duration AGE = Duration.ofSeconds(6);

    /** The killed node's server hands over first, and the machine may be busy. */
    private static final Duration HANDING_OVER = Duration.ofSeconds(12);

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
    void anotherLeadsWithAGreaterTokenAndWhoIsKilledIsGoneAfterItsAgeAndThereOnceWhenItIsBack() throws Exception {
        Path program = NatsCluster.current().orElse(null);
        Assumptions.assumeTrue(program != null, "no nats-server from 2.10.23 on is installed");
        cluster = new EmbeddedClusterNodes(folder, program, 3);
        List<ClusterNode> nodes = cluster.start(
                3,
                "--ha.sqlite.commit-mode=strict",
                "--ha.sqlite.leader.lease=" + LEASE.toSeconds() + "s",
                "--ha.sqlite.members.age=" + AGE.toSeconds() + "s");
        ClusterNode killed = nodes.get(EmbeddedClusterNodes.leader(nodes.get(0)));
        List<ClusterNode> others = new ArrayList<>(nodes);
        others.remove(killed);
        EmbeddedClusterNodes.createTable(nodes);
        killed.make("execute CREATE TABLE fence(token INTEGER NOT NULL)");
        killed.make("execute INSERT INTO fence VALUES(0)");
        EmbeddedClusterNodes.awaitReplicas(killed, 3);
        nodes.forEach(node -> awaitMembers(node, "n1,n2,n3"));
        long token = Long.parseLong(killed.ask("token"));
        assertThat(use(killed, token)).isEqualTo("1");

        killed.kill9();
        ClusterNode next = Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> others.stream()
                                .filter(node -> !node.ask("token").equals("0"))
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
        others.forEach(node -> awaitMembers(node, "n1,n2,n3"));
        killed.launch().awaitReady();
        nodes.forEach(node -> awaitMembers(node, "n1,n2,n3"));
        long greater = Long.parseLong(next.ask("token"));
        assertThat(greater).isGreaterThan(token);
        assertThat(use(next, greater)).isEqualTo("1");
        assertThat(use(killed, token)).as("what the killed node had begun").isEqualTo("0");
        assertThat(killed.ask("query SELECT token FROM fence")).isEqualTo(String.valueOf(greater));
        assertThat(killed.ask("health")).doesNotContain("sameName");

        // for longer than its age
        long death = System.nanoTime();
        killed.killWithServer();
        others.forEach(node -> awaitMembers(node, withoutName(killed)));
        assertThat(Duration.ofNanos(System.nanoTime() - death)).isGreaterThan(AGE.dividedBy(2));

        EmbeddedClusterNodes.assertOneLeaderAtATime(nodes);
        long led = killed.reigns().stream()
                .filter(reign -> reign.token() == token)
                .findFirst()
                .orElseThrow()
                .to();
        long leads = next.reigns().stream()
                .filter(reign -> reign.token() == greater)
                .findFirst()
                .orElseThrow()
                .from();
        assertThat(Duration.ofNanos(leads - led))
                .isLessThan(LEASE.plus(LEASE.dividedBy(5)).plus(HANDING_OVER));
    }

    private static String withoutName(ClusterNode gone) {
        return String.join(
                ",",
                List.of("n1", "n2", "n3").stream()
                        .filter(name -> !name.equals(gone.name()))
                        .toList());
    }

    private static void awaitMembers(ClusterNode node, String names) {
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(node.ask("members")).isEqualTo(names));
    }

    /** Does something that needs the token, as a receiver would that has seen greater ones; how many rows it changed. */
    private static String use(ClusterNode node, long token) {
        return node.ask("update UPDATE fence SET token = " + token + " WHERE token <= " + token);
    }
}
