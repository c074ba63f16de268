package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.testing.LossyLine;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** A stream that takes nothing, or cannot be reached: commits and health say what is so. */
@Tag("nats")
@Execution(ExecutionMode.CONCURRENT)
class StreamTroubleTests {

    private static final String STREAM = "ha_replication";

    @TempDir
    private Path folder;

    @Test
    void aFullStreamPutsANodeThatNeedsItOutOfServiceAndTheExceptionSaysWhy() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = open(server.url(), "n1", CommitMode.SYNC)) {
            node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            limitMessages(server, 1);
            assertThatThrownBy(() -> node.execute("INSERT INTO t VALUES(1)"))
                    .isInstanceOf(ReplicationTimeoutException.class)
                    .hasMessageContaining("maximum messages exceeded");
            Health health = health(node, true);
            assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health.getDetails())
                    .containsEntry("connected", true)
                    .containsEntry("commits", "fail")
                    .containsKey("publishFailureSince");
            assertThat(String.valueOf(health.getDetails().get("publishFailure")))
                    .contains("maximum messages exceeded");
            assertThat(node.status().outboxAge()).isPositive();
            assertThat(health(node, false).getStatus()).isEqualTo(Status.UP);
            limitMessages(server, -1);
            awaitUp(node);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(node.status().outboxAge()).isZero());
        }
    }

    @Test
    void inStrictModeANodeComesBackByItselfWhenTheStreamTakesMessagesAgain() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = open(server.url(), "n1", CommitMode.STRICT)) {
            node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            limitMessages(server, 1);
            assertThatThrownBy(() -> node.execute("INSERT INTO t VALUES(1)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("maximum messages exceeded");
            assertThat(health(node, true).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            limitMessages(server, -1);
            awaitUp(node);
            node.execute("INSERT INTO t VALUES(1)");
            assertThat(node.query("SELECT count(*) FROM t")).containsExactly("1");
            assertThat(node.status().rejectedMessages()).isZero();
        }
    }

    @Test
    void aNodeThatIsCutOffSaysWhySinceWhenAndHowFarItMayBeBehind() throws Exception {
        Instant start = Instant.now();
        try (NatsServer server = NatsServer.start("authorization { user: ha, password: s3cret }");
                LossyLine line = LossyLine.to(server);
                TestNode one = open(withPassword(line.url()), "n1", CommitMode.ASYNC);
                TestNode two = open(withPassword(server.url()), "n2", CommitMode.ASYNC)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.awaitAppliedOn(two);
            assertThat(one.status().outage()).isNull();
            line.cut(true);
            Awaitility.await().until(() -> !one.status().connected());
            one.execute("INSERT INTO t VALUES(1, 'one')");
            for (int i = 0; i < 50; i++) {
                two.execute("INSERT INTO t VALUES(" + (100 + i) + ", 'two')");
            }
            Awaitility.await()
                    .untilAsserted(() -> assertThat(one.status().lag()).isGreaterThan(Duration.ofSeconds(2)));
            Health health = health(one, false);
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health(one, true).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health.getDetails())
                    .containsEntry("connected", false)
                    .containsEntry("commits", "are kept on this node until the stream takes them");
            assertThat(String.valueOf(health.getDetails())).contains("NATS at").doesNotContain("s3cret");
            assertThat((Instant) health.getDetails().get("outageSince")).isBetween(start, Instant.now());
            assertThat(one.status().outboxAge()).isGreaterThan(Duration.ofSeconds(1));
            line.cut(false);
            one.awaitAppliedOn(two);
            Awaitility.await().untilAsserted(() -> {
                assertThat(one.status().lag()).isZero();
                assertThat(one.status().lagMessages()).isZero();
                assertThat(one.status().outage()).isNull();
            });
        }
    }

    @Test
    void anOutageBeganWhenTheStreamWasHeardLastNotWhenThatWasNoticed() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = open(server.url(), "n1", CommitMode.ASYNC)) {
            node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            Instant stopped = Instant.now();
            server.suspend();
            try {
                Awaitility.await().until(() -> !node.status().connected());
                Instant noticed = Instant.now();
                ReplicationStatus status = node.status();
                assertThat(noticed).as("a hung server is noticed late").isAfter(stopped.plusSeconds(2));
                assertThat(status.outage()).isNotNull();
                assertThat(status.outage().since()).isBetween(stopped.minusSeconds(4), stopped.plusSeconds(1));
                assertThat(status.lag()).isGreaterThanOrEqualTo(Duration.between(stopped.plusSeconds(1), noticed));
                assertThat(status.lag()).isLessThan(Duration.between(stopped.minusSeconds(4), Instant.now()));
                Awaitility.await()
                        .untilAsserted(() -> assertThat(node.status().lag())
                                .isGreaterThan(status.lag().plusSeconds(1)));
                assertThat(node.status().outage().since()).isBetween(stopped.minusSeconds(4), stopped.plusSeconds(1));
            } finally {
                server.resume();
            }
            awaitUp(node);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(node.status().lag()).isZero());
        }
    }

    @Test
    void aNodeIsUpAgainWithoutAnotherCommitWhenTheServerThatHungGoesOn() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = open(server.url(), "n1", CommitMode.SYNC)) {
            node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            server.suspend();
            try {
                assertThatThrownBy(() -> node.execute("INSERT INTO t VALUES(1)"))
                        .isInstanceOf(ReplicationTimeoutException.class);
                Awaitility.await().until(() -> !node.status().connected());
                Awaitility.await().until(() -> node.status().publishFailure() != null);
            } finally {
                server.resume();
            }
            awaitUp(node);
            assertThat(node.status().publishFailure()).isNull();
        }
    }

    @Test
    void aNodeWhoseStreamIsGoneSaysTheTwoWaysOutAndBothWork() throws Exception {
        try (NatsServer server = NatsServer.start()) {
            try (TestNode one = open(server, "n1", OnStreamReset.STOP);
                    TestNode two = open(server, "n2", OnStreamReset.STOP)) {
                one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
                one.execute("INSERT INTO t VALUES(1)");
                one.awaitAppliedOn(two);
                server.stop();
                server.keepStore();
                server.wipe();
                server.restart();
                Awaitility.await()
                        .untilAsserted(
                                () -> assertThat(health(one, true).getDetails().get("outage"))
                                        .asString()
                                        .contains("is not there any more")
                                        .contains("Give the server back the data")
                                        .contains("on-stream-reset=origin")
                                        .contains("on-stream-reset=rejoin"));
                server.stop();
                server.setStoreBack();
                server.restart();
                awaitUp(one);
                one.execute("INSERT INTO t VALUES(2)");
                one.awaitAppliedOn(two);
                server.stop();
                server.wipe();
                server.restart();
                one.execute("INSERT INTO t VALUES(3)");
            }
            try (TestNode one = open(server, "n1", OnStreamReset.ORIGIN);
                    TestNode two = open(server, "n2", OnStreamReset.REJOIN)) {
                one.execute("INSERT INTO t VALUES(4)");
                one.awaitAppliedOn(two);
                two.execute("INSERT INTO t VALUES(5)");
                two.awaitAppliedOn(one);
                for (TestNode node : new TestNode[] {one, two}) {
                    assertThat(node.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "2", "3", "4", "5");
                }
            }
        }
    }

    private TestNode open(NatsServer server, String name, OnStreamReset reset) throws Exception {
        return TestNode.open(
                server.url(),
                folder.resolve(name + ".db"),
                name,
                Duration.ZERO,
                settings -> settings.with(to -> to.onStreamReset(reset)));
    }

    @Test
    void whatAnEarlierStartLeftInTheOutboxKeepsItsAge() throws Exception {
        Path file = folder.resolve("n1.db");
        try (NatsServer server = NatsServer.start()) {
            try (TestNode node = open(server.url(), "n1", CommitMode.ASYNC)) {
                node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
                server.stop();
                node.execute("INSERT INTO t VALUES(1)");
                Awaitility.await()
                        .untilAsserted(
                                () -> assertThat(node.status().outboxAge()).isGreaterThan(Duration.ofSeconds(2)));
            }
            assertThat(file).exists();
            try (TestNode node = open(server.url(), "n1", CommitMode.ASYNC)) {
                assertThat(node.status().outboxAge()).isGreaterThan(Duration.ofSeconds(2));
                assertThat(node.status().outage()).isNotNull();
                server.restart();
                awaitUp(node);
                Awaitility.await()
                        .untilAsserted(
                                () -> assertThat(node.status().outboxAge()).isZero());
            }
        }
    }

    private static void awaitUp(TestNode node) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(health(node, true).getStatus()).isEqualTo(Status.UP));
    }

    private static Health health(TestNode node, boolean commitsNeedStream) {
        return new HaSqliteHealthIndicator(node.dataSource(), commitsNeedStream, () -> "").health();
    }

    private static String withPassword(String url) {
        return url.replace("://", "://ha:s3cret@");
    }

    /** Lets the stream refuse what is more than so many messages; -1 for no limit. */
    private static void limitMessages(NatsServer server, long messages) throws Exception {
        try (Connection connection = server.connect()) {
            JetStreamManagement management = connection.jetStreamManagement();
            management.updateStream(
                    StreamConfiguration.builder(management.getStreamInfo(STREAM).getConfiguration())
                            .maxMessages(messages)
                            .discardPolicy(DiscardPolicy.New)
                            .build());
        }
    }

    private TestNode open(String url, String name, CommitMode mode) {
        return TestNode.openPatient(
                url,
                folder.resolve(name + ".db"),
                name,
                settings -> settings.with(to -> to.commitMode(mode).publisherTimeout(Duration.ofSeconds(4))));
    }
}
