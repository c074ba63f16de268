package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.nats.TestCertificate;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfoOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** Application contexts as nodes of a cluster, with a real nats-server. */
@Tag("nats")
class HaSqliteReplicationTests extends ReplicatingContexts {

    @Test
    void nodeWithEmbeddedServerAndNodeWithItsUrlShareTheDatabase() {
        node("n1")
                .withPropertyValues("ha.sqlite.nats.embedded.enabled=true", "ha.sqlite.nats.embedded.port=0", SERVER)
                .run(one -> {
                    EmbeddedNatsServer server = one.getBean(EmbeddedNatsServer.class);
                    assertThat(folder.resolve("n1/app.db-nats")).isDirectory();
                    node("n2")
                            .withPropertyValues("ha.sqlite.replication-url=" + server.url())
                            .run(two -> {
                                assertThat(two).doesNotHaveBean(EmbeddedNatsServer.class);
                                jdbc(one)
                                        .sql("CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)")
                                        .update();
                                jdbc(one)
                                        .sql("INSERT INTO task(title) VALUES('a')")
                                        .update();
                                awaitTitles(two, "a");
                                jdbc(two)
                                        .sql("INSERT INTO task(title) VALUES('b')")
                                        .update();
                                awaitTitles(one, "a", "b");
                                assertThat(status(two).node()).isEqualTo("n2");
                            });
                });
    }

    @Test
    void aClusterStaysOnTheSubjectOnWhichAnEarlierVersionHasBegun() throws Exception {
        try (NatsServer server = NatsServer.start();
                io.nats.client.Connection nats = server.connect()) {
            String former = "ha_replication.my.db";
            nats.jetStreamManagement()
                    .addStream(StreamConfiguration.builder()
                            .name("ha_replication")
                            .subjects("ha_replication", "ha_replication.>")
                            .build());
            nats.jetStream()
                    .publish(
                            former,
                            "{\"changes\":[{\"operation\":\"SQL\",\"command\":\"CREATE TABLE task(id INTEGER PRIMARY KEY)\"}]}"
                                    .getBytes(StandardCharsets.UTF_8));
            node("n1")
                    .withPropertyValues("ha.sqlite.replication-id=my.db", "ha.sqlite.replication-url=" + server.url())
                    .run(one -> {
                        jdbc(one).sql("INSERT INTO task VALUES(1)").update();
                        assertThat(folder.resolve("n1/app.db-ha-subject")).hasContent(former);
                    });
            assertThat(nats.jetStreamManagement()
                            .getStreamInfo("ha_replication", StreamInfoOptions.allSubjects())
                            .getStreamState()
                            .getSubjectMap())
                    .containsOnlyKeys(former);
        }
    }

    @Test
    void embeddedServerWithAUserIsUsedWithIt() {
        node("n1")
                .withPropertyValues(
                        "ha.sqlite.nats.embedded.enabled=true",
                        "ha.sqlite.nats.embedded.port=0",
                        "ha.sqlite.nats.embedded.user=app",
                        "ha.sqlite.nats.embedded.password=secret",
                        SERVER)
                .run(one -> {
                    assertThat(one).hasNotFailed();
                    Awaitility.await().until(() -> status(one).connected());
                    String url = one.getBean(EmbeddedNatsServer.class).url();
                    node("n2")
                            .withPropertyValues(
                                    "ha.sqlite.replication-url=" + url,
                                    "ha.sqlite.nats.user=app",
                                    "ha.sqlite.nats.password=secret")
                            .run(two ->
                                    Awaitility.await().until(() -> status(two).connected()));
                });
    }

    @Test
    void closingTheContextEndsTheEmbeddedServerLast() {
        AtomicReference<EmbeddedNatsServer> server = new AtomicReference<>();
        AtomicReference<HaSqliteDataSource> dataSource = new AtomicReference<>();
        List<String> seen = new CopyOnWriteArrayList<>();
        node("n1")
                .withPropertyValues("ha.sqlite.nats.embedded.enabled=true", "ha.sqlite.nats.embedded.port=0", SERVER)
                .withBean(
                        ChangeSetPublisher.class,
                        () -> new ClosingWatch(
                                () -> seen.add("server " + (server.get().isRunning() ? "runs" : "is gone"))))
                .run(context -> {
                    server.set(context.getBean(EmbeddedNatsServer.class));
                    dataSource.set(context.getBean(HaSqliteDataSource.class));
                });
        assertThat(seen).startsWith("server runs");
        assertThat(server.get().isRunning()).isFalse();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> dataSource.get().getConnection());
    }

    @Test
    void sslBundleEncryptsAndTokenAuthenticates() throws Exception {
        TestCertificate certificate = TestCertificate.create(folder);
        try (NatsServer server =
                NatsServer.start(certificate.serverConfiguration() + "\nauthorization { token: \"of all\" }")) {
            node("n1")
                    .withPropertyValues(
                            "ha.sqlite.replication-url=" + server.url(),
                            "ha.sqlite.nats.token=of all",
                            "ha.sqlite.nats.ssl.bundle=nats",
                            "spring.ssl.bundle.pem.nats.truststore.certificate=" + certificate.certificateFile())
                    .run(one -> {
                        assertThat(one).hasNotFailed();
                        Awaitility.await().until(() -> status(one).connected());
                    });
        }
    }

    @Test
    void aRenewedSslBundleIsTakenWithoutARestart() throws Exception {
        TestCertificate old = TestCertificate.create(Files.createDirectory(folder.resolve("old")));
        TestCertificate renewed = TestCertificate.create(Files.createDirectory(folder.resolve("renewed")));
        Path trusted = Files.copy(old.certificateFile(), folder.resolve("trusted.pem"));
        try (NatsServer server = NatsServer.start(old.serverConfiguration())) {
            node("n1")
                    .withPropertyValues(
                            "ha.sqlite.replication-url=" + server.url(),
                            "ha.sqlite.nats.ssl.bundle=nats",
                            "spring.ssl.bundle.watch.file.quiet-period=200ms",
                            "spring.ssl.bundle.pem.nats.reload-on-update=true",
                            "spring.ssl.bundle.pem.nats.truststore.certificate=file:" + trusted)
                    .run(one -> {
                        assertThat(one).hasNotFailed();
                        Awaitility.await().until(() -> status(one).connected());
                        server.kill9();
                        Files.copy(renewed.keyFile(), old.keyFile(), StandardCopyOption.REPLACE_EXISTING);
                        Files.copy(
                                renewed.certificateFile(), old.certificateFile(), StandardCopyOption.REPLACE_EXISTING);
                        server.restart();
                        Files.copy(renewed.certificateFile(), trusted, StandardCopyOption.REPLACE_EXISTING);
                        Awaitility.await()
                                .atMost(Duration.ofMinutes(1))
                                .until(() ->
                                        status(one).connected() && status(one).publishFailure() == null);
                    });
        }
    }

    @Test
    void interceptorBeansRunInTheirOrder() {
        try (NatsServer server = NatsServer.start()) {
            String url = "ha.sqlite.replication-url=" + server.url();
            node("n1")
                    .withPropertyValues(url)
                    .run(one -> node("n2")
                            .withPropertyValues(url)
                            .withUserConfiguration(Interceptors.class)
                            .run(two -> {
                                jdbc(one).sql("CREATE TABLE task(title TEXT)").update();
                                jdbc(one).sql("INSERT INTO task VALUES('a')").update();
                                awaitTitles(two, "a");
                                assertThat(two.getBean(Calls.class).names).startsWith("first", "second");
                            }));
        }
    }

    @Test
    void subscriberAndPublisherBeansReplaceTheDefaults() {
        try (NatsServer server = NatsServer.start()) {
            node("n1")
                    .withPropertyValues("ha.sqlite.replication-url=" + server.url())
                    .withBean("mine", ChangeSetPublisher.class, () -> new ClosingWatch(() -> {}))
                    .run(context -> assertThat(context)
                            .hasSingleBean(ChangeSetPublisher.class)
                            .hasBean("mine")
                            .hasSingleBean(ChangeSetSubscriber.class));
        }
    }

    @Test
    void flywayMigratesOnTheFirstNodeAndFindsItDoneOnTheSecond() {
        try (NatsServer server = NatsServer.start()) {
            String url = "ha.sqlite.replication-url=" + server.url();
            ApplicationContextRunner first = node("n1")
                    .withPropertyValues(url)
                    .withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                    .withPropertyValues("spring.flyway.locations=classpath:io/github/hasqlite/autoconfigure/migration");
            first.run(one -> {
                assertThat(one).hasNotFailed();
                awaitTitles(one, "migrated");
                node("n2")
                        .withPropertyValues(url)
                        .withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                        .withPropertyValues(
                                "spring.flyway.locations=classpath:io/github/hasqlite/autoconfigure/migration")
                        .run(two -> {
                            assertThat(two).hasNotFailed();
                            awaitTitles(two, "migrated");
                            assertThat(history(two)).isEqualTo(history(one)).containsExactly("1", "2");
                        });
            });
            first.run(again -> assertThat(history(again)).containsExactly("1", "2"));
        }
    }

    static final class Calls {
        final List<String> names = new CopyOnWriteArrayList<>();
    }

    @Configuration(proxyBeanMethods = false)
    static class Interceptors {

        @Bean
        Calls calls() {
            return new Calls();
        }

        @Bean
        @Order(2)
        ChangeSetInterceptor second(Calls calls) {
            return noting(calls, "second");
        }

        @Bean
        @Order(1)
        ChangeSetInterceptor first(Calls calls) {
            return noting(calls, "first");
        }

        private static ChangeSetInterceptor noting(Calls calls, String name) {
            return new ChangeSetInterceptor() {
                @Override
                public boolean beforeApply(ChangeSet changeSet, Connection connection) {
                    calls.names.add(name);
                    return true;
                }
            };
        }
    }

    /** Publishes nothing and tells when it is closed. */
    private record ClosingWatch(Runnable onClose) implements ChangeSetPublisher {

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public void close() {
            onClose.run();
        }
    }
}
