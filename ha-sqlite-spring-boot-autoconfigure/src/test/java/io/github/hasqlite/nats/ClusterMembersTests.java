package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.LeadershipGained;
import io.github.hasqlite.LeadershipLost;
import io.github.hasqlite.Outage;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Members and leaders over a real server. */
@Tag("nats")
@Execution(ExecutionMode.CONCURRENT)
class ClusterMembersTests {

    private static final Duration AGE = Duration.ofSeconds(2);
    private static final Duration LEASE = Duration.ofSeconds(2);

    private NatsServer server;
    private final List<Node> nodes = new ArrayList<>();

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    @AfterEach
    void close() {
        nodes.forEach(Node::close);
        server.close();
    }

    /** What a node has of members and leader, without a database. */
    private final class Node implements AutoCloseable {

        final List<String> events = new CopyOnWriteArrayList<>();
        final List<String> removals = new CopyOnWriteArrayList<>();
        volatile @Nullable String unfit;
        final NatsReplication nats;
        final JetStreamMembers members;
        final JetStreamLeader leader;

        Node(String name, boolean candidate) {
            nats = NatsReplication.connect(server.settings("db"), null, name);
            members = nats.members(
                    new ClusterMember(
                            name,
                            "",
                            Instant.now(),
                            "http://" + name + ":8080",
                            CommitMode.ASYNC,
                            !candidate,
                            "1",
                            0,
                            0,
                            null,
                            Duration.ZERO),
                    AGE,
                    ClusterMembersTests::status,
                    how -> removals.add(String.valueOf(how)));
            unfit = candidate ? null : "it is a read replica";
            leader = nats.leader(name, "http://" + name + ":8080", () -> unfit, LEASE);
            members.addListener(new ClusterMembers.Listener() {
                @Override
                public void joined(ClusterMember member) {
                    events.add("+" + member.name());
                }

                @Override
                public void left(ClusterMember member) {
                    events.add("-" + member.name());
                }
            });
            leader.addListener(new ClusterLeader.Listener() {
                @Override
                public void gained(LeadershipGained gained) {
                    events.add("leads " + gained.token());
                }

                @Override
                public void lost(LeadershipLost lost) {
                    events.add("lost " + lost.token());
                }
            });
            nodes.add(this);
        }

        List<String> names() {
            return members.list().stream().map(ClusterMember::name).toList();
        }

        /** As if the process had died: nothing is given back. */
        void die() {
            nats.close();
        }

        @Override
        public void close() {
            leader.close();
            members.close();
            nats.close();
        }
    }

    private static ReplicationStatus status() {
        @Nullable Outage none = null;
        return new ReplicationStatus(
                "n", true, true, 42, 45, Duration.ZERO, 0, 0, null, null, 0, null, null, none, none, Duration.ZERO, 0);
    }

    private Node member(String name) {
        Node node = new Node(name, true);
        node.members.start();
        return node;
    }

    private Node candidate(String name) {
        Node node = new Node(name, true);
        node.leader.start();
        return node;
    }

    @Test
    void theyKnowEachOtherAndWhoLeaves() {
        Node one = member("n1");
        Node two = member("n2");
        await().untilAsserted(() -> {
            assertThat(one.names()).containsExactly("n1", "n2");
            assertThat(two.names()).containsExactly("n2", "n1");
        });
        ClusterMember seen = one.members.list().get(1);
        assertThat(seen.address()).isEqualTo("http://n2:8080");
        assertThat(seen.appliedSequence()).isEqualTo(42);
        assertThat(seen.lagMessages()).isEqualTo(3);
        assertThat(seen.silence()).isLessThan(AGE);
        two.close();
        await().untilAsserted(() -> assertThat(one.events).containsExactly("+n2", "-n2"));
        Node again = member("n2");
        await().untilAsserted(() -> assertThat(one.events).containsExactly("+n2", "-n2", "+n2"));
        again.members.close();
        await().untilAsserted(() -> assertThat(one.names()).containsExactly("n1"));
        again.members.start();
        await().untilAsserted(() -> assertThat(one.names()).containsExactly("n1", "n2"));
    }

    @Test
    void whoDiesIsGoneAfterAWhileAndTheServersAbsenceTakesNobodyAway() {
        Node one = member("n1");
        Node two = member("n2");
        Node three = member("n3");
        await().untilAsserted(() -> assertThat(one.names()).containsExactly("n1", "n2", "n3"));
        three.die();
        await().untilAsserted(() -> {
            assertThat(one.events).contains("-n3");
            assertThat(one.names()).containsExactly("n1", "n2");
        });
        one.events.clear();
        server.kill9();
        long down = System.nanoTime();
        await().until(() -> System.nanoTime() - down > AGE.multipliedBy(2).toNanos());
        assertThat(one.names()).containsExactly("n1", "n2");
        assertThat(one.members.list().get(1).silence()).isGreaterThan(AGE);
        server.restart();
        await().untilAsserted(() -> {
            assertThat(one.members.list().get(1).silence()).isLessThan(AGE);
            assertThat(two.members.list().get(1).silence()).isLessThan(AGE);
        });
        assertThat(one.events).isEmpty();
    }

    @Test
    void twoOfOneNameAreRefusedWhereThatCanBeSeenAndShownWhereNot() {
        Node one = member("n1");
        await().untilAsserted(() -> assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> new Node("n1", true))
                .withMessageContaining("another node with the name n1 is running")
                .withMessageContaining("http://n1:8080")
                .satisfies(failure -> assertThat(failure.action()).contains("ha.sqlite.name")));
        Node other = member("n2");
        one.members.close();
        Node twin = new Node("n1", true);
        one.members.start();
        twin.members.start();
        await().untilAsserted(() -> {
            assertThat(one.names()).containsExactly("n1", "n1", "n2");
            assertThat(other.names()).containsExactly("n2", "n1", "n1");
        });
        twin.close();
        await().untilAsserted(() -> assertThat(one.names()).containsExactly("n1", "n2"));
    }

    @Test
    void whoWasRemovedStopsAndCannotComeBackBeforeItIsLetIn() throws Exception {
        Node one = member("n1");
        Node two = member("n2");
        await().untilAsserted(() -> assertThat(one.names()).containsExactly("n1", "n2"));
        assertThatThrownBy(() -> one.members.remove("n1")).isInstanceOf(IllegalArgumentException.class);
        one.members.remove("n2");
        await().untilAsserted(() -> {
            assertThat(one.names()).containsExactly("n1");
            assertThat(two.removals).hasSize(1);
        });
        assertThat(two.removals.get(0)).contains("node n2 was removed from the cluster by node n1 at 20");
        assertThat(one.members.removed()).containsExactly("n2");
        two.close();
        assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> new Node("n2", true))
                .withMessageContaining("node n2 was removed from the cluster by node n1 at 20")
                .satisfies(failure -> assertThat(failure.action()).contains("ClusterMembers.admit(\"n2\")"));
        assertThat(one.members.admit("n2")).isTrue();
        assertThat(one.members.admit("n2")).isFalse();
        assertThat(one.members.removed()).isEmpty();
        Node again = member("n2");
        await().untilAsserted(() -> assertThat(one.names()).containsExactly("n1", "n2"));
        one.members.remove("n2");
        await().untilAsserted(() -> assertThat(again.removals).hasSize(1));
        one.members.admit("n2");
        await().untilAsserted(() -> assertThat(again.removals).hasSize(2).endsWith("null"));
        server.kill9();
        assertThatThrownBy(() -> one.members.remove("n2")).isInstanceOf(IOException.class);
    }

    @Test
    void oneLeadsAndAnotherWhenItStopsOrDies() {
        Node one = candidate("n1");
        await().until(one.leader::isLeader);
        Node two = candidate("n2");
        Node reader = new Node("n3", false);
        reader.leader.start();
        ClusterLeader.Leader first = one.leader.leader();
        assertThat(first).isNotNull();
        await().untilAsserted(() -> {
            assertThat(two.leader.leader()).isEqualTo(first);
            assertThat(reader.leader.leader()).isEqualTo(first);
        });
        assertThat(first).isEqualTo(new ClusterLeader.Leader("n1", "http://n1:8080", one.leader.token()));
        assertThat(two.leader.isLeader()).isFalse();
        assertThat(two.leader.token()).isZero();
        one.leader.close();
        assertThat(one.events).containsExactly("leads " + first.token(), "lost " + first.token());
        await().until(two.leader::isLeader);
        long second = two.leader.token();
        assertThat(second).isGreaterThan(first.token());
        one.leader.start();
        two.die();
        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            // asked in this order: the one that has died must not believe when the next one leads
            boolean old = two.leader.isLeader();
            boolean next = one.leader.isLeader();
            assertThat(old && next).isFalse();
            return next;
        });
        assertThat(one.leader.token()).isGreaterThan(second);
        assertThat(two.events).containsExactly("leads " + second, "lost " + second);
        assertThat(reader.events).isEmpty();
    }

    @Test
    void whoMustNotLeadGivesTheLeaseToAnotherAndMayLeadAgainLater() {
        Node one = candidate("n1");
        await().until(one.leader::isLeader);
        long first = one.leader.token();
        Node two = candidate("n2");
        one.unfit = "it was removed";
        assertThat(one.leader.isLeader()).isFalse();
        assertThat(one.leader.token()).isZero();
        await().until(two.leader::isLeader);
        assertThat(one.events).containsExactly("leads " + first, "lost " + first);
        await().untilAsserted(() -> assertThat(one.leader.leader()).isEqualTo(two.leader.leader()));
        one.unfit = null;
        two.unfit = "it has stopped";
        await().until(one.leader::isLeader);
        assertThat(one.leader.token()).isGreaterThan(first);
    }

    @Test
    void whoCannotReachTheServersLeadsNoMoreAfterABoundedTime() {
        Node one = candidate("n1");
        await().until(one.leader::isLeader);
        server.suspend();
        long silent = System.nanoTime();
        try {
            await().pollInterval(Duration.ofMillis(10)).until(() -> !one.leader.isLeader());
            await().pollInterval(Duration.ofMillis(10)).until(() -> one.events.size() == 2);
            assertThat(Duration.ofNanos(System.nanoTime() - silent)).isLessThan(LEASE.plus(LEASE));
            await().until(() -> one.leader.leader() == null);
        } finally {
            server.resume();
        }
        await().until(one.leader::isLeader);
        assertThat(one.events).hasSize(3);
    }
}
