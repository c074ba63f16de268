package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Each way to fail at start has an exception that says what to do, and shows no secret. */
@Tag("nats")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class StartFailureTests {

    private static final Duration BRIEF = Duration.ofMillis(500);

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
    void wrongPassword() {
        try (NatsServer server = NatsServer.start("authorization { user: ha, password: richtig }")) {
            for (NatsCredentials wrong :
                    new NatsCredentials[] {new NatsCredentials.UserPassword("ha", "falsch"), null}) {
                try (NatsLink link = new NatsLink(server.settings("db").with(to -> to.credentials(wrong)))) {
                    assertThatExceptionOfType(NatsStartException.class)
                            .isThrownBy(link::connect)
                            .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("falsch"))
                            .satisfies(
                                    e -> assertThat(e.reason()).isInstanceOf(NatsStartException.Unauthenticated.class));
                }
            }
            connects(server.settings("db")
                    .with(to -> to.credentials(new NatsCredentials.UserPassword("ha", "richtig"))));
            connects(NatsSettings.of("nats://ha:richtig@127.0.0.1:" + server.port(), "db"));
        }
    }

    @Test
    void comesBackAfterItsPasswordWasRefusedForAWhile() throws Exception {
        try (NatsServer server = NatsServer.start("authorization { user: ha, password: richtig }");
                NatsLink link = new NatsLink(server.settings("db")
                        .with(to -> to.credentials(new NatsCredentials.UserPassword("ha", "richtig"))))) {
            link.connect();
            Path config = server.folder().resolve("server.conf");
            String good = Files.readString(config);
            Files.writeString(config, good.replace("richtig", "anders"));
            server.restart();
            // refused twice, the client library gives up
            await().until(() -> !link.isConnected());
            await().pollDelay(Duration.ofSeconds(1)).until(() -> !link.isConnected());
            Files.writeString(config, good);
            server.restart();
            await().until(link::isConnected);
        }
    }

    @Test
    void token() {
        try (NatsServer server = NatsServer.start("authorization { token: \"t0ken\" }")) {
            connects(server.settings("db").with(to -> to.credentials(new NatsCredentials.Token("t0ken"))));
            try (NatsLink link = new NatsLink(
                    server.settings("db").with(to -> to.credentials(new NatsCredentials.Token("other"))))) {
                assertThatExceptionOfType(NatsStartException.class)
                        .isThrownBy(link::connect)
                        .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.Unauthenticated.class));
            }
        }
    }

    @Test
    void nkey() throws Exception {
        TestIdentity identity = TestIdentity.create();
        try (NatsServer server =
                NatsServer.start("authorization { users: [ { nkey: " + identity.userPublicKey() + " } ] }")) {
            connects(server.settings("db")
                    .with(to -> to.credentials(new NatsCredentials.NKeySeed(identity.userSeed()))));
            NatsCredentials other =
                    new NatsCredentials.NKeySeed(TestIdentity.create().userSeed());
            try (NatsLink link = new NatsLink(server.settings("db").with(to -> to.credentials(other)))) {
                assertThatExceptionOfType(NatsStartException.class)
                        .isThrownBy(link::connect)
                        .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.Unauthenticated.class));
            }
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> new NatsLink(
                            server.settings("db").with(to -> to.credentials(new NatsCredentials.NKeySeed("x")))))
                    .satisfies(
                            e -> assertThat(e.reason()).isInstanceOf(NatsStartException.UnreadableCredentials.class));
        }
    }

    @Test
    void credentialsFile(@TempDir Path folder) throws Exception {
        TestIdentity identity = TestIdentity.create();
        Path file = Files.writeString(folder.resolve("user.creds"), identity.credentials());
        try (NatsServer server = NatsServer.start(identity.serverConfiguration())) {
            connects(server.settings("db").with(to -> to.credentials(new NatsCredentials.CredentialsFile(file))));
            Path foreign = Files.writeString(
                    folder.resolve("foreign.creds"), TestIdentity.create().credentials());
            try (NatsLink link = new NatsLink(
                    server.settings("db").with(to -> to.credentials(new NatsCredentials.CredentialsFile(foreign))))) {
                assertThatExceptionOfType(NatsStartException.class)
                        .isThrownBy(link::connect)
                        .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.Unauthenticated.class));
            }
        }
    }

    @Test
    void credentialsFileThatIsNone(@TempDir Path folder) throws Exception {
        NatsSettings settings = NatsSettings.of("nats://127.0.0.1:1", "db");
        Path missing = folder.resolve("missing.creds");
        assertThatExceptionOfType(NatsStartException.class)
                .isThrownBy(() ->
                        new NatsLink(settings.with(to -> to.credentials(new NatsCredentials.CredentialsFile(missing)))))
                .withMessageContaining("missing.creds")
                .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.UnreadableCredentials.class));
        Path nonsense = Files.writeString(folder.resolve("nonsense.creds"), "nonsense");
        assertThatExceptionOfType(NatsStartException.class)
                .isThrownBy(() -> new NatsLink(
                        settings.with(to -> to.credentials(new NatsCredentials.CredentialsFile(nonsense)))))
                .withMessageContaining("nonsense.creds")
                .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.UnreadableCredentials.class));
    }

    @Test
    void tls(@TempDir Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.create(folder);
        try (NatsServer server = NatsServer.start(certificate.serverConfiguration())) {
            connects(server.settings("db").with(to -> to.sslContext(certificate.trusting())));
            try (NatsLink link = new NatsLink(
                    server.settings("db").with(to -> to.connectTimeout(BRIEF).publishTimeout(BRIEF)))) {
                assertThatExceptionOfType(NatsStartException.class)
                        .isThrownBy(link::connect)
                        .withMessageContaining("SSL required")
                        .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.Unreachable.class));
            }
            SSLContext stranger = SSLContext.getDefault();
            try (NatsLink link = new NatsLink(server.settings("db")
                    .with(to -> to.sslContext(stranger).connectTimeout(BRIEF).publishTimeout(BRIEF)))) {
                assertThatExceptionOfType(NatsStartException.class)
                        .isThrownBy(link::connect)
                        .withMessageContaining("PKIX")
                        .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.Unreachable.class));
            }
            publishesOverTls(server.settings("db").with(to -> to.sslContext(certificate.trusting())));
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

    @Test
    void settingsAreCheckedAndHideSecrets() {
        NatsSettings settings = NatsSettings.of("nats://u:geheim@h:1,x", "app.db")
                .with(to -> to.credentials(new NatsCredentials.UserPassword("u", "geheim")));
        assertThat(settings.toString()).doesNotContain("geheim").contains("nats://***@h:1");
        assertThat(settings.with(to -> to.credentials(new NatsCredentials.Token("geheim")))
                        .toString())
                .doesNotContain("geheim");
        assertThat(settings.with(to -> to.credentials(new NatsCredentials.NKeySeed("geheim")))
                        .toString())
                .doesNotContain("geheim");
        assertThat(MaskedUrl.mask(List.of("nats://to@ken@h:1", "nats://plain:4222", "u:p@h")))
                .isEqualTo("nats://***@h:1,nats://plain:4222,***@h");
        assertThatIllegalArgumentException().isThrownBy(() -> NatsSettings.of("nats://h", "*"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with(to -> to.stream("a.b").subject("a.b.c")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with(to -> to.stream("a").subject("b.c")));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> settings.with(to -> to.streamMaxAge(Duration.ZERO).replicas(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with(to -> to.streamReserve(Duration.ofSeconds(-1))));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        settings.with(to -> to.streamMaxAge(Duration.ofHours(1)).replicas(6)));
    }

    private static void connects(NatsSettings settings) {
        try (NatsLink link = new NatsLink(settings)) {
            link.connect();
            new ReplicationStream(link).ensure();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void publishesOverTls(NatsSettings settings) throws Exception {
        try (JetStreamPublisher publisher = JetStreamPublisher.open(settings)) {
            for (int i = 1; i <= 200; i++) {
                assertThat(publisher
                                .publish(ReplicationTests.ANY, new byte[100 * i])
                                .get())
                        .isEqualTo(i);
            }
        }
    }

    private static String stackTrace(Throwable e) {
        java.io.StringWriter text = new java.io.StringWriter();
        e.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }
}
