package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.LeadershipGained;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.actuate.HaSqliteHealthContributorAutoConfiguration;
import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Replication that starts only when the application says so. */
@Tag("system")
class AutoStartTests {

    @TempDir
    private Path folder;

    private NatsServer server;
    private TestNode other;

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    private void openOther(CommitMode mode) throws SQLException {
        other = TestNode.open(server, folder.resolve("other.db"), "other", mode);
        other.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        other.execute("INSERT INTO t VALUES(1, 'before')");
    }

    @AfterEach
    void close() {
        if (other != null) {
            other.close();
        }
        server.close();
    }

    /** Notes that its application leads. */
    static class Told {

        final List<LeadershipGained> gained = new CopyOnWriteArrayList<>();

        @EventListener
        void gained(LeadershipGained event) {
            gained.add(event);
        }
    }

    private ApplicationContextRunner node(String... properties) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        HaSqliteAutoConfiguration.class,
                        HaSqliteFlywayAutoConfiguration.class,
                        HaSqliteHealthContributorAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        JdbcClientAutoConfiguration.class))
                .withBean(Told.class)
                .withPropertyValues(
                        "ha.sqlite.auto-start=false",
                        "ha.sqlite.replication-id=test",
                        "ha.sqlite.replication-url=" + server.url(),
                        "ha.sqlite.name=n1",
                        "ha.sqlite.path=" + folder.resolve("n1.db"))
                .withPropertyValues(properties);
    }

    private static Health health(ApplicationContext context) {
        return context.getBean(HaSqliteHealthIndicator.class).health();
    }

    private static long count(JdbcClient jdbc) {
        return jdbc.sql("SELECT count(*) FROM t").query(Long.class).single();
    }

    @ParameterizedTest
    @EnumSource
    void untilItIsStartedTheDatabaseCanBeReadAndNotWritten(CommitMode mode) throws Exception {
        openOther(mode);
        String commitMode = "ha.sqlite.commit-mode=" + mode;
        node(commitMode)
                .run(context -> context.getBean(HaSqliteDataSource.class).start());
        other.execute("INSERT INTO t VALUES(2, 'while it was away')");
        node(commitMode).run(context -> {
            HaSqliteDataSource dataSource = context.getBean(HaSqliteDataSource.class);
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            assertThat(dataSource.isStarted()).isFalse();
            assertThat(count(jdbc)).isEqualTo(1);
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> jdbc.sql("INSERT INTO t VALUES(3, 'x')").update())
                    .withMessageContaining("readonly");
            assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(String.valueOf(health(context).getDetails().get("outage")))
                    .contains("HaSqliteDataSource.start() starts it");

            dataSource.start();

            assertThat(dataSource.isStarted()).isTrue();
            assertThat(count(jdbc)).isEqualTo(2);
            jdbc.sql("INSERT INTO t VALUES(3, 'x')").update();
            await().untilAsserted(() ->
                    assertThat(other.query("SELECT count(*) FROM t")).containsExactly("3"));
            await().untilAsserted(() -> assertThat(health(context).getStatus()).isEqualTo(Status.UP));
            dataSource.start();
        });
    }

    @Test
    void onlyAStartedNodeLeads() {
        node().run(context -> {
            context.getBean(HaSqliteDataSource.class).start();
            await().untilAsserted(
                            () -> assertThat(context.getBean(Told.class).gained).isNotEmpty());
        });
        node().run(context -> {
            assertThat(context.getBean(Told.class).gained).isEmpty();
            assertThat(context.getBean(ClusterLeader.class).isLeader()).isFalse();
        });
    }

    @Test
    void aStartThatFailsCanBeRepeated() throws Exception {
        openOther(CommitMode.SYNC);
        CountDownLatch mayApply = new CountDownLatch(1);
        node("ha.sqlite.bootstrap.timeout=500ms")
                .withBean(ChangeSetInterceptor.class, () -> new ChangeSetInterceptor() {
                    @Override
                    public boolean beforeApply(ChangeSet changeSet, Connection connection) {
                        try {
                            return mayApply.await(60, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                })
                .run(context -> {
                    HaSqliteDataSource dataSource = context.getBean(HaSqliteDataSource.class);
                    assertThatExceptionOfType(ReplicationStartException.class)
                            .isThrownBy(dataSource::start)
                            .withMessageContaining("catching up with the stream took longer than PT0.5S");
                    assertThat(dataSource.isStarted()).isFalse();
                    mayApply.countDown();
                    await().ignoreExceptions().until(() -> {
                        dataSource.start();
                        return true;
                    });
                    assertThat(count(context.getBean(JdbcClient.class))).isEqualTo(1);
                });
    }

    @Test
    void migrationsAtTheStartOfTheApplicationAreRefusedWithAWayOut() {
        node("spring.flyway.locations=classpath:io/github/hasqlite/autoconfigure/migration")
                .withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ReplicationStartException.class)
                        .hasMessageContaining("ha.sqlite.auto-start is false"));
    }

    @Test
    void aClosedDataSourceCannotBeStarted() {
        node().run(context -> {
            HaSqliteDataSource dataSource = context.getBean(HaSqliteDataSource.class);
            dataSource.close();
            assertThatIllegalStateException().isThrownBy(dataSource::start);
        });
    }
}
