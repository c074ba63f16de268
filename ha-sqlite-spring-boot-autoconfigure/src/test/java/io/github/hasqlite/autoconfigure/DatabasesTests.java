package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
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
import java.util.concurrent.atomic.AtomicReference;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.nats.JetStreamSnapshotStore;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.junit.jupiter.api.extension.ExtendWith;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;
import org.flywaydb.core.Flyway;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.javapoet.ClassName;
import org.springframework.boot.health.contributor.Health;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.springframework.dao.DataAccessException;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.diagnostics.FailureAnalysis;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.github.hasqlite.actuate.HaSqliteHealthContributorAutoConfiguration;
import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.actuate.HaSqliteMetricsAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.test.util.AopTestUtils;
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
import org.sqlite.SQLiteException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** Application contexts with several databases, with a real nats-server. */
@Tag("nats")
@ExtendWith(OutputCaptureExtension.class)
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
            assertThat(AopTestUtils.<Service>getTargetObject(service).orders)
                    .isSameAs(orders);
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

    private static void createTables(ApplicationContext context) {
        for (JdbcClient jdbc : List.of(jdbc(context), jdbc(context, "orders"), jdbc(context, "audit"))) {
            jdbc.sql("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)").update();
        }
    }

    @Test
    void readOnlyConnectionsSeeTheOthersAsSchemas() {
        node("n1").withPropertyValues(EMBEDDED).run(context -> {
            createTables(context);
            jdbc(context).sql("CREATE TABLE here(x)").update();
            jdbc(context).sql("INSERT INTO t VALUES(1, 'app')").update();
            jdbc(context, "orders").sql("INSERT INTO t VALUES(1, 'orders')").update();
            jdbc(context, "orders").sql("CREATE TABLE there(x)").update();
            jdbc(context, "audit").sql("INSERT INTO t VALUES(1, 'audit')").update();
            String join = "SELECT %s.x || ' ' || o.x || ' ' || audit.t.x FROM %s JOIN %s o USING(id) JOIN audit.t USING(id)";
            try (Connection connection = readOnly(context.getBean(DataSource.class));
                    Statement statement = connection.createStatement()) {
                assertThat(value(statement, join.formatted("main.t", "main.t", "orders.t")))
                        .isEqualTo("app orders audit");
                jdbc(context, "orders").sql("UPDATE t SET x = 'changed'").update();
                assertThat(value(statement, "SELECT x FROM orders.t")).isEqualTo("changed");
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.executeUpdate("INSERT INTO orders.t(x) VALUES('b')"))
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("25006"));
                try (ResultSet tables = connection.getMetaData().getTables(null, null, "%here", null)) {
                    assertThat(tables.next()).isTrue();
                    assertThat(tables.getString("TABLE_NAME")).isEqualTo("here");
                    assertThat(tables.next()).isFalse();
                }
            }
            try (Connection connection = readOnly(context.getBean("ordersDataSource", DataSource.class));
                    Statement statement = connection.createStatement()) {
                assertThat(value(statement, "SELECT app.t.x FROM t JOIN app.t USING(id)"))
                        .isEqualTo("app");
            }
            JdbcClient writing = jdbc(context);
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(
                            () -> writing.sql("INSERT INTO orders.t(x) VALUES('b')").update())
                    .withStackTraceContaining("no such table: orders.t")
                    .withStackTraceContaining("write to it through its own data source");
            try (Connection connection = context.getBean(DataSource.class).getConnection();
                    Statement statement = connection.createStatement()) {
                assertThatExceptionOfType(SQLiteException.class)
                        .isThrownBy(() -> statement.executeUpdate("DELETE FROM Orders.t"))
                        .withMessageContaining("write to it through its own data source")
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("42P01"));
            }
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> writing.sql("ATTACH '" + folder.resolve("n1/orders.db") + "' AS other")
                            .update())
                    .withStackTraceContaining("past which nothing would be replicated");
            assertThat(jdbc(context, "orders")
                            .sql("SELECT count(*) FROM t")
                            .query(Integer.class)
                            .single())
                    .isOne();
        });
    }

    @Test
    void databasesThatAreNotJoinedDoNotSeeEachOther() {
        node("n1").withPropertyValues("ha.sqlite.joins=false").run(context -> {
            createTables(context);
            try (Connection connection = readOnly(context.getBean(DataSource.class));
                    Statement statement = connection.createStatement()) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> value(statement, "SELECT x FROM orders.t"))
                        .withMessageContaining("no such table: orders.t");
            }
        });
    }

    @Test
    void elevenDatabasesAreJoinedAndTwelveAreRefused() {
        ApplicationContextRunner eleven = contextRunner.withPropertyValues(
                "ha.sqlite.path=" + folder.resolve("app.db"), "ha.sqlite.pool.readers=1");
        for (int i = 1; i <= 10; i++) {
            eleven = eleven.withPropertyValues(
                    "ha.sqlite.databases.d" + i + ".path=" + folder.resolve("d" + i + ".db"));
        }
        eleven.run(context -> {
            jdbc(context, "d10").sql("CREATE TABLE t AS SELECT 'ten' AS x").update();
            try (Connection connection = readOnly(context.getBean("d1DataSource", DataSource.class));
                    Statement statement = connection.createStatement()) {
                assertThat(value(statement, "SELECT x FROM d10.t")).isEqualTo("ten");
            }
        });
        ApplicationContextRunner twelve =
                eleven.withPropertyValues("ha.sqlite.databases.d11.path=" + folder.resolve("d11.db"));
        twelve.run(context ->
                assertFailure(context, "there are 12 databases, and SQLite attaches 10", "Set ha.sqlite.joins to false"));
        twelve.withPropertyValues("ha.sqlite.joins=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static Connection readOnly(DataSource dataSource) throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setReadOnly(true);
        return connection;
    }

    private static String value(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static void assertFailure(AssertableApplicationContext context, String problem, String action) {
        assertThat(context).as(problem).hasFailed();
        FailureAnalysis analysis = StartFailureAnalysisTests.analyze(context.getStartupFailure(), new MockEnvironment());
        assertThat(analysis.getDescription()).contains(problem);
        assertThat(analysis.getAction()).contains(action);
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
                    await().untilAsserted(
                                    () -> assertThat(((HealthIndicator) others.getContributor("orders")).health())
                                            .satisfies(health -> {
                                                assertThat(health.getStatus()).isEqualTo(Status.UP);
                                                assertThat(health.getDetails())
                                                        .containsEntry("leader", "n1")
                                                        .containsEntry("members", List.of("n1"))
                                                        .containsKey("serverVersion");
                                            }));
                    SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
                    context.getBeansOfType(MeterBinder.class)
                            .values()
                            .forEach(binder -> binder.bindTo(registry));
                    assertThat(registry.get("ha.sqlite.connected").gauges())
                            .extracting(gauge -> gauge.getId().getTag("database"))
                            .containsExactlyInAnyOrder("app", "orders", "audit");
                });
    }

    @Test
    void whatCannotBeADatabaseIsRefused() throws IOException {
        Path data = Files.createDirectories(folder.resolve("n1"));
        refused("ha.sqlite.databases.main.path=x.db", "Invalid value 'main'", "ha.sqlite.databases");
        refused("ha.sqlite.databases.app.path=x.db", "app is the one of ha.sqlite.path", "ha.sqlite.databases");
        refused("ha.sqlite.databases.order-items.path=x.db", "Invalid value 'order-items'", "ha.sqlite.databases");
        refused("ha.sqlite.databases.orders.name=n2", "ha.sqlite.databases.orders.name", "ha.sqlite.databases");
        refused(
                "ha.sqlite.databases.orders.nats.embedded.port=1",
                "All databases share the embedded server",
                "ha.sqlite.databases.orders.nats.embedded");
        refused("ha.sqlite.databases.orders.nonsense=1", "ha.sqlite.databases.orders.nonsense", "Correct the name");
        refused(
                "ha.sqlite.databases.orders.path=",
                "no file is configured for the database orders",
                "Set ha.sqlite.databases.orders.path");
        refused(
                "ha.sqlite.databases.orders.path=jdbc:x",
                "ha.sqlite.databases.orders.path is 'jdbc:x'",
                "Set ha.sqlite.databases.orders.path to a plain path");
        refused(
                "ha.sqlite.databases.orders.path=" + data.resolve("../n1/./app.db"),
                "the databases app and orders have one file",
                "Set ha.sqlite.databases.orders.path");
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), data.resolve("app.db"));
        refused(
                "ha.sqlite.databases.orders.path=" + link,
                "the databases app and orders have one file",
                "Set ha.sqlite.databases.orders.path");
        Path linkedFolder = Files.createSymbolicLink(folder.resolve("linked"), data);
        refused(
                "ha.sqlite.databases.orders.path=" + linkedFolder.resolve("audit.db"),
                "the databases audit and orders have one file",
                "to a file of its own");
        refused(
                "ha.sqlite.databases.orders.pool.writers=0",
                "ha.sqlite.databases.orders.pool.writers",
                "Set ha.sqlite.databases.orders.pool.writers");
        Path text = Files.writeString(folder.resolve("text.db"), "this is no database");
        refused(
                "ha.sqlite.databases.orders.path=" + text,
                "database orders (ha.sqlite.databases.orders): " + text + " is not a SQLite database",
                "Set ha.sqlite.databases.orders.path to a SQLite database");
        assertThat(data).as("what is refused has begun nothing").isEmptyDirectory();
    }

    @Test
    void databasesThatCannotShareAStreamAreRefused() {
        String server = "ha.sqlite.replication-url=nats://127.0.0.1:1";
        refused(
                "ha.sqlite.databases.audit.stream=ha_replication",
                "share the stream ha_replication, but are not alike",
                "Leave out ha.sqlite.databases.audit.stream",
                server);
        refused(
                "ha.sqlite.databases.audit.stream=ha_replication",
                "have one replication id there, app",
                "Set ha.sqlite.databases.audit.replication-id",
                server,
                "ha.sqlite.databases.audit.commit-mode=sync",
                "ha.sqlite.databases.audit.replication-id=app");
    }

    private void refused(String property, String problem, String action, String... more) {
        node("n1").withPropertyValues(property)
                .withPropertyValues(more)
                .run(context -> assertFailure(context, problem, action));
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
                    await().untilAsserted(() -> assertThat(health(one, "orders").getStatus())
                            .isEqualTo(Status.OUT_OF_SERVICE));
                    jdbc(one, "audit").sql("INSERT INTO t VALUES(1, 'audit')").update();
                    assertThat(health(one, "audit").getStatus()).isEqualTo(Status.UP);
                    assertThat(health(one, "audit").getDetails()).containsKey("outage");
                    JdbcClient strict = jdbc(one, "orders");
                    assertThatExceptionOfType(DataAccessException.class)
                            .isThrownBy(() ->
                                    strict.sql("INSERT INTO t VALUES(1, 'lost')").update());
                    server.restart();
                    await().ignoreExceptions()
                            .untilAsserted(() -> assertThat(
                                            strict.sql("INSERT INTO t VALUES(1, 'orders')")
                                                    .update())
                                    .isOne());
                    await().ignoreExceptions()
                            .untilAsserted(() -> assertThat(
                                            jdbc(one).sql("INSERT INTO t(id, x) VALUES(1, 'app') ON CONFLICT DO NOTHING")
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
                node("n2").withPropertyValues(url)
                        .withUserConfiguration(Interceptors.class)
                        .run(two -> {
                            await().untilAsserted(() -> assertThat(
                                            two.getBean("ofPrimary", Counting.class).applied)
                                    .containsExactly("CREATE TABLE a(x)"));
                            await().untilAsserted(() -> assertThat(
                                            two.getBean("ofOrders", Counting.class).applied)
                                    .containsExactly("CREATE TABLE o(x)"));
                        });
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    @PropertySource("classpath:io/github/hasqlite/autoconfigure/databases.properties")
    static class LateProperties {}

    @Test
    void databasesAreFoundInEnvironmentVariablesAndInPropertySourcesOfTheApplication() {
        contextRunner
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("app.db"), "test.folder=" + folder)
                .withUserConfiguration(LateProperties.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment",
                                Map.of(
                                        "HA_SQLITE_DATABASES_VARIABLE_PATH",
                                        folder.resolve("variable.db").toString(),
                                        "HA_SQLITE_DATABASES_VARIABLE_POOL_READERS",
                                        "3",
                                        "HA_SQLITE_DATABASES_ABSENT_ENABLED",
                                        "false"))))
                .run(context -> {
                    assertThat(context.getBeansOfType(HaSqliteDataSource.class))
                            .containsOnlyKeys("dataSource", "lateDataSource", "variableDataSource");
                    assertThat(context.getBeansOfType(Database.class).values())
                            .extracting(Database::name, database -> database.properties().pool().readers())
                            .containsExactlyInAnyOrder(tuple("late", 2), tuple("variable", 3));
                });
    }

    @Test
    void whatCannotStartSaysWhichDatabaseItIs() {
        try (NatsServer server = NatsServer.start("authorization { user: u, password: geheim }")) {
            refused(
                    "ha.sqlite.databases.orders.replication-url=" + server.url(),
                    "database orders (ha.sqlite.databases.orders): ",
                    "Set either ha.sqlite.databases.orders.nats.user");
        }
    }

    @Test
    void contextsAreProcessedAheadOfTime() {
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        TestPropertyValues.of(
                        "ha.sqlite.path=" + folder.resolve("app.db"),
                        "ha.sqlite.replication-url=nats://127.0.0.1:1",
                        "ha.sqlite.databases.orders.path=" + folder.resolve("orders.db"))
                .applyTo(context);
        context.register(HaSqliteAutoConfiguration.class);
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("io.github.hasqlite.autoconfigure", "Application")), files);
        new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        generation.writeGeneratedContent();
        String sources = files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE).keySet().stream()
                .map(file -> content(files, file))
                .collect(Collectors.joining());
        assertThat(sources)
                .contains("ordersDataSource", "ordersTransactionManager", "ordersClusterLeader")
                .contains("setDefaultCandidate(false)", "AutowireCandidateQualifier");
    }

    private static String content(InMemoryGeneratedFiles files, String file) {
        try {
            return files.getGeneratedFileContent(GeneratedFiles.Kind.SOURCE, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
