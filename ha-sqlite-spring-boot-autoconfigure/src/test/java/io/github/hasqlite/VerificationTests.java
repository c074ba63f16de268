package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.GatedPublisher;
import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

/** All nodes are compared at one place in the stream; one that differs is found and made equal again. */
@Tag("system")
class VerificationTests extends ComparedNodes {

    @Test
    void nodesAgreeWhileAllWriteAndMuchIsPending() throws Exception {
        AtomicReference<GatedPublisher> gate = new AtomicReference<>();
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2");
                Member three = open(server, "n3", Duration.ZERO, publisher -> {
                    gate.set(new GatedPublisher(publisher));
                    return gate.get();
                })) {
            createTables(one.node());
            awaitAll(one, two, three);
            try (Writers writers = new Writers(List.of(one.node(), two.node(), three.node()))) {
                for (int round = 0; round < 4; round++) {
                    if (round % 2 == 0) {
                        gate.get().shut();
                        Awaitility.await().until(() -> three.node().status().outboxLength() > 5);
                    }
                    VerificationReport report = one.verifier().verify(PATIENCE);
                    assertThat(report.nodes()).extracting(NodeDigest::node).containsExactly("n1", "n2", "n3");
                    assertThat(report.nodes()).extracting(NodeDigest::state).containsOnly(NodeDigest.State.DONE);
                    assertThat(report.differences()).isEmpty();
                    assertThat(report.missing()).isEmpty();
                    assertThat(report.agrees()).isTrue();
                    gate.get().open();
                }
                writers.check();
            }
            assertThat(two.verifier().verify(PATIENCE).agrees()).isTrue();
            assertThat(one.health().getStatus()).isEqualTo(Status.UP);
        }
    }

    @Test
    void nodesAgreeAfterTheServerWasAway() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2")) {
            createTables(one.node());
            awaitAll(one, two);
            try (Writers writers = new Writers(List.of(one.node(), two.node()))) {
                assertThat(one.verifier().verify(PATIENCE).agrees()).isTrue();
                server.stop();
                Awaitility.await().until(() -> two.node().status().outboxLength() > 5);
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> one.verifier().verify(Duration.ofSeconds(2)))
                        .withMessageContaining("stream");
                server.restart();
                Awaitility.await().until(() -> one.node().status().connected());
                Awaitility.await().until(() -> two.node().status().connected());
                // what both have written meanwhile, to the same rows, comes first
                assertThat(two.verifier().verify(PATIENCE.multipliedBy(4)).agrees())
                        .isTrue();
                writers.check();
            }
        }
    }

    @Test
    void strictNodesAgreeWhileAllWrite() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1", Duration.ZERO, CommitMode.STRICT, UnaryOperator.identity());
                Member two = open(server, "n2", Duration.ZERO, CommitMode.STRICT, UnaryOperator.identity())) {
            createTables(one.node());
            awaitAll(one, two);
            try (Writers writers = new Writers(List.of(one.node(), two.node()))) {
                assertThat(one.verifier().verify(PATIENCE).agrees()).isTrue();
                assertThat(two.verifier().verify(PATIENCE).agrees()).isTrue();
                writers.check();
            }
            awaitAll(one, two);
            assertThat(Content.of(two.node().dataSource()))
                    .isEqualTo(Content.of(one.node().dataSource()));
        }
    }

    @Test
    void nodesAreComparedAtIntervals() throws Exception {
        Duration interval = Duration.ofMillis(200);
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1", interval, UnaryOperator.identity());
                Member two = open(server, "n2", interval, UnaryOperator.identity());
                Member three = open(server, "n3", interval, UnaryOperator.identity())) {
            createTables(one.node());
            awaitAll(one, two, three);
            changeBehindTheBack("n2", "INSERT INTO t VALUES(77, 'x', 'y')");
            Awaitility.await().until(() -> two.health().getStatus().equals(Status.DOWN));
            changeBehindTheBack("n2", "DELETE FROM t WHERE id = 77");
            Awaitility.await().until(() -> two.health().getStatus().equals(Status.UP));
        }
    }
}
