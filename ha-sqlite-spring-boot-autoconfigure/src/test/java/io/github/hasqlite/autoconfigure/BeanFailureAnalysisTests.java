package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.StartFailureAnalysisTests.assertAnalysis;

import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.HaSqliteDataSource;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** Beans of the application that do not fit the replicated database, as the one who starts it sees them. */
class BeanFailureAnalysisTests {

    @TempDir
    private Path folder;

    private ApplicationContextRunner with(Class<?>... configurations) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        HaSqliteAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class))
                .withUserConfiguration(configurations)
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("app.db"));
    }

    @Test
    void dataSourceOfTheApplicationInThePlaceOfTheReplicatedOne() {
        assertAnalysis(
                with(OneDataSource.class, NeedsReplicated.class),
                "the application defines a DataSource of its own (first)",
                "@Bean(defaultCandidate = false)");
    }

    @Test
    void twoDataSourcesWithoutAPrimary() {
        for (Class<?> needs : new Class<?>[] {NeedsDataSource.class, NeedsTemplate.class}) {
            assertAnalysis(
                    with(OneDataSource.class, AnotherDataSource.class, needs),
                    "several DataSources (first, second), none of them primary",
                    "@Bean(defaultCandidate = false)");
        }
        assertAnalysis(
                with(OneDataSource.class, AnotherDataSource.class, NeedsReplicated.class),
                "a DataSource of its own (first, second)",
                "ha.sqlite.databases");
    }

    @Test
    void beanOfAReplicatedDatabaseWithoutReplication() {
        assertAnalysis(with(NeedsVerifier.class), "no NATS server is configured", "ObjectProvider<DatabaseVerifier>");
        assertAnalysis(
                with(NeedsVerifier.class)
                        .withPropertyValues("ha.sqlite.enabled=false", "spring.datasource.url=jdbc:sqlite::memory:"),
                "ha.sqlite.enabled is false",
                "ObjectProvider<DatabaseVerifier>");
    }

    @Test
    void interceptorThatNeedsTheDatabaseItIsCalledFor() {
        assertAnalysis(
                with(CyclicInterceptor.class),
                "interceptor -> dataSource -> haSqliteNode -> interceptor",
                "ObjectProvider<DataSource>");
    }

    private static DataSource unreplicated() {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl("jdbc:sqlite::memory:");
        return pool;
    }

    @Configuration(proxyBeanMethods = false)
    static class OneDataSource {
        @Bean
        DataSource first() {
            return unreplicated();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class AnotherDataSource {
        @Bean
        DataSource second() {
            return unreplicated();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsDataSource {
        @Bean
        Object service(DataSource database) {
            return database.toString();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsTemplate {
        @Bean
        Object service(JdbcTemplate template) {
            return template.toString();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsReplicated {
        @Bean
        Object service(HaSqliteDataSource database) {
            return database.toString();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsVerifier {
        @Bean
        Object service(DatabaseVerifier verifier) {
            return verifier.toString();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CyclicInterceptor {
        @Bean
        ChangeSetInterceptor interceptor(DataSource database) {
            return new ChangeSetInterceptor() {};
        }
    }
}
