package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.testing.NatsServer;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.env.MockEnvironment;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** Where the NATS servers are, said by a bean, by Testcontainers or by Docker Compose. */
@Tag("system")
class ConnectionDetailsTests {

    private static final String LOGIN = "authorization { user: me, password: secret }";

    @TempDir
    private Path folder;

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(HaSqliteAutoConfiguration.class))
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("app.db"), "ha.sqlite.name=n1");
    }

    @Test
    void propertiesAreTheDefault() {
        try (NatsServer server = NatsServer.start(LOGIN)) {
            runner().withPropertyValues(
                            "ha.sqlite.replication-url=" + server.url(),
                            "ha.sqlite.nats.user=me",
                            "ha.sqlite.nats.password=secret")
                    .run(context -> {
                        HaSqliteConnectionDetails details = context.getBean(HaSqliteConnectionDetails.class);
                        assertThat(details.getUrls()).containsExactly(server.url());
                        assertThat(details.getUser()).isEqualTo("me");
                        assertThat(details.getPassword()).isEqualTo("secret");
                        assertThat(context.getBean(HaSqliteDataSource.class)
                                        .replicationStatus()
                                        .connected())
                                .isTrue();
                    });
        }
        runner().run(context -> assertThat(context)
                .doesNotHaveBean(HaSqliteConnectionDetails.class)
                .doesNotHaveBean(NatsReplication.class));
    }

    @Test
    void aBeanTakesThePlaceOfTheProperties() {
        try (NatsServer server = NatsServer.start(LOGIN)) {
            runner().withBean(HaSqliteConnectionDetails.class, () -> login(server))
                    .withPropertyValues(
                            "ha.sqlite.replication-url=nats://127.0.0.1:1", "ha.sqlite.nats.token=of-another-server")
                    .run(context -> assertThat(context.getBean(HaSqliteDataSource.class)
                                    .replicationStatus()
                                    .connected())
                            .isTrue());
        }
    }

    @Test
    void furtherDatabasesUseTheBeanUnlessTheyHaveServersOfTheirOwn() {
        try (NatsServer server = NatsServer.start(LOGIN);
                NatsServer other = NatsServer.start()) {
            runner().withBean(HaSqliteConnectionDetails.class, () -> login(server))
                    .withPropertyValues(
                            "ha.sqlite.databases.orders.path=" + folder.resolve("orders.db"),
                            "ha.sqlite.databases.local.path=" + folder.resolve("local.db"),
                            "ha.sqlite.databases.local.replication-url=",
                            "ha.sqlite.databases.own.path=" + folder.resolve("own.db"),
                            "ha.sqlite.databases.own.replication-url=" + other.url())
                    .run(context -> {
                        for (String name : List.of("dataSource", "ordersDataSource", "ownDataSource")) {
                            assertThat(context.getBean(name, HaSqliteDataSource.class)
                                            .replicationStatus()
                                            .connected())
                                    .as(name)
                                    .isTrue();
                        }
                        assertThat(context).hasBean("ordersDatabaseBackup").doesNotHaveBean("localDatabaseBackup");
                        assertThat(context.getBean("localDataSource", HaSqliteDataSource.class)
                                        .replicationStatus()
                                        .replicating())
                                .isFalse();
                    });
        }
    }

    @Test
    void aUrlOfABeanThatIsNoneIsRefusedWithoutItsPassword() {
        runner().withBean(HaSqliteConnectionDetails.class, () -> () -> List.of("nats://me:secret@host:port"))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("ha.sqlite.replication-url")
                        .hasMessageNotContaining("secret"));
    }

    @Test
    void aContainerOfTheImageIsAServiceConnection() {
        try (NatsServer server = NatsServer.start(LOGIN)) {
            runner().withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
                    .withBean(NatsServer.class, () -> server, definition -> definition.setDestroyMethodName(""))
                    .withUserConfiguration(WithContainer.class)
                    .run(context -> {
                        HaSqliteConnectionDetails details = context.getBean(HaSqliteConnectionDetails.class);
                        assertThat(details.getUrls()).containsExactly("nats://127.0.0.1:" + server.port());
                        assertThat(details.getToken()).isNull();
                        assertThat(context.getBean(HaSqliteDataSource.class)
                                        .replicationStatus()
                                        .connected())
                                .isTrue();
                    });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithContainer {

        @Bean
        @ServiceConnection(name = "nats")
        StandIn natsContainer(NatsServer server) {
            return new StandIn(server).withCommand("-js", "--user", "me", "--pass=secret");
        }
    }

    /** A container of the image that a server on this machine stands in for, where there is no Docker. */
    static final class StandIn extends GenericContainer<StandIn> {

        private final NatsServer server;

        StandIn(NatsServer server) {
            super(DockerImageName.parse("nats:2"));
            this.server = server;
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public String getHost() {
            return "127.0.0.1";
        }

        @Override
        public Integer getMappedPort(int port) {
            assertThat(port).isEqualTo(4222);
            return server.port();
        }
    }

    @Test
    void aRealContainerIsAServiceConnection() {
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "needs Docker");
        runner().withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
                .withUserConfiguration(WithRealContainer.class)
                .run(context -> assertThat(context.getBean(HaSqliteDataSource.class)
                                .replicationStatus()
                                .connected())
                        .isTrue());
    }

    @Configuration(proxyBeanMethods = false)
    static class WithRealContainer {

        @Bean
        @ServiceConnection(name = "nats")
        GenericContainer<?> natsContainer() {
            return new GenericContainer<>("nats:2").withExposedPorts(4222).withCommand("-js");
        }
    }

    @Test
    void aServiceOfDockerComposeSaysWhereItIs() throws Exception {
        HaSqliteConnectionDetails details = compose("nats:2.15-alpine");
        assertThat(details).isNotNull();
        assertThat(details.getUrls()).containsExactly("nats://192.0.2.1:14222");
        assertThat(details.getUser()).isEqualTo("me");
        assertThat(details.getPassword()).isEqualTo("secret");
        assertThat(details.getToken()).isNull();
        assertThat(compose("redis:8")).isNull();
    }

    private static @Nullable HaSqliteConnectionDetails compose(String image) throws Exception {
        Constructor<DockerComposeConnectionSource> constructor =
                DockerComposeConnectionSource.class.getDeclaredConstructor(
                        RunningService.class, org.springframework.core.env.Environment.class);
        constructor.setAccessible(true);
        return (HaSqliteConnectionDetails) new ConnectionDetailsFactories(ConnectionDetailsTests.class.getClassLoader())
                .getConnectionDetails(constructor.newInstance(new Service(image), new MockEnvironment()), false)
                .get(HaSqliteConnectionDetails.class);
    }

    private record Service(String imageName) implements RunningService {

        @Override
        public String name() {
            return "queue";
        }

        @Override
        public ImageReference image() {
            return ImageReference.of(imageName);
        }

        @Override
        public String host() {
            return "192.0.2.1";
        }

        @Override
        public ConnectionPorts ports() {
            return new ConnectionPorts() {
                @Override
                public int get(int containerPort) {
                    return 10_000 + containerPort;
                }

                @Override
                public List<Integer> getAll() {
                    return List.of(14_222);
                }

                @Override
                public List<Integer> getAll(@Nullable String protocol) {
                    return getAll();
                }
            };
        }

        @Override
        public Map<String, String> env() {
            return Map.of("NATS_USER", "me", "NATS_PASSWORD", "secret");
        }

        @Override
        public Map<String, String> labels() {
            return Map.of();
        }
    }

    private static HaSqliteConnectionDetails login(NatsServer server) {
        return new HaSqliteConnectionDetails() {
            @Override
            public List<String> getUrls() {
                return List.of(server.url());
            }

            @Override
            public String getUser() {
                return "me";
            }

            @Override
            public String getPassword() {
                return "secret";
            }
        };
    }
}
