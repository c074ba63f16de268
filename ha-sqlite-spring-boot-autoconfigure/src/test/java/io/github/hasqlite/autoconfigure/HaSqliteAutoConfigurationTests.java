package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStartException;
import java.net.URL;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.sqlite.SQLiteConnection;

/** The replicated DataSource in an application context, without a stream. */
@ExtendWith(OutputCaptureExtension.class)
class HaSqliteAutoConfigurationTests extends AutoConfiguredContexts {

    @Test
    void configuresTheOnlyDataSource() {
        contextRunner.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(DataSource.class);
            HaSqliteDataSource dataSource = context.getBean(HaSqliteDataSource.class);
            assertThat(dataSource.isWrapperFor(HikariDataSource.class)).isTrue();
            assertThat(dataSource.replicationStatus().replicating()).isFalse();
            assertThat(folder.resolve("data/app.db")).exists();
        });
    }

    @Test
    void saysOnceThatNothingIsReplicatedAndHowToChangeThat(CapturedOutput output) {
        contextRunner.run(context -> assertThat(context).hasNotFailed());
        assertThat(output.toString())
                .containsOnlyOnce("is not replicated")
                .contains("ha.sqlite.replication-url")
                .contains("ha.sqlite.nats.embedded.enabled");
    }

    @Test
    void backsOffWhenDataSourceIsDefined() {
        contextRunner
                .withUserConfiguration(OwnDataSource.class)
                .run(context -> assertThat(context)
                        .hasSingleBean(DataSource.class)
                        .doesNotHaveBean(HaSqliteDataSource.class)
                        .doesNotHaveBean(ChangeSetSerializer.class));
    }

    @Test
    void saysThatASecondDataSourceSwitchesItOff(CapturedOutput output) {
        ApplicationContextRunner runner =
                contextRunner.withConfiguration(AutoConfigurations.of(HaSqliteSwitchedOffAutoConfiguration.class));
        runner.withUserConfiguration(OwnDataSource.class)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(HaSqliteDataSource.class));
        assertThat(output.getOut())
                .containsOnlyOnce("nothing is replicated")
                .contains("(ownDataSource)")
                .contains("defaultCandidate = false");
    }

    @Test
    void secondDataSourceThatIsNoCandidateLeavesItOn(CapturedOutput output) {
        contextRunner
                .withConfiguration(AutoConfigurations.of(HaSqliteSwitchedOffAutoConfiguration.class))
                .withUserConfiguration(SecondDataSource.class)
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(HaSqliteDataSource.class);
                    assertThat(context.getBean(DataSource.class)).isInstanceOf(HaSqliteDataSource.class);
                    assertThat(context.getBean("second")).isInstanceOf(DriverManagerDataSource.class);
                });
        assertThat(output.getOut()).doesNotContain("nothing is replicated");
    }

    @Test
    void saysThatScriptsAreLeftOut(CapturedOutput output) {
        ApplicationContextRunner runner = contextRunner
                .withConfiguration(AutoConfigurations.of(HaSqliteScriptsAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader(new ClassPathResource("none")) {
                    @Override
                    public URL getResource(String name) {
                        return name.equals("data.sql")
                                ? super.getResource("META-INF/spring.factories")
                                : super.getResource(name);
                    }
                });
        runner.withPropertyValues("spring.sql.init.mode=never")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output.getOut()).doesNotContain("is not run");
        runner.run(context -> assertThat(context).hasNotFailed());
        assertThat(output.getOut()).contains("data.sql is there, and is not run");
    }

    @Test
    void backsOffWhenDisabled() {
        contextRunner
                .withPropertyValues("ha.sqlite.enabled=false", "spring.datasource.url=jdbc:sqlite::memory:")
                .run(context ->
                        assertThat(context).hasSingleBean(DataSource.class).doesNotHaveBean(HaSqliteDataSource.class));
    }

    @Test
    void backsOffAndSaysSoWhenDataSourcesAreExcluded(CapturedOutput output) {
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("app.db"))
                .withUserConfiguration(WithoutDataSource.class);
        runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(DataSource.class));
        assertThat(folder.resolve("app.db")).doesNotExist();
        assertThat(output.getOut()).containsOnlyOnce("No replicated DataSource is made");
        runner.withPropertyValues(
                        "ha.sqlite.enabled=true", "spring.liquibase.enabled=false", "spring.flyway.enabled=false")
                .run(context -> assertThat(context).hasSingleBean(HaSqliteDataSource.class));
    }

    @Test
    void backsOffWhenAPropertyExcludesDataSources() {
        new ApplicationContextRunner()
                .withPropertyValues(
                        "ha.sqlite.path=" + folder.resolve("app.db"),
                        "spring.autoconfigure.exclude=" + DataSourceAutoConfiguration.class.getName())
                .withUserConfiguration(Everything.class)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(DataSource.class));
    }

    @Test
    void backsOffWhenAnotherDatabaseIsNamedAndNoPath() {
        runnerWithoutPath()
                .withPropertyValues("spring.datasource.url=jdbc:sqlite::memory:")
                .run(context ->
                        assertThat(context).hasSingleBean(DataSource.class).doesNotHaveBean(HaSqliteDataSource.class));
    }

    @Test
    void backsOffWithoutDriver() {
        contextRunner
                .withClassLoader(new FilteredClassLoader(SQLiteConnection.class))
                .withPropertyValues("spring.datasource.url=jdbc:sqlite::memory:")
                .run(context -> assertThat(context).doesNotHaveBean(HaSqliteDataSource.class));
    }

    @Test
    void failsWithAnExplanationWhenNothingNamesADatabase() {
        runnerWithoutPath()
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasRootCauseInstanceOf(ReplicationStartException.class)
                        .rootCause()
                        .hasMessageContaining("ha.sqlite.path is not set"));
    }

    @Test
    void pathWinsOverAUrlAndSaysSo(CapturedOutput output) {
        contextRunner
                .withPropertyValues("spring.datasource.url=jdbc:sqlite::memory:")
                .run(context -> assertThat(context).hasSingleBean(HaSqliteDataSource.class));
        assertThat(output).contains("spring.datasource.url is ignored");
    }

    private static ApplicationContextRunner runnerWithoutPath() {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(HaSqliteAutoConfiguration.class, DataSourceAutoConfiguration.class));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
    static class WithoutDataSource {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Everything {}

    @Configuration(proxyBeanMethods = false)
    static class OwnDataSource {

        @Bean
        DataSource ownDataSource() {
            return new DriverManagerDataSource("jdbc:sqlite::memory:");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondDataSource {

        @Bean(defaultCandidate = false)
        DataSource second() {
            return new DriverManagerDataSource("jdbc:sqlite::memory:");
        }
    }
}
