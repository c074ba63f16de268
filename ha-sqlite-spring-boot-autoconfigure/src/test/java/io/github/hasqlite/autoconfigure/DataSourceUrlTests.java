package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStartException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Applications whose database is named by {@code spring.datasource.url}. */
@ExtendWith(OutputCaptureExtension.class)
class DataSourceUrlTests {

    @TempDir
    private Path folder;

    @Test
    void theUrlSaysPathAndOptions(CapturedOutput output) {
        run(
                url("?name=n7&commitMode=async&publisherTimeout=1m30s"),
                context -> {
                    HaSqliteProperties properties = context.getBean(HaSqliteProperties.class);
                    assertThat(context.getBean(DataSource.class)).isInstanceOf(HaSqliteDataSource.class);
                    assertThat(context.getBean(HaSqliteDataSource.class)
                                    .replicationStatus()
                                    .node())
                            .isEqualTo("n7");
                    assertThat(properties.commitMode()).isEqualTo(CommitMode.ASYNC);
                    assertThat(folder.resolve("app.db")).exists();
                },
                "ha.sqlite.publisher.timeout=90s",
                "ha.sqlite.path=" + folder.resolve("./app.db"));
        assertThat(output).doesNotContain("is ignored");
    }

    @Test
    void whatIsSaidForHikariHasAMeaningOrAWarning(CapturedOutput output) {
        run(
                url(""),
                context -> {
                    HaSqliteProperties.Pool pool =
                            context.getBean(HaSqliteProperties.class).pool();
                    assertThat(pool.writers()).isEqualTo(3);
                    assertThat(pool.connectionTimeout()).isEqualTo(Duration.ofSeconds(2));
                },
                "spring.datasource.hikari.maximum-pool-size=3",
                "spring.datasource.hikari.connectionTimeout=2000",
                "spring.datasource.hikari.max-lifetime=1000");
        assertThat(output).contains("spring.datasource.hikari.max-lifetime has no meaning");
    }

    @ParameterizedTest
    @CsvSource({
        "?commitMode=async,                ha.sqlite.commit-mode=sync,                      commit-mode",
        "?name=n1,                         ha.sqlite.name=n2,                               name",
        "?replicationURL=nats://a:1,       'ha.sqlite.replication-url=nats://a:1,nats://b', replication-url",
        "?nats.user=u&nats.password=geheim,ha.sqlite.nats.password=anders,                  nats.password",
        "?pool.writers=4,                  spring.datasource.hikari.maximum-pool-size=3,    pool.writers",
        "'',                               ha.sqlite.path=other.db,                         path"
    })
    void aContradictionIsRefused(String options, String property, String name) {
        assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
                .isThrownBy(() -> run(url(options), context -> {}, property))
                .withMessageContaining("ha.sqlite." + name)
                .withMessageNotContaining("geheim")
                .withMessageNotContaining("anders");
    }

    @ParameterizedTest
    @CsvSource({
        "?commitMod=async,   did you mean commit-mode?",
        "?mode=ro,           makes the node a read replica",
        "?commitMode=always, it can be",
    })
    void aUrlThatIsNotUnderstoodIsExplained(String options, String reason) {
        assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> run(url(options), context -> {}))
                .withMessageContaining("spring.datasource.url")
                .withMessageContaining(reason);
    }

    @Test
    void itIsNotOpenedWhereReplicationIsSwitchedOff() {
        assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> run(url("?commitMode=async"), context -> {}, "ha.sqlite.enabled=false"))
                .withMessageContaining("ha.sqlite.enabled is false")
                .satisfies(e -> assertThat(e.action()).contains("jdbc:sqlite:"));
    }

    private String url(String options) {
        return "spring.datasource.url=jdbc:ha-sqlite:" + folder.resolve("app.db") + options;
    }

    private static void run(String url, Consumer<ConfigurableApplicationContext> test, String... properties) {
        SpringApplication application = new SpringApplication(Application.class);
        try (ConfigurableApplicationContext context =
                application.run(Stream.concat(Stream.of(url, "spring.main.banner-mode=off"), Arrays.stream(properties))
                        .map(property -> "--" + property)
                        .toArray(String[]::new))) {
            test.accept(context);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({HaSqliteAutoConfiguration.class, DataSourceAutoConfiguration.class})
    static class Application {}
}
