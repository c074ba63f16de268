package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Each way to fail at start has an exception that says what to do, and shows no secret. */
@Tag("nats")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class StartFailureTests extends BriefLinks {

    @Test
    void nobodyListens() throws Exception {
        NatsSettings settings = NatsSettings.of("nats://bob:geheim@127.0.0.1:" + NatsServer.freePort(), "db")
                .with(to -> to.connectTimeout(BRIEF).publishTimeout(BRIEF));
        try (NatsLink link = new NatsLink(settings)) {
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(link::connect)
                    .satisfies(e -> assertThat(((NatsStartException.Unreachable) e.reason()).servers())
                            .startsWith("nats://***@127.0.0.1:"))
                    .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("geheim"))
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.Unreachable.class));
            assertThat(link.isConnected()).isFalse();
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> new ReplicationStream(link).extent());
        }
    }

    @Test
    void startsWithoutAServerAndFindsItLater() throws Exception {
        try (NatsServer server = NatsServer.start()) {
            server.stop();
            try (NatsLink link = new NatsLink(server.settings("db"));
                    JetStreamPublisher publisher = JetStreamPublisher.open(server.settings("db"))) {
                link.connectInBackground();
                Received received = new Received();
                ReplicationStream stream = new ReplicationStream(link);
                try (JetStreamSubscriber subscriber = new JetStreamSubscriber(link, stream)) {
                    subscriber.start(0, received::take);
                    assertThat(subscriber.isConnected()).isFalse();
                    assertThat(publisher.isConnected()).isFalse();
                    server.restart();
                    await().until(() -> subscriber.isConnected() && publisher.isConnected());
                    link.connection().jetStream().publish("ha_replication.db", new byte[20]);
                    await().until(() -> received.size() == 1);
                }
            }
        }
    }

    @Test
    void jetStreamIsOff() {
        try (NatsServer server = NatsServer.startWithoutJetStream();
                NatsLink link = new NatsLink(server.settings("db"))) {
            link.connect();
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> new ReplicationStream(link).ensure())
                    .withMessageContaining("-js")
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.NoJetStream.class));
        }
    }

    @Test
    void jetStreamIsOffForTheAccount() {
        String accounts = """
                accounts {
                  A: { jetstream: enabled, users: [ { user: a, password: a } ] }
                  B: { users: [ { user: b, password: b } ] }
                }
                """;
        try (NatsServer server = NatsServer.start(accounts);
                NatsLink link = new NatsLink(
                        server.settings("db").with(to -> to.credentials(new NatsCredentials.UserPassword("b", "b"))))) {
            link.connect();
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> new ReplicationStream(link).ensure())
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.NoJetStream.class));
        }
    }

    @Test
    void moreReplicasThanServers() {
        try (NatsServer server = NatsServer.start();
                NatsLink link = new NatsLink(server.settings("db")
                        .with(to -> to.streamMaxAge(Duration.ofHours(1)).replicas(3)))) {
            link.connect();
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> new ReplicationStream(link).ensure())
                    .satisfies(e -> assertThat(((NatsStartException.TooFewServers) e.reason()).replicas())
                            .isEqualTo(3))
                    .satisfies(e -> assertThat(((NatsStartException.TooFewServers) e.reason()).stream())
                            .isEqualTo("ha_replication"))
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.TooFewServers.class));
        }
    }

    @Test
    void theStreamIsForSomethingElse() throws Exception {
        try (NatsServer server = NatsServer.start();
                NatsLink link = new NatsLink(server.settings("db"))) {
            link.connect();
            var management = link.connection().jetStreamManagement();
            management.addStream(io.nats.client.api.StreamConfiguration.builder()
                    .name("ha_replication")
                    .subjects("orders.*")
                    .build());
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> new ReplicationStream(link).ensure())
                    .withMessageContaining("orders.*")
                    .satisfies(e -> assertThat(((NatsStartException.StreamConflict) e.reason()).subject())
                            .isEqualTo("ha_replication.db"))
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.StreamConflict.class));
            // a stream of another name has the subject already
            management.deleteStream("ha_replication");
            management.addStream(io.nats.client.api.StreamConfiguration.builder()
                    .name("other")
                    .subjects("ha_replication.>")
                    .build());
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> new ReplicationStream(link).ensure())
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.StreamConflict.class));
        }
    }

    @Test
    void manyNodesCreateTheStreamAtOnce() throws Exception {
        int nodes = 8;
        ExecutorService threads = Executors.newFixedThreadPool(nodes);
        try (NatsServer server = NatsServer.start()) {
            Callable<Boolean> node = () -> {
                // configured differently, too
                Duration age = Duration.ofHours(1 + Thread.currentThread().getId() % 3);
                try (NatsLink link = new NatsLink(
                        server.settings("db").with(to -> to.streamMaxAge(age).replicas(1)))) {
                    link.connect();
                    new ReplicationStream(link).ensure();
                    return true;
                }
            };
            for (Future<Boolean> done : threads.invokeAll(java.util.Collections.nCopies(nodes, node))) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aChangedMaxAgeIsTakenOver() throws Exception {
        try (NatsServer server = NatsServer.start()) {
            connects(server.settings("db"));
            Duration age = Duration.ofSeconds(90);
            try (NatsLink link = new NatsLink(
                    server.settings("db").with(to -> to.streamMaxAge(age).replicas(1)))) {
                link.connect();
                ReplicationStream stream = new ReplicationStream(link);
                stream.ensure();
                assertThat(stream.management()
                                .getStreamInfo("ha_replication")
                                .getConfiguration()
                                .getMaxAge())
                        .isEqualTo(age.plus(NatsSettings.DEFAULT_STREAM_RESERVE));
                assertThat(stream.extent().lastSequence()).isZero();
                assertThat(stream.extent().firstSequence()).isEqualTo(1);
                assertThat(stream.extent().createdNs()).isPositive();
                assertThat(stream.serverVersion()).matches("\\d+\\..*");
            }
        }
    }

    @Test
    void subjectsThatMatch() {
        assertThat(StreamCompatibility.covers("ha_replication.>", "ha_replication.a.b"))
                .isTrue();
        assertThat(StreamCompatibility.covers("ha_replication.*", "ha_replication.a"))
                .isTrue();
        assertThat(StreamCompatibility.covers("ha_replication.*", "ha_replication.a.b"))
                .isFalse();
        assertThat(StreamCompatibility.covers("ha_replication.>", "ha_replication"))
                .isFalse();
        assertThat(StreamCompatibility.covers(">", "x")).isTrue();
        assertThat(StreamCompatibility.covers("a.b", "a.c")).isFalse();
    }

    @Test
    void deliveriesAreRead() {
        assertThat(Delivery.parse("$JS.ACK.S.C.1.17.4.1700000000000000001.9"))
                .isEqualTo(new Delivery(17, 4, 1700000000000000001L, 9));
        assertThat(Delivery.parse("$JS.ACK._.hash.S.C.1.17.4.1700000000000000001.9"))
                .isEqualTo(new Delivery(17, 4, 1700000000000000001L, 9));
        assertThat(Delivery.parse("$JS.ACK._.hash.S.C.1.17.4.1700000000000000001.9.token"))
                .isEqualTo(new Delivery(17, 4, 1700000000000000001L, 9));
        assertThat(Delivery.parse("$JS.ACK.S.C.1.x.4.1.9")).isNull();
        assertThat(Delivery.parse("$JS.ACK.S")).isNull();
        assertThat(Delivery.parse("_INBOX.x")).isNull();
        assertThat(Delivery.parse(null)).isNull();
    }
}
