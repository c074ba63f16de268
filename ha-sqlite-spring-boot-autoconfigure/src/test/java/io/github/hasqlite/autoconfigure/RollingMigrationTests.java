package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * One deployment after the other migrates the schema while two other nodes write without pause: it is
 * rebuilt, columns and tables are renamed and dropped, and no acknowledged row is missing at the end (rule R13). The
 * system property {@code ha.sqlite.test.migration-seconds} says how long.
 */
@Tag("system")
class RollingMigrationTests {

    private static final long SECONDS = Long.getLong("ha.sqlite.test.migration-seconds", 6);

    /** Each is one deployment; a number stands for the deployment's own, so that names are new. */
    private static final List<String> MIGRATIONS = List.of(
            "ALTER TABLE t ADD COLUMN c; UPDATE t SET c = v",
            "ALTER TABLE t RENAME COLUMN c TO d",
            "CREATE TABLE t_new(id INTEGER PRIMARY KEY, v TEXT NOT NULL, e TEXT);"
                    + "INSERT INTO t_new(id, v) SELECT id, v FROM t; DROP TABLE t; ALTER TABLE t_new RENAME TO t",
            "ALTER TABLE t RENAME TO t_old; CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT NOT NULL, r);"
                    + "INSERT INTO t SELECT id, v, random() FROM t_old; DROP TABLE t_old",
            "ALTER TABLE t DROP COLUMN r; CREATE TABLE side(a); INSERT INTO side VALUES(1)",
            "ALTER TABLE side RENAME TO other",
            "DROP TABLE other");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(value = CommitMode.class, names = "STRICT", mode = EnumSource.Mode.EXCLUDE)
    void noAcknowledgedRowIsMissing(CommitMode mode) throws Exception {
        Path migrations = Files.createDirectories(folder.resolve("migrations"));
        add(migrations, 1, "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT NOT NULL)");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        AtomicBoolean go = new AtomicBoolean(true);
        try (NatsServer server = NatsServer.start()) {
            deploy(server, mode, migrations);
            try (TestNode one = TestNode.open(server, folder.resolve("one.db"), "one", mode);
                    TestNode two = TestNode.open(server, folder.resolve("two.db"), "two", mode)) {
                List<Future<Set<Long>>> writers =
                        List.of(threads.submit(writer(one, 1, go)), threads.submit(writer(two, 2, go)));
                int version = 1;
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
                while (System.nanoTime() < end || version <= MIGRATIONS.size()) {
                    add(migrations, ++version, MIGRATIONS.get((version - 2) % MIGRATIONS.size()));
                    deploy(server, mode, migrations);
                }
                go.set(false);
                Set<Long> acknowledged = new TreeSet<>();
                for (Future<Set<Long>> writer : writers) {
                    acknowledged.addAll(writer.get(60, TimeUnit.SECONDS));
                }
                one.awaitAppliedOn(two);
                two.awaitAppliedOn(one);
                one.awaitAppliedOn(two);
                Set<Long> missing = new TreeSet<>(acknowledged);
                one.query("SELECT id FROM t").forEach(id -> missing.remove(Long.valueOf(id)));
                System.out.println(acknowledged.size() + " rows acknowledged in " + mode + " over " + (version - 1)
                        + " migrations, " + missing.size() + " missing");
                assertThat(missing).isEmpty();
                assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
                assertThat(one.query("SELECT kind, losing FROM ha_conflicts")).isEmpty();
            }
        } finally {
            go.set(false);
            threads.shutdownNow();
        }
    }

    private static void add(Path migrations, int version, String sql) throws IOException {
        Files.writeString(migrations.resolve("V" + version + "__step.sql"), sql + ";");
    }

    private static Callable<Set<Long>> writer(TestNode node, int number, AtomicBoolean go) {
        return () -> {
            Set<Long> acknowledged = new TreeSet<>();
            List<String> failures = new ArrayList<>();
            for (long id = number; go.get(); id += 2) {
                try (Connection connection = node.dataSource().getConnection();
                        PreparedStatement insert = connection.prepareStatement("INSERT INTO t(id, v) VALUES(?, ?)")) {
                    insert.setLong(1, id);
                    insert.setString(2, "row " + id);
                    insert.executeUpdate();
                    acknowledged.add(id);
                } catch (SQLException e) {
                    failures.add(e.toString());
                }
            }
            assertThat(failures).isEmpty();
            return acknowledged;
        };
    }

    /** A node starts, migrates, and stops when all it has done is in the stream. */
    private void deploy(NatsServer server, CommitMode mode, Path migrations) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SslAutoConfiguration.class,
                        HaSqliteAutoConfiguration.class,
                        HaSqliteFlywayAutoConfiguration.class,
                        FlywayAutoConfiguration.class))
                .withPropertyValues(
                        "spring.flyway.locations=filesystem:" + migrations,
                        "ha.sqlite.replication-id=test",
                        "ha.sqlite.commit-mode=" + mode,
                        "ha.sqlite.name=deployed",
                        "ha.sqlite.path=" + folder.resolve("deployed.db"),
                        "ha.sqlite.replication-url=" + server.url())
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Awaitility.await()
                            .atMost(Duration.ofMinutes(1))
                            .until(() -> context.getBean(io.github.hasqlite.HaSqliteDataSource.class)
                                            .replicationStatus()
                                            .outboxLength()
                                    == 0);
                });
    }
}
