package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Passwords, tokens, keys and certificates, right and wrong ones. */
@Tag("nats")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class CredentialsTests extends BriefLinks {

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
}
