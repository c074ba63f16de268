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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
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
                .withPropertyValues("ha.sqlite.commit-mode=async")
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
    @Tag("nats")
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
}
