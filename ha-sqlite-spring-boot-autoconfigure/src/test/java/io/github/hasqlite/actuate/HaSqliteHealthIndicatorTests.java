package io.github.hasqlite.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.actuate.HaSqliteHealthIndicator.Facts;
import io.github.hasqlite.core.node.LoneLeader;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** What the indicator says about each state of replication. */
class HaSqliteHealthIndicatorTests {

    @Test
    void isUpWithAllDetailsWhileConnected() {
        Health health = health(status(true, true, null), true, "2.12.1");
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("node", "n1")
                .containsEntry("replicating", true)
                .containsEntry("connected", true)
                .containsEntry("appliedSequence", 7L)
                .containsEntry("streamSequence", 9L)
                .containsEntry("lagMessages", 2L)
                .containsEntry("lagMillis", 1500L)
                .containsEntry("outboxLength", 3L)
                .containsEntry("rejectedMessages", 1L)
                .containsEntry("lastRejection", "not JSON")
                .containsEntry("serverVersion", "2.12.1")
                .doesNotContainKeys("halted", "serverWarning");
    }

    @Test
    void warnsAboutAnOldServer() {
        assertThat(health(status(true, true, null), true, "2.9.10").getDetails())
                .extractingByKey("serverWarning")
                .asString()
                .contains("2.10.23");
    }

    @Test
    void isDownWhenHaltedAndSaysWhy() {
        Health health = health(status(true, true, "change set 8: no such table"), false, "");
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry("halted", "change set 8: no such table")
                .doesNotContainKey("serverVersion");
    }

    @Test
    void isDownWhenTheDatabaseDiffersAndSaysWhere() {
        ReplicationStatus differs = new ReplicationStatus(
                "n1",
                true,
                true,
                7,
                9,
                Duration.ZERO,
                0,
                0,
                null,
                null,
                0,
                null,
                "table t: this node differs from n2",
                null,
                null,
                Duration.ZERO,
                0);
        Health health = health(differs, false, "");
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails()).containsEntry("divergence", "table t: this node differs from n2");
    }

    @Test
    void isOutOfServiceWhenDisconnectedAndCommitsNeedTheStream() {
        assertThat(health(status(true, false, null), true, "").getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
    }

    @Test
    void isUpWhenDisconnectedAndCommitsDoNotNeedTheStream() {
        Health health = health(status(true, false, null), false, "");
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("connected", false);
    }

    @Test
    void isUpWhenNothingIsReplicated() {
        Health health = health(status(false, false, null), true, "");
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsOnlyKeys("node", "replicating").containsEntry("replicating", false);
    }

    @Test
    void isOutOfServiceWhenALimitIsExceededAndSaysWhich() {
        ReplicationStatus status = status(Duration.ofMinutes(2), 3, Duration.ofMinutes(6));
        assertThat(limited(status, new HaSqliteHealthProperties(Duration.ofMinutes(2), 3, Duration.ofMinutes(6))))
                .returns(Status.UP, Health::getStatus);
        assertThat(limited(status, HaSqliteHealthProperties.NO_LIMITS)).returns(Status.UP, Health::getStatus);
        Health health = limited(status, new HaSqliteHealthProperties(Duration.ofSeconds(90), 2, Duration.ofMinutes(5)));
        assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.getDetails())
                .extractingByKey("exceeded", InstanceOfAssertFactories.list(String.class))
                .satisfiesExactly(
                        lag -> assertThat(lag).contains("120 s", "max-lag is 90 s"),
                        length -> assertThat(length).contains("3 transactions", "max-outbox-length is 2"),
                        age -> assertThat(age).contains("360 s", "max-outbox-age is 300 s"));
    }

    @Test
    void whatHasStoppedIsDownWhateverTheLimits() {
        Health health = limited(
                status(true, true, "change set 8: no such table"),
                new HaSqliteHealthProperties(Duration.ofSeconds(1), 1, Duration.ZERO));
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails()).containsKey("exceeded");
    }

    @Test
    void saysWhatTheNodeDoesAndHowOldTheSnapshotIs() {
        assertThat(health(status(true, true, null), true, "").getDetails())
                .containsEntry("role", "writer")
                .doesNotContainKeys("commitMode", "snapshotSequence");
        Snapshot snapshot =
                new Snapshot(5, 1, TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() - 60_000), "n2", 10, "");
        Facts reader = new Facts(
                CommitMode.ASYNC,
                true,
                false,
                () -> "",
                () -> null,
                null,
                null,
                () -> snapshot,
                HaSqliteHealthProperties.NO_LIMITS);
        assertThat(new HaSqliteHealthIndicator(dataSource(status(true, true, null)), reader)
                        .health()
                        .getDetails())
                .containsEntry("role", "reader")
                .containsEntry("commitMode", "async")
                .containsEntry("snapshotSequence", 5L)
                .extractingByKey("snapshotAgeMillis", InstanceOfAssertFactories.LONG)
                .isGreaterThanOrEqualTo(60_000);
        Facts leader = new Facts(
                CommitMode.ASYNC,
                false,
                false,
                () -> "",
                () -> null,
                null,
                new LoneLeader("n1", null),
                () -> null,
                HaSqliteHealthProperties.NO_LIMITS);
        assertThat(leader.role()).isEqualTo("leader");
    }

    private static ReplicationStatus status(Duration lag, long outboxLength, Duration outboxAge) {
        return new ReplicationStatus(
                "n1", true, true, 7, 9, lag, outboxLength, 0, null, null, 0, null, null, null, null, outboxAge, 0);
    }

    private static Health limited(ReplicationStatus status, HaSqliteHealthProperties limits) {
        Facts facts = new Facts(CommitMode.SYNC, false, true, () -> "", () -> null, null, null, () -> null, limits);
        return new HaSqliteHealthIndicator(dataSource(status), facts).health();
    }

    private static ReplicationStatus status(boolean replicating, boolean connected, @Nullable String halted) {
        return new ReplicationStatus(
                "n1",
                replicating,
                connected,
                7,
                9,
                Duration.ofMillis(1500),
                3,
                1,
                "not JSON",
                halted,
                0,
                null,
                null,
                null,
                null,
                Duration.ZERO,
                0);
    }

    private static Health health(ReplicationStatus status, boolean commitsNeedStream, String version) {
        return new HaSqliteHealthIndicator(dataSource(status), commitsNeedStream, () -> version).health();
    }

    static HaSqliteDataSource dataSource(ReplicationStatus status) {
        return (HaSqliteDataSource) Proxy.newProxyInstance(
                HaSqliteDataSource.class.getClassLoader(),
                new Class<?>[] {HaSqliteDataSource.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "replicationStatus" -> status;
                    case "isStarted" -> true;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
