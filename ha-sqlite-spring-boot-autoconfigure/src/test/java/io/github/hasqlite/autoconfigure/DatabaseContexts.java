package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.env.MockEnvironment;

/** Application contexts with several databases: a primary one, orders, which is strict, and audit, which is async. */
abstract class DatabaseContexts {

    static final String[] EMBEDDED = {
        "ha.sqlite.nats.embedded.enabled=true",
        "ha.sqlite.nats.embedded.port=0",
        "ha.sqlite.nats.embedded.binary=" + NatsServer.program().toAbsolutePath()
    };

    @TempDir
    Path folder;

    final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    HaSqliteAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class));

    final ApplicationContextRunner node(String name) {
        return contextRunner.withPropertyValues(
                "ha.sqlite.name=" + name,
                "ha.sqlite.path=" + folder.resolve(name).resolve("app.db"),
                "ha.sqlite.replication-id=app",
                "ha.sqlite.publisher.timeout=5s",
                "ha.sqlite.databases.orders.path=" + folder.resolve(name).resolve("orders.db"),
                "ha.sqlite.databases.orders.commit-mode=strict",
                "ha.sqlite.databases.audit.path=" + folder.resolve(name).resolve("audit.db"),
                "ha.sqlite.databases.audit.commit-mode=async");
    }

    static void createTables(ApplicationContext context) {
        for (JdbcClient jdbc : List.of(jdbc(context), jdbc(context, "orders"), jdbc(context, "audit"))) {
            jdbc.sql("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)").update();
        }
    }

    static void assertFailure(AssertableApplicationContext context, String problem, String action) {
        assertThat(context).as(problem).hasFailed();
        FailureAnalysis analysis = StartFailureAnalysisTests.analyze(
                context.getStartupFailure(), new MockEnvironment(), new DefaultListableBeanFactory());
        assertThat(analysis.getDescription()).contains(problem);
        assertThat(analysis.getAction()).contains(action);
    }

    static <T> T part(ApplicationContext context, String database, Class<T> type) {
        return BeanFactoryAnnotationUtils.qualifiedBeanOfType(context.getAutowireCapableBeanFactory(), type, database);
    }

    static JdbcClient jdbc(ApplicationContext context) {
        return context.getBean(JdbcClient.class);
    }

    static JdbcClient jdbc(ApplicationContext context, String database) {
        return part(context, database, JdbcClient.class);
    }
}
