package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Contexts of applications that replicate, and configurations for them. */
abstract class ReplicatingContexts {

    static final String SERVER =
            "ha.sqlite.nats.embedded.binary=" + NatsServer.program().toAbsolutePath();

    @TempDir
    Path folder;

    final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SslAutoConfiguration.class,
                    HaSqliteAutoConfiguration.class,
                    HaSqliteFlywayAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class))
            .withPropertyValues("ha.sqlite.replication-id=app", "ha.sqlite.publisher.timeout=5s");

    static List<String> history(ApplicationContext context) {
        return jdbc(context)
                .sql("SELECT version FROM flyway_schema_history ORDER BY installed_rank")
                .query(String.class)
                .list();
    }

    ApplicationContextRunner node(String name) {
        return contextRunner.withPropertyValues(
                "ha.sqlite.name=" + name,
                "ha.sqlite.path=" + folder.resolve(name).resolve("app.db"));
    }

    static JdbcClient jdbc(ApplicationContext context) {
        return context.getBean(JdbcClient.class);
    }

    static ReplicationStatus status(ApplicationContext context) {
        return context.getBean(HaSqliteDataSource.class).replicationStatus();
    }

    static void awaitTitles(ApplicationContext context, String... titles) {
        Awaitility.await()
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(jdbc(context)
                                .sql("SELECT title FROM task")
                                .query(String.class)
                                .list())
                        .containsExactly(titles));
    }
}
