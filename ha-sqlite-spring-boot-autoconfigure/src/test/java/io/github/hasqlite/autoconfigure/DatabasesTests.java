package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** Application contexts with several databases, with a real nats-server. */
@Tag("nats")
class DatabasesTests {

    private static final String[] EMBEDDED = {
        "ha.sqlite.nats.embedded.enabled=true",
        "ha.sqlite.nats.embedded.port=0",
        "ha.sqlite.nats.embedded.binary=" + NatsServer.program().toAbsolutePath()
    };

    @TempDir
    private Path folder;

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    HaSqliteAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class));

    private ApplicationContextRunner node(String name) {
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

    @Test
    void eachDatabaseReplicatesThroughOneEmbeddedServer() {
        node("n1").withPropertyValues(EMBEDDED).run(one -> {
            String url = one.getBean(EmbeddedNatsServer.class).url();
            jdbc(one).sql("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)").update();
            jdbc(one, "orders")
                    .sql("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)")
                    .update();
            jdbc(one, "audit")
                    .sql("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)")
                    .update();
            node("n2").withPropertyValues("ha.sqlite.replication-url=" + url).run(two -> {
                jdbc(two).sql("INSERT INTO t(x) VALUES('app')").update();
                jdbc(two, "orders").sql("INSERT INTO t(x) VALUES('orders')").update();
                jdbc(two, "audit").sql("INSERT INTO t(x) VALUES('audit')").update();
                awaitContent(one);
                assertThat(part(one, "orders", ClusterMembers.class).list())
                        .extracting(ClusterMember::name)
                        .containsExactlyInAnyOrder("n1", "n2");
                await().untilAsserted(() -> assertThat(
                                part(one, "orders", ClusterLeader.class).leader())
                        .isNotNull());
                assertThat(part(one, "orders", DatabaseVerifier.class)).isNotNull();
                assertThat(part(one, "orders", DatabaseSnapshotter.class)).isNotNull();
                assertThat(part(one, "orders", ReplicationPosition.class).applied())
                        .isPositive();
                Path copy = folder.resolve("copy.db");
                part(one, "orders", DatabaseBackup.class).copyTo(copy);
                assertThat(copy).isNotEmptyFile();
            });
            node("n2").withPropertyValues("ha.sqlite.replication-url=" + url).run(DatabasesTests::awaitContent);
        });
        node("n1").withPropertyValues(EMBEDDED).run(DatabasesTests::awaitContent);
    }

    private static void awaitContent(ApplicationContext context) {
        await().untilAsserted(() -> assertThat(content(jdbc(context))).isEqualTo("app"));
        await().untilAsserted(() -> assertThat(content(jdbc(context, "orders"))).isEqualTo("orders"));
        await().untilAsserted(() -> assertThat(content(jdbc(context, "audit"))).isEqualTo("audit"));
    }

    private static String content(JdbcClient jdbc) {
        return jdbc.sql("SELECT group_concat(x) FROM t").query(String.class).single();
    }

    static class Service {

        final DataSource primary;
        final DataSource orders;
        final JdbcTemplate ordersTemplate;

        Service(
                DataSource primary,
                @Qualifier("orders") DataSource orders,
                @Qualifier("orders") JdbcTemplate ordersTemplate) {
            this.primary = primary;
            this.orders = orders;
            this.ordersTemplate = ordersTemplate;
        }

        @Transactional("orders")
        public void failInOrders() {
            ordersTemplate.execute("CREATE TABLE gone(x)");
            throw new IllegalStateException("rolled back");
        }

        @Transactional
        public void failInPrimary() {
            new JdbcTemplate(primary).execute("CREATE TABLE gone(x)");
            throw new IllegalStateException("rolled back");
        }
    }

    @Test
    void beansAreThePrimaryDatabasesUnlessTheyAreQualified() {
        node("n1").withBean(Service.class).run(context -> {
            Service service = context.getBean(Service.class);
            DataSource orders = context.getBean("ordersDataSource", DataSource.class);
            assertThat(org.springframework.test.util.AopTestUtils.<Service>getTargetObject(service).orders)
                    .isSameAs(orders);
            assertThat(org.springframework.test.util.AopTestUtils.<Service>getTargetObject(service).primary)
                    .isSameAs(context.getBean("dataSource"))
                    .isSameAs(context.getBean(DataSource.class))
                    .isSameAs(context.getBean(HaSqliteDataSource.class));
            assertThat(context.getBean(TransactionManager.class)).isSameAs(context.getBean("transactionManager"));
            assertThat(part(context, "orders", PlatformTransactionManager.class))
                    .isSameAs(context.getBean("ordersTransactionManager"));
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(service::failInOrders);
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(service::failInPrimary);
            for (JdbcClient jdbc : new JdbcClient[] {jdbc(context), jdbc(context, "orders"), jdbc(context, "audit")}) {
                assertThat(jdbc.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'gone'")
                                .query(Integer.class)
                                .single())
                        .isZero();
            }
        });
    }

    @Test
    void anApplicationWithOneDatabaseHasTheBeansThatItHad() {
        contextRunner
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("one.db"))
                .run(context -> {
                    assertThat(context.getBeansOfType(DataSource.class)).containsOnlyKeys("dataSource");
                    assertThat(context.getBeansOfType(TransactionManager.class)).containsOnlyKeys("transactionManager");
                    assertThat(context).doesNotHaveBean(Databases.class).doesNotHaveBean(Database.class);
                    assertThat(context.getBeanDefinitionNames()).noneMatch(name -> name.contains("atabases"));
                });
    }

    private static JdbcClient jdbc(ApplicationContext context) {
        return context.getBean(JdbcClient.class);
    }

    private static JdbcClient jdbc(ApplicationContext context, String database) {
        return part(context, database, JdbcClient.class);
    }

    private static <T> T part(ApplicationContext context, String database, Class<T> type) {
        return BeanFactoryAnnotationUtils.qualifiedBeanOfType(
                context.getAutowireCapableBeanFactory(), type, database);
    }
}
