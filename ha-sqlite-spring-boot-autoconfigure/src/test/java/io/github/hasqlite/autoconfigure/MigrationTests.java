package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.nats.JetStreamSnapshotStore;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Nodes that start at the same moment migrate the schema once between them. */
@Tag("system")
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class MigrationTests {

    private static final int NODES = 3;

    @TempDir
    private Path folder;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SslAutoConfiguration.class,
                    HaSqliteAutoConfiguration.class,
                    HaSqliteFlywayAutoConfiguration.class,
                    HaSqliteLiquibaseAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class));

    @Test
    void flywayMigratesOnOneOfThem(CapturedOutput output) throws Exception {
        startTogether(
                output,
                runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                        .withPropertyValues(
                                "spring.flyway.locations=classpath:io/github/hasqlite/autoconfigure/migration"),
                "SELECT version FROM flyway_schema_history ORDER BY installed_rank",
                "1",
                "2");
    }

    @Test
    void liquibaseMigratesOnOneOfThem(CapturedOutput output) throws Exception {
        startTogether(
                output,
                runner.withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
                        .withPropertyValues(
                                "spring.liquibase.change-log=classpath:io/github/hasqlite/autoconfigure/changelog.sql"),
                "SELECT id FROM databasechangelog ORDER BY orderexecuted",
                "1",
                "2");
    }

    private void startTogether(
            CapturedOutput output, ApplicationContextRunner migrating, String history, String... expected)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(NODES);
        try (NatsServer server = NatsServer.start();
                JetStreamSnapshotStore store = JetStreamSnapshotStore.open(NatsSettings.of(server.url(), "app"))) {
            SnapshotStore.Lease lease = store.tryLease("migration");
            List<Future<?>> nodes = new ArrayList<>();
            for (int i = 1; i <= NODES; i++) {
                ApplicationContextRunner node = migrating.withPropertyValues(
                        "ha.sqlite.replication-id=app",
                        "ha.sqlite.name=n" + i,
                        "ha.sqlite.path=" + folder.resolve("n" + i + ".db"),
                        "ha.sqlite.replication-url=" + server.url());
                nodes.add(threads.submit(() -> {
                    node.run(context -> assertMigratedOnce(context, history, expected));
                    return null;
                }));
            }
            // all have come to their migration, and none has begun it
            for (int i = 1; i <= NODES; i++) {
                String waiting = "Node n" + i + " waits until another node has migrated";
                Awaitility.await().until(() -> output.getAll().contains(waiting));
            }
            lease.close();
            for (Future<?> node : nodes) {
                node.get(120, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void assertMigratedOnce(AssertableApplicationContext context, String history, String... expected) {
        assertThat(context).hasNotFailed();
        JdbcClient jdbc = context.getBean(JdbcClient.class);
        assertThat(jdbc.sql(history).query(String.class).list()).containsExactly(expected);
        assertThat(jdbc.sql("SELECT title FROM task").query(String.class).list())
                .containsExactly("migrated");
        Awaitility.await()
                .untilAsserted(() -> assertThat(context.getBean(HaSqliteDataSource.class)
                                .replicationStatus()
                                .outboxLength())
                        .isZero());
    }

    /** Another node writes without pause, and what the migration copies cannot be copied anew at its place. */
    @Test
    void liquibaseIsRunAgainWhenItGaveWay(CapturedOutput output) throws Exception {
        Path changelog = folder.resolve("changelog.sql");
        Files.writeString(
                changelog,
                "--liquibase formatted sql\n--changeset one:0\nCREATE TABLE t(id INTEGER PRIMARY KEY, v, r);\n");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        AtomicBoolean go = new AtomicBoolean(true);
        try (NatsServer server = NatsServer.start();
                TestNode writer = TestNode.open(server, folder.resolve("writer.db"), "writer")) {
            liquibase(server, changelog);
            Future<Integer> written = thread.submit(() -> {
                int rows = 0;
                while (go.get()) {
                    writer.execute("INSERT INTO t(id, v) VALUES(" + ++rows + ", 'v')");
                }
                return rows;
            });
            int changeSets = 1;
            while (!output.getAll().contains("The migration gave way")) {
                Files.writeString(
                        changelog,
                        "\n--changeset one:" + changeSets++ + "\nALTER TABLE t RENAME TO t_old;\n"
                                + "CREATE TABLE t(id INTEGER PRIMARY KEY, v, r);\n"
                                + "INSERT INTO t SELECT id, v, random() FROM t_old;\nDROP TABLE t_old;\n",
                        StandardOpenOption.APPEND);
                liquibase(server, changelog);
            }
            go.set(false);
            int rows = written.get(60, TimeUnit.SECONDS);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(writer.query("SELECT count(*) FROM databasechangelog"))
                            .containsExactly(
                                    String.valueOf(writer.query("SELECT max(id + 0) + 1 FROM databasechangelog")
                                            .get(0))));
            assertThat(writer.query("SELECT max(id + 0) + 1 FROM databasechangelog"))
                    .containsExactly(String.valueOf(changeSets));
            assertThat(writer.query("SELECT count(*) FROM t")).containsExactly(String.valueOf(rows));
        } finally {
            go.set(false);
            thread.shutdownNow();
        }
    }

    private void liquibase(NatsServer server, Path changelog) {
        runner.withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
                .withPropertyValues(
                        "spring.liquibase.change-log=" + changelog.toUri(),
                        "ha.sqlite.replication-id=test",
                        "ha.sqlite.commit-mode=async",
                        "ha.sqlite.name=migrating",
                        "ha.sqlite.path=" + folder.resolve("migrating.db"),
                        "ha.sqlite.replication-url=" + server.url())
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    HaSqliteDataSource dataSource = context.getBean(HaSqliteDataSource.class);
                    Awaitility.await()
                            .untilAsserted(() -> assertThat(
                                            dataSource.replicationStatus().outboxLength())
                                    .isZero());
                });
    }

    @Test
    void aReadReplicaWaitsForFlywayOfAnotherNode(CapturedOutput output) throws Exception {
        replicaWaits(
                output,
                runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                        .withPropertyValues(
                                "spring.flyway.locations=classpath:io/github/hasqlite/autoconfigure/migration"));
    }

    @Test
    void aReadReplicaWaitsForLiquibaseOfAnotherNode(CapturedOutput output) throws Exception {
        replicaWaits(
                output,
                runner.withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
                        .withPropertyValues(
                                "spring.liquibase.change-log=classpath:io/github/hasqlite/autoconfigure/changelog.sql"));
    }

    private void replicaWaits(CapturedOutput output, ApplicationContextRunner migrating) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (NatsServer server = NatsServer.start()) {
            ApplicationContextRunner node = migrating.withPropertyValues(
                    "ha.sqlite.replication-id=app", "ha.sqlite.replication-url=" + server.url());
            ApplicationContextRunner replica = node.withPropertyValues(
                    "ha.sqlite.name=replica",
                    "ha.sqlite.path=" + folder.resolve("replica.db"),
                    "ha.sqlite.publisher.enabled=false");
            Future<List<String>> titles = thread.submit(() -> {
                List<String> found = new ArrayList<>();
                replica.run(context -> {
                    assertThat(context).hasNotFailed();
                    found.addAll(context.getBean(JdbcClient.class)
                            .sql("SELECT title FROM task")
                            .query(String.class)
                            .list());
                });
                return found;
            });
            Awaitility.await()
                    .until(() -> output.getAll()
                            .contains(
                                    "Node replica is a read replica and waits until a node that writes has migrated"));
            node.withPropertyValues("ha.sqlite.name=writer", "ha.sqlite.path=" + folder.resolve("writer.db"))
                    .run(writer -> {
                        assertThat(writer).hasNotFailed();
                        assertThat(titles.get(60, TimeUnit.SECONDS)).containsExactly("migrated");
                    });
            // with nobody who writes, and something to do no more
            replica.withPropertyValues("ha.sqlite.bootstrap.timeout=10s")
                    .run(context -> assertThat(context).hasNotFailed());
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aReadReplicaLeavesScriptsToTheNodesThatWrite(CapturedOutput output) {
        try (NatsServer server = NatsServer.start()) {
            ApplicationContextRunner node = runner.withConfiguration(AutoConfigurations.of(
                            HaSqliteScriptsAutoConfiguration.class, DataSourceInitializationAutoConfiguration.class))
                    .withPropertyValues(
                            "spring.sql.init.mode=always",
                            "spring.sql.init.schema-locations=classpath:io/github/hasqlite/autoconfigure/migration/V1__task.sql",
                            "spring.sql.init.data-locations=classpath:io/github/hasqlite/autoconfigure/migration/V2__first_task.sql",
                            "ha.sqlite.replication-id=app",
                            "ha.sqlite.replication-url=" + server.url());
            node.withPropertyValues("ha.sqlite.name=writer", "ha.sqlite.path=" + folder.resolve("writer.db"))
                    .run(writer -> assertThat(writer).hasNotFailed());
            node.withPropertyValues(
                            "ha.sqlite.name=replica",
                            "ha.sqlite.path=" + folder.resolve("replica.db"),
                            "ha.sqlite.publisher.enabled=false")
                    .run(replica -> assertThat(replica.getBean(JdbcClient.class)
                                    .sql("SELECT title FROM task")
                                    .query(String.class)
                                    .list())
                            .containsExactly("migrated"));
        }
        assertThat(output).contains("Node replica is a read replica and runs no scripts");
    }

    @Test
    void aReadReplicaThatWaitsInVainSaysForWhat() {
        try (NatsServer server = NatsServer.start()) {
            runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                    .withPropertyValues(
                            "spring.flyway.locations=classpath:io/github/hasqlite/autoconfigure/migration",
                            "ha.sqlite.name=replica",
                            "ha.sqlite.path=" + folder.resolve("replica.db"),
                            "ha.sqlite.replication-url=" + server.url(),
                            "ha.sqlite.publisher.enabled=false",
                            "ha.sqlite.bootstrap.timeout=2s")
                    .run(context -> assertThat(context.getStartupFailure())
                            .rootCause()
                            .isInstanceOf(SQLException.class)
                            .satisfies(root -> assertThat(context.getStartupFailure())
                                    .hasStackTraceContaining(
                                            "node replica is a read replica, and no node that writes has"
                                                    + " done the migration 'flywayInitializer' in PT2S")));
        }
    }
}
