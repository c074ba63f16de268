package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.FeedEntry;
import io.github.hasqlite.FeedFilter;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.HistoryEntry;
import io.github.hasqlite.HistoryQuery;
import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.actuate.HaSqliteHealthContributorAutoConfiguration;
import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.actuate.HaSqliteMetricsAutoConfiguration;
import io.github.hasqlite.nats.JetStreamSnapshotStore;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.github.hasqlite.testing.NatsServer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.util.AopTestUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** Application contexts with several databases, with a real nats-server. */
@Tag("system")
@ExtendWith(OutputCaptureExtension.class)
class DatabasesTests extends DatabaseContexts {

    @Test
    void eachDatabaseReplicatesThroughOneEmbeddedServer() {
        node("n1").withPropertyValues(EMBEDDED).run(one -> {
            String url = one.getBean(EmbeddedNatsServer.class).url();
            createTables(one);
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
                assertThat(part(one, "orders", ReplicationHistory.class).read(HistoryQuery.latest(1)))
                        .extracting(HistoryEntry::node)
                        .containsExactly("n2");
                List<FeedEntry> told = new CopyOnWriteArrayList<>();
                part(one, "audit", ChangeFeed.class).subscribe(0, FeedFilter.tables("t"), told::add);
                await().untilAsserted(() -> assertThat(told).hasSize(2));
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
            assertThat(AopTestUtils.<Service>getTargetObject(service).orders).isSameAs(orders);
            assertThat(AopTestUtils.<Service>getTargetObject(service).primary)
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

    @Test
    void healthAndMetersAreByDatabase() {
        node("n1")
                .withConfiguration(AutoConfigurations.of(
                        HaSqliteHealthContributorAutoConfiguration.class, HaSqliteMetricsAutoConfiguration.class))
                .withBean(SimpleMeterRegistry.class)
                .withPropertyValues(EMBEDDED)
                .run(context -> {
                    assertThat(context.getBean(HaSqliteHealthIndicator.class)
                                    .health()
                                    .getStatus())
                            .isEqualTo(Status.UP);
                    CompositeHealthContributor others =
                            context.getBean("haSqliteDatabasesHealthContributor", CompositeHealthContributor.class);
                    assertThat(others.stream().map(HealthContributors.Entry::name))
                            .containsExactly("audit", "orders");
                    await().untilAsserted(() -> assertThat(((HealthIndicator) others.getContributor("orders")).health())
                            .satisfies(health -> {
                                assertThat(health.getStatus()).isEqualTo(Status.UP);
                                assertThat(health.getDetails())
                                        .containsEntry("leader", "n1")
                                        .containsEntry("members", List.of("n1"))
                                        .containsKey("serverVersion");
                            }));
                    SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
                    context.getBeansOfType(MeterBinder.class).values().forEach(binder -> binder.bindTo(registry));
                    assertThat(registry.get("ha.sqlite.connected").gauges())
                            .extracting(gauge -> gauge.getId().getTag("database"))
                            .containsExactlyInAnyOrder("app", "orders", "audit");
                });
    }

    @Test
    void databasesShareTheConnectionsThatCarryNoChangeSets() throws IOException {
        int port = NatsServer.freePort();
        URI connections = URI.create("http://127.0.0.1:" + port + "/connz");
        Pattern purpose = Pattern.compile("\"name\": \"n1[^\"]*\"");
        try (NatsServer server = NatsServer.start("http: \"127.0.0.1:" + port + "\"")) {
            node("n1")
                    .withPropertyValues("ha.sqlite.replication-url=" + server.url())
                    .run(context -> {
                        createTables(context);
                        await().untilAsserted(() -> {
                            try (InputStream answer = connections.toURL().openStream()) {
                                String open = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
                                assertThat(purpose.matcher(open).results())
                                        .as("two for each database, three for all: %s", open)
                                        .hasSize(3 * 2 + 3);
                            }
                        });
                    });
        }
    }

    @Test
    void eachDatabaseBearsTheLossOfTheServerInItsOwnWay() {
        try (NatsServer server = NatsServer.start()) {
            ApplicationContextRunner[] nodes = {node("n1"), node("n2")};
            for (int i = 0; i < nodes.length; i++) {
                nodes[i] = nodes[i].withConfiguration(
                                AutoConfigurations.of(HaSqliteHealthContributorAutoConfiguration.class))
                        .withPropertyValues(
                                "ha.sqlite.replication-url=" + server.url(), "ha.sqlite.publisher.timeout=2s");
            }
            nodes[0].run(one -> {
                createTables(one);
                nodes[1].run(two -> {
                    server.kill9();
                    await().untilAsserted(() ->
                            assertThat(health(one, "orders").getStatus()).isEqualTo(Status.OUT_OF_SERVICE));
                    jdbc(one, "audit").sql("INSERT INTO t VALUES(1, 'audit')").update();
                    assertThat(health(one, "audit").getStatus()).isEqualTo(Status.UP);
                    assertThat(health(one, "audit").getDetails()).containsKey("outage");
                    JdbcClient strict = jdbc(one, "orders");
                    assertThatExceptionOfType(DataAccessException.class)
                            .isThrownBy(() -> strict.sql("INSERT INTO t VALUES(1, 'lost')")
                                    .update());
                    server.restart();
                    await().ignoreExceptions()
                            .untilAsserted(() -> assertThat(strict.sql("INSERT INTO t VALUES(1, 'orders')")
                                            .update())
                                    .isOne());
                    await().ignoreExceptions()
                            .untilAsserted(() -> assertThat(jdbc(one)
                                            .sql("INSERT INTO t(id, x) VALUES(1, 'app') ON CONFLICT DO NOTHING")
                                            .update())
                                    .isNotNegative());
                    awaitContent(two);
                    awaitContent(one);
                });
            });
        }
    }

    private static Health health(ApplicationContext context, String database) {
        CompositeHealthContributor others =
                context.getBean("haSqliteDatabasesHealthContributor", CompositeHealthContributor.class);
        return ((HealthIndicator) others.getContributor(database)).health();
    }

    @Configuration(proxyBeanMethods = false)
    static class Migration {

        @Bean(defaultCandidate = false)
        @Qualifier("orders")
        FlywayMigrationInitializer ordersMigration(@Qualifier("orders") DataSource orders) {
            return new FlywayMigrationInitializer(Flyway.configure()
                    .dataSource(orders)
                    .locations("classpath:io/github/hasqlite/autoconfigure/migration")
                    .load());
        }
    }

    @Test
    void anotherDatabaseIsMigratedByOneNodeAtATime(CapturedOutput output) throws Exception {
        try (NatsServer server = NatsServer.start();
                JetStreamSnapshotStore other = JetStreamSnapshotStore.open(server.settings("orders")
                        .with(to -> to.stream("ha_replication_orders").subject("ha_replication_orders.orders")))) {
            AtomicReference<SnapshotStore.Lease> lease = new AtomicReference<>();
            await().ignoreExceptions().until(() -> {
                lease.set(other.tryLease("migration"));
                return lease.get() != null;
            });
            ExecutorService thread = Executors.newSingleThreadExecutor();
            try {
                Future<?> run = thread.submit(() -> node("second")
                        .withConfiguration(AutoConfigurations.of(
                                HaSqliteFlywayAutoConfiguration.class, FlywayAutoConfiguration.class))
                        .withUserConfiguration(Migration.class)
                        .withPropertyValues(
                                "ha.sqlite.replication-url=" + server.url(),
                                "spring.flyway.locations=classpath:io/github/hasqlite/autoconfigure/migration")
                        .run(context -> {
                            for (JdbcClient jdbc : List.of(jdbc(context), jdbc(context, "orders"))) {
                                assertThat(jdbc.sql("SELECT title FROM task")
                                                .query(String.class)
                                                .list())
                                        .containsExactly("migrated");
                            }
                        }));
                String waits = "Node second waits until another node has migrated the schema";
                await().until(() -> run.isDone() || output.getAll().contains(waits));
                assertThat(output).contains(waits);
                lease.get().close();
                run.get(1, TimeUnit.MINUTES);
            } finally {
                thread.shutdownNow();
            }
        }
    }

    /** Counts what is applied. */
    static class Counting implements ChangeSetInterceptor {

        final Set<String> applied = new ConcurrentSkipListSet<>();

        @Override
        public boolean beforeApply(ChangeSet changeSet, Connection connection) {
            changeSet.changes().forEach(change -> applied.add(String.valueOf(change.command())));
            return true;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Interceptors {

        @Bean
        Counting ofPrimary() {
            return new Counting();
        }

        @Bean
        @Qualifier("orders")
        Counting ofOrders() {
            return new Counting();
        }
    }

    @Test
    void interceptorsAreThePrimaryDatabasesUnlessTheyAreQualified() {
        try (NatsServer server = NatsServer.start()) {
            String url = "ha.sqlite.replication-url=" + server.url();
            node("n1").withPropertyValues(url).run(one -> {
                jdbc(one).sql("CREATE TABLE a(x)").update();
                jdbc(one, "orders").sql("CREATE TABLE o(x)").update();
                jdbc(one, "audit").sql("CREATE TABLE u(x)").update();
                node("n2")
                        .withPropertyValues(url)
                        .withUserConfiguration(Interceptors.class)
                        .run(two -> {
                            await().untilAsserted(() -> assertThat(two.getBean("ofPrimary", Counting.class).applied)
                                    .containsExactly("CREATE TABLE a(x)"));
                            await().untilAsserted(() -> assertThat(two.getBean("ofOrders", Counting.class).applied)
                                    .containsExactly("CREATE TABLE o(x)"));
                        });
            });
        }
    }
}
