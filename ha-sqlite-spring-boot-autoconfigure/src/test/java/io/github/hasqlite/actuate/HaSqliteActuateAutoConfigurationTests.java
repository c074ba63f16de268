package io.github.hasqlite.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.testing.DisconnectedPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** Health and metrics in an application context. */
class HaSqliteActuateAutoConfigurationTests {

    @TempDir
    private Path folder;

    private ApplicationContextRunner contextRunner;

    @BeforeEach
    void configure() {
        contextRunner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        HaSqliteAutoConfiguration.class,
                        HaSqliteHealthContributorAutoConfiguration.class,
                        HaSqliteMetricsAutoConfiguration.class,
                        HaSqliteObservationAutoConfiguration.class,
                        HealthContributorAutoConfiguration.class,
                        HealthContributorRegistryAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class,
                        DataSourceAutoConfiguration.class))
                .withPropertyValues("ha.sqlite.name=n1", "ha.sqlite.path=" + folder.resolve("app.db"));
    }

    @Test
    void healthContributorIsNamedHaSqlite() {
        contextRunner.run(context -> {
            assertThat(context).hasSingleBean(HaSqliteHealthIndicator.class);
            assertThat(context.getBean(HealthContributorRegistry.class).getContributor("haSqlite"))
                    .isInstanceOf(HaSqliteHealthIndicator.class);
        });
    }

    @Test
    void healthBacksOffWhenDisabled() {
        contextRunner
                .withPropertyValues("management.health.ha-sqlite.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HaSqliteHealthIndicator.class));
    }

    @Test
    void healthBacksOffWithoutTheDataSource() {
        contextRunner
                .withPropertyValues("ha.sqlite.enabled=false", "spring.datasource.url=jdbc:sqlite::memory:")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(HaSqliteHealthIndicator.class)
                        .doesNotHaveBean(HaSqliteMetrics.class));
    }

    @Test
    void healthBacksOffWithoutSpringBootHealth() {
        contextRunner
                .withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                .run(context -> assertThat(context).doesNotHaveBean("haSqliteHealthIndicator"));
    }

    @Test
    void healthIndicatorCanBeReplaced() {
        contextRunner
                .withBean(
                        "haSqliteHealthIndicator",
                        HealthIndicator.class,
                        () -> () -> Health.unknown().build())
                .run(context -> assertThat(context).doesNotHaveBean(HaSqliteHealthIndicator.class));
    }

    @Test
    void metricsBackOffWithoutRegistry() {
        contextRunner
                .withPropertyValues("management.defaults.metrics.export.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
        contextRunner
                .withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                .run(context -> assertThat(context).doesNotHaveBean("haSqliteMetrics"));
    }

    @Test
    void gaugesHaveTheNode() {
        contextRunner
                .withBean(SimpleMeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    context.getBean(HaSqliteMetrics.class).bindTo(registry);
                    for (String name : new String[] {
                        "applied.sequence", "stream.sequence", "lag.messages", "lag", "outbox", "connected"
                    }) {
                        assertThat(registry.get("ha.sqlite." + name)
                                        .tag("node", "n1")
                                        .gauge()
                                        .value())
                                .as(name)
                                .isZero();
                    }
                });
    }

    @Test
    void commitsInsideAnObservationAreObserved() {
        List<String> observed = new CopyOnWriteArrayList<>();
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStart(Observation.Context context) {
                observed.add(context.getName());
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        contextRunner
                .withBean(ChangeSetPublisher.class, DisconnectedPublisher::new)
                .withBean(ObservationRegistry.class, () -> registry)
                .withPropertyValues("ha.sqlite.commit-mode=async", "spring.lifecycle.timeout-per-shutdown-phase=100ms")
                .run(context -> {
                    JdbcTemplate template = new JdbcTemplate(context.getBean(HaSqliteDataSource.class));
                    template.execute("CREATE TABLE item(id INTEGER PRIMARY KEY)");
                    assertThat(observed).isEmpty();
                    Observation.createNotStarted("request", registry)
                            .observe(() -> template.update("INSERT INTO item VALUES(1)"));
                    assertThat(observed).containsExactly("request", "ha.sqlite.traced.commit");
                });
    }

    @Test
    void observationsNeedARegistry() {
        contextRunner.run(context -> assertThat(context).doesNotHaveBean("haSqliteObservation"));
        contextRunner
                .withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("haSqliteObservation"));
        contextRunner
                .withBean(ObservationRegistry.class, () -> ObservationRegistry.NOOP)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    @Tag("system")
    void showsTheStreamOfARealServer() {
        try (NatsServer server = NatsServer.start()) {
            contextRunner
                    .withPropertyValues("ha.sqlite.replication-url=" + server.url())
                    .withBean(SimpleMeterRegistry.class, SimpleMeterRegistry::new)
                    .run(context -> {
                        HaSqliteHealthIndicator indicator = context.getBean(HaSqliteHealthIndicator.class);
                        Awaitility.await()
                                .until(() -> indicator.health().getStatus().equals(Status.UP));
                        assertThat(indicator.health().getDetails())
                                .containsAllEntriesOf(Map.of("connected", true, "lagMessages", 0L))
                                .containsKey("serverVersion");
                        MeterRegistry registry = context.getBean(MeterRegistry.class);
                        context.getBean(HaSqliteMetrics.class).bindTo(registry);
                        assertThat(registry.get("ha.sqlite.connected").gauge().value())
                                .isEqualTo(1);
                        server.kill9();
                        Awaitility.await()
                                .until(() -> indicator.health().getStatus().equals(Status.OUT_OF_SERVICE));
                    });
        }
    }

    @Test
    @Tag("nats")
    void anOutboxThatDoesNotEmptyTakesTheNodeOutOfTheReadinessGroup() {
        try (NatsServer server = NatsServer.start()) {
            contextRunner
                    .withConfiguration(AutoConfigurations.of(HealthEndpointAutoConfiguration.class))
                    .withPropertyValues(
                            "ha.sqlite.replication-url=" + server.url(),
                            "ha.sqlite.commit-mode=async",
                            "management.health.ha-sqlite.max-outbox-age=100ms",
                            "management.endpoint.health.group.readiness.include=haSqlite")
                    .run(context -> {
                        execute(context, "CREATE TABLE note(id INTEGER PRIMARY KEY)");
                        Awaitility.await().until(() -> readiness(context).equals(Status.UP));
                        server.kill9();
                        execute(context, "INSERT INTO note VALUES(1)");
                        Awaitility.await().until(() -> readiness(context).equals(Status.OUT_OF_SERVICE));
                        HaSqliteHealthIndicator indicator = context.getBean(HaSqliteHealthIndicator.class);
                        assertThat(indicator.health().getDetails())
                                .containsKey("role")
                                .containsEntry("commitMode", "async")
                                .containsEntry("conflicts", 0L)
                                .extractingByKey("exceeded")
                                .asString()
                                .contains("max-outbox-age");
                    });
        }
    }

    private static Status readiness(ApplicationContext context) {
        return context.getBean(HealthEndpoint.class).healthForPath("readiness").getStatus();
    }

    private static void execute(ApplicationContext context, String sql) throws SQLException {
        try (Connection connection = context.getBean(DataSource.class).getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Test
    @Tag("nats")
    void infoSaysWhatRuns() {
        ApplicationContextRunner informed =
                contextRunner.withConfiguration(AutoConfigurations.of(HaSqliteInfoContributorAutoConfiguration.class));
        informed.withPropertyValues("ha.sqlite.databases.orders.path=" + folder.resolve("orders.db"))
                .run(context -> assertThat(info(context))
                        .containsOnlyKeys("version", "sqliteVersion", "node", "replicating", "databases")
                        .containsEntry("node", "n1")
                        .containsEntry("replicating", false)
                        .containsEntry("databases", Map.of("orders", Map.of("node", "n1", "replicating", false))));
        informed.withPropertyValues("management.info.hasqlite.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(InfoContributor.class));
        try (NatsServer server = NatsServer.start()) {
            informed.withPropertyValues(
                            "ha.sqlite.replication-url=" + server.url(), "ha.sqlite.publisher.enabled=false")
                    .run(context -> assertThat(info(context))
                            .containsEntry("replicating", true)
                            .containsEntry("commitMode", "sync")
                            .containsEntry("readOnly", true)
                            .containsEntry("stream", "ha_replication")
                            .hasEntrySatisfying(
                                    "serverVersion",
                                    version -> assertThat(version).asString().matches("2\\.\\d+\\.\\d+"))
                            .hasEntrySatisfying(
                                    "sqliteVersion",
                                    version -> assertThat(version).asString().matches("3\\.\\d+\\.\\d+")));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> info(ApplicationContext context) {
        Info.Builder builder = new Info.Builder();
        context.getBean(InfoContributor.class).contribute(builder);
        return (Map<String, Object>) builder.build().getDetails().get("hasqlite");
    }

    @Test
    void aLimitThatCannotBeIsExplained() {
        contextRunner
                .withPropertyValues("management.health.ha-sqlite.max-lag=-1s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("management.health.ha-sqlite.max-lag")
                        .hasMessageContaining("cannot be negative"));
    }
}
