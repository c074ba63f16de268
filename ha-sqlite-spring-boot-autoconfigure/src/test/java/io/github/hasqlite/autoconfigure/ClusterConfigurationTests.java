package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.LeadershipGained;
import io.github.hasqlite.LeadershipLost;
import io.github.hasqlite.MemberJoined;
import io.github.hasqlite.MemberLeft;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.actuate.HaSqliteHealthContributorAutoConfiguration;
import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Application contexts that know each other and who leads. */
@Tag("system")
class ClusterConfigurationTests {

    @TempDir
    private Path folder;

    private NatsServer server;

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** Notes what an application is told. */
    static class Told {

        final List<String> events = new CopyOnWriteArrayList<>();

        @EventListener
        void joined(MemberJoined event) {
            events.add("+" + event.member().name());
        }

        @EventListener
        void left(MemberLeft event) {
            events.add("-" + event.member().name());
        }

        @EventListener
        void gained(LeadershipGained event) {
            events.add("leads");
        }

        @EventListener
        void lost(LeadershipLost event) {
            events.add("lost");
        }
    }

    private ApplicationContextRunner node(String name) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        HaSqliteAutoConfiguration.class,
                        HaSqliteHealthContributorAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        JdbcClientAutoConfiguration.class))
                .withBean(Told.class)
                .withPropertyValues(
                        "ha.sqlite.replication-id=app",
                        "ha.sqlite.replication-url=" + server.url(),
                        "ha.sqlite.publisher.timeout=3s",
                        "ha.sqlite.members.age=2s",
                        "ha.sqlite.members.address=http://" + name + ":8080/",
                        "ha.sqlite.leader.lease=2s",
                        "ha.sqlite.name=" + name,
                        "ha.sqlite.path=" + folder.resolve(name).resolve("app.db"));
    }

    private static Health health(ApplicationContext context) {
        return context.getBean(HaSqliteHealthIndicator.class).health();
    }

    private static List<String> events(ApplicationContext context) {
        return context.getBean(Told.class).events;
    }

    private static JdbcClient jdbc(ApplicationContext context) {
        return context.getBean(JdbcClient.class);
    }

    @Test
    void theContextIsToldWhoComesWhoGoesAndWhoLeads() {
        node("n1").run(one -> {
            await().untilAsserted(() -> assertThat(events(one)).containsExactly("leads"));
            node("n2").run(two -> {
                await().untilAsserted(() -> {
                    assertThat(events(one)).containsExactly("leads", "+n2");
                    assertThat(events(two)).containsExactly("+n1");
                    assertThat(health(two).getDetails())
                            .containsEntry("members", List.of("n2", "n1"))
                            .containsEntry("leader", "n1");
                });
                assertThat(two.getBean(ClusterLeader.class).leader())
                        .isEqualTo(new ClusterLeader.Leader(
                                "n1",
                                "http://n1:8080",
                                one.getBean(ClusterLeader.class).token()));
                assertThat(health(two).getDetails()).doesNotContainKey("sameName");
                // what a cache of contexts does with one that nobody needs for a while
                one.getSourceApplicationContext().stop();
                await().untilAsserted(() -> assertThat(events(two)).containsExactlyInAnyOrder("+n1", "-n1", "leads"));
                one.getSourceApplicationContext().start();
                await().untilAsserted(
                                () -> assertThat(events(two)).containsExactlyInAnyOrder("+n1", "-n1", "leads", "+n1"));
            });
            await().untilAsserted(() -> assertThat(events(one)).endsWith("leads"));
            assertThat(events(one)).filteredOn("lost"::equals).hasSize(1);
        });
    }

    @Test
    void aNodeReadsWhatAnotherHasWrittenOnceItHasReachedThePosition() {
        node("n1")
                .run(one -> node("n2").run(two -> {
                    jdbc(one).sql("CREATE TABLE t(id INTEGER PRIMARY KEY)").update();
                    for (int i = 1; i <= 20; i++) {
                        jdbc(one).sql("INSERT INTO t VALUES(?)").param(i).update();
                        long position = one.getBean(ReplicationPosition.class).ofLastCommit(Duration.ofSeconds(60));
                        two.getBean(ReplicationPosition.class).await(position, Duration.ofSeconds(60));
                        assertThat(jdbc(two)
                                        .sql("SELECT count(*) FROM t")
                                        .query(Integer.class)
                                        .single())
                                .isEqualTo(i);
                    }
                }));
    }

    @Test
    void aNodeThatWasRemovedSaysSoAndGoesOnWhenItIsLetIn() {
        node("n1").run(one -> {
            jdbc(one).sql("CREATE TABLE t(id INTEGER PRIMARY KEY)").update();
            node("n2").run(two -> {
                await().untilAsserted(() -> assertThat(events(one)).contains("+n2"));
                assertThat(health(two).getStatus()).isEqualTo(Status.UP);
                one.getBean(ClusterMembers.class).remove("n2");
                await().untilAsserted(() -> assertThat(health(two).getStatus()).isEqualTo(Status.DOWN));
                assertThat(health(two).getDetails().get("halted"))
                        .asString()
                        .contains("node n2 was removed from the cluster by node n1");
                assertThatExceptionOfType(DataAccessException.class)
                        .isThrownBy(
                                () -> jdbc(two).sql("INSERT INTO t VALUES(2)").update())
                        .withMessageContaining("node n2 was removed from the cluster by node n1")
                        .withMessageContaining("do not repeat it");
                assertThat(two.getBean(HaSqliteDataSource.class).retryReplication())
                        .isFalse();
                jdbc(one).sql("INSERT INTO t VALUES(1)").update();
                assertThat(count(one)).isEqualTo(1);
                assertThat(count(two)).isEqualTo(1);
                one.getBean(ClusterMembers.class).admit("n2");
                await().untilAsserted(() -> {
                    assertThat(health(two).getStatus()).isEqualTo(Status.UP);
                    assertThat(count(one)).isEqualTo(2);
                    assertThat(count(two)).isEqualTo(2);
                });
                one.getBean(ClusterMembers.class).remove("n2");
                await().untilAsserted(() -> assertThat(health(two).getStatus()).isEqualTo(Status.DOWN));
            });
            node("n2")
                    .run(two -> assertThat(two)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(ReplicationStartException.class)
                            .hasMessageContaining("node n2 was removed from the cluster by node n1"));
            one.getBean(ClusterMembers.class).admit("n2");
            node("n2").run(two -> assertThat(two).hasNotFailed());
            node("n1")
                    .withPropertyValues("ha.sqlite.path=" + folder.resolve("other.db"))
                    .run(twin -> assertThat(twin)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(ReplicationStartException.class)
                            .hasMessageContaining("another node with the name n1 is running"));
        });
    }

    @Test
    void aLeaderThatIsRemovedLeadsNoMore() {
        node("n1").run(one -> {
            await().until(one.getBean(ClusterLeader.class)::isLeader);
            node("n2").run(two -> {
                await().untilAsserted(() -> assertThat(events(two)).contains("+n1"));
                two.getBean(ClusterMembers.class).remove("n1");
                await().until(two.getBean(ClusterLeader.class)::isLeader);
                assertThat(one.getBean(ClusterLeader.class).isLeader()).isFalse();
                assertThat(events(one)).contains("leads", "lost");
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> one.getBean(ClusterMembers.class).admit("n1"))
                        .withMessageContaining("do so on another node");
            });
        });
    }

    @Test
    void whereNothingIsReplicatedTheOneNodeLeads() {
        node("n1").withPropertyValues("ha.sqlite.replication-url=").run(context -> {
            assertThat(context).hasNotFailed();
            ClusterLeader leader = context.getBean(ClusterLeader.class);
            assertThat(leader.isLeader()).isTrue();
            assertThat(leader.leader()).isEqualTo(new ClusterLeader.Leader("n1", "http://n1:8080", 1));
            assertThat(context.getBean(ClusterMembers.class).list())
                    .extracting(ClusterMember::name)
                    .containsExactly("n1");
            assertThat(events(context)).containsExactly("leads");
        });
    }

    @Test
    void aNodeThatWasRemovedAndStartedWithoutTheStreamGoesOnWhenItIsLetIn() {
        String keepsWorking = "ha.sqlite.commit-mode=async";
        node("n1").withPropertyValues(keepsWorking).run(one -> {
            jdbc(one).sql("CREATE TABLE t(id INTEGER PRIMARY KEY)").update();
            node("n2")
                    .withPropertyValues(keepsWorking)
                    .run(two ->
                            await().untilAsserted(() -> assertThat(count(two)).isZero()));
            one.getBean(ClusterMembers.class).remove("n2");
            server.stop();
            node("n2").withPropertyValues(keepsWorking).run(two -> {
                jdbc(two).sql("INSERT INTO t VALUES(1)").update();
                server.restart();
                await().untilAsserted(() -> assertThat(health(two).getDetails().get("halted"))
                        .asString()
                        .contains("node n2 was removed from the cluster by node n1"));
                assertThat(health(two).getStatus()).isEqualTo(Status.DOWN);
                await().untilAsserted(() -> assertThat(health(one).getStatus()).isEqualTo(Status.UP));
                assertThat(count(one)).isZero();
                one.getBean(ClusterMembers.class).admit("n2");
                await().untilAsserted(() -> {
                    assertThat(health(two).getStatus()).isEqualTo(Status.UP);
                    assertThat(count(one)).isEqualTo(1);
                });
            });
        });
    }

    private static int count(ApplicationContext context) {
        return jdbc(context).sql("SELECT count(*) FROM t").query(Integer.class).single();
    }

    @Test
    void bothCanBeSwitchedOffAndBadValuesAreRefused() {
        node("n1")
                .withPropertyValues("ha.sqlite.members.enabled=false", "ha.sqlite.leader.enabled=false")
                .run(one -> {
                    assertThat(one).doesNotHaveBean(ClusterMembers.class).doesNotHaveBean(ClusterLeader.class);
                    assertThat(health(one).getDetails()).doesNotContainKeys("members", "leader");
                });
        for (String bad : List.of("members.age=10ms", "leader.lease=0s", "members.address=node-1:8080")) {
            node("n1")
                    .withPropertyValues("ha.sqlite." + bad)
                    .run(one -> assertThat(one)
                            .getFailure()
                            .rootCause()
                            .hasMessageContaining("ha.sqlite." + bad.replaceAll("=.*", "")));
        }
    }
}
