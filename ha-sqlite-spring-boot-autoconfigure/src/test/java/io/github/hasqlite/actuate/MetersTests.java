package io.github.hasqlite.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.testing.Attacker;
import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the meters say of what nodes do. */
@Tag("system")
class MetersTests {

    private static final int ROWS = 7;

    @TempDir
    private Path folder;

    private final MeterRegistry one = new SimpleMeterRegistry();
    private final MeterRegistry two = new SimpleMeterRegistry();

    @Test
    void whatIsCommittedOnOneNodeIsAppliedOnTheOther() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode first = TestNode.open(server, folder.resolve("one.db"), "n1", CommitMode.SYNC);
                TestNode second = TestNode.open(server, folder.resolve("two.db"), "n2", CommitMode.SYNC)) {
            measure(first, one);
            measure(second, two);
            execute(first, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            for (int i = 0; i < ROWS; i++) {
                execute(first, "INSERT INTO item(name) VALUES('a'), ('b')");
            }
            Awaitility.await().until(() -> count(two, "changesets", "how", "applied") == ROWS + 1);

            assertThat(count(one, "changesets", "how", "committed")).isEqualTo(ROWS + 1);
            assertThat(count(one, "rows", "how", "committed")).isEqualTo(2 * ROWS + 1);
            assertThat(count(one, "changesets", "how", "applied")).isZero();
            assertThat(count(two, "rows", "how", "applied")).isEqualTo(2 * ROWS + 1);
            assertThat(count(two, "changesets", "how", "committed")).isZero();
            for (String timer : new String[] {"capture", "commit.wait", "publish"}) {
                assertThat(timed(one, timer)).as(timer).isEqualTo(ROWS + 1);
                assertThat(timed(two, timer)).as(timer).isZero();
            }
            for (String timer : new String[] {"capture", "publish"}) {
                assertThat(one.get("ha.sqlite." + timer).timer().totalTime(TimeUnit.MICROSECONDS))
                        .as(timer)
                        .isGreaterThan(1);
            }
            assertThat(timed(two, "apply")).isBetween(1L, ROWS + 1L);
            assertThat(timed(one, "bootstrap")).isEqualTo(1);
            assertThat(timed(two, "rebase")).isZero();
        }
    }

    @Test
    void whatIsPendingIsRebased() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode first = TestNode.open(server, folder.resolve("one.db"), "n1", CommitMode.ASYNC);
                TestNode second = TestNode.open(
                        server,
                        folder.resolve("two.db"),
                        "n2",
                        new FolderSnapshotStore(folder.resolve("snapshots")),
                        settings -> settings)) {
            measure(first, one);
            measure(second, two);
            execute(first, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            Awaitility.await().until(() -> count(two, "changesets", "how", "applied") == 1);
            // both write the same row while neither hears of the other
            server.kill9();
            Awaitility.await()
                    .until(() -> !first.dataSource().replicationStatus().connected()
                            && !second.dataSource().replicationStatus().connected());
            execute(first, "INSERT INTO item VALUES(1, 'of the first')");
            execute(second, "INSERT INTO item VALUES(1, 'of the second')");
            server.restart();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> timed(one, "rebase") + timed(two, "rebase") == 1);
            Awaitility.await()
                    .until(() -> first.dataSource().replicationStatus().outboxLength() == 0
                            && second.dataSource().replicationStatus().outboxLength() == 0);
        }
    }

    @Test
    void whatFailsIsSkippedOrIsASnapshotIsCounted() throws Exception {
        FolderSnapshotStore store = new FolderSnapshotStore(folder.resolve("snapshots"));
        try (NatsServer server = NatsServer.start();
                TestNode node = TestNode.open(
                        server.url(),
                        folder.resolve("one.db"),
                        "n1",
                        settings -> settings.with(
                                to -> to.commitMode(CommitMode.SYNC).publisherTimeout(Duration.ofMillis(200))),
                        List.of())) {
            measure(node, one);
            execute(node, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            assertThatThrownBy(() -> execute(node, "INSERT INTO item VALUES(1, 'a'), (1, 'b')"))
                    .as("a statement, and no commit")
                    .isInstanceOf(SQLException.class);
            assertThat(count(one, "failures", "stage", "commit")).isZero();
            try (Attacker attacker = new Attacker(server)) {
                attacker.publish("no change set", node);
            }
            Awaitility.await()
                    .until(() ->
                            one.get("ha.sqlite.rejections").functionCounter().count() == 1);
            node.takeSnapshot(store);
            assertThat(timed(one, "snapshot")).isEqualTo(1);
            assertThat(count(one, "failures", "stage", "snapshot")).isZero();

            server.kill9();
            assertThatThrownBy(() -> execute(node, "INSERT INTO item VALUES(1, 'a')"))
                    .isInstanceOf(ReplicationTimeoutException.class);
            assertThat(count(one, "failures", "stage", "commit")).isEqualTo(1);
            assertThat(count(one, "changesets", "how", "committed"))
                    .as("all the same")
                    .isEqualTo(2);
            assertThat(timed(one, "commit.wait")).as("of what succeeded").isEqualTo(1);
        }
    }

    @Test
    void whatIsPublishedAgainIsCounted() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = TestNode.open(server, folder.resolve("one.db"), "n1", CommitMode.ASYNC)) {
            measure(node, one);
            execute(node, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            limitMessages(server, 1);
            execute(node, "INSERT INTO item VALUES(1, 'refused')");
            Awaitility.await().until(() -> count(one, "retries", "stage", "publish") > 0);
            limitMessages(server, -1);
            Awaitility.await().until(() -> node.status().outboxLength() == 0);
        }
    }

    private static void limitMessages(NatsServer server, long most) throws Exception {
        try (io.nats.client.Connection nats = server.connect()) {
            JetStreamManagement streams = nats.jetStreamManagement();
            streams.updateStream(StreamConfiguration.builder(
                            streams.getStreamInfo("ha_replication").getConfiguration())
                    .maxMessages(most)
                    .discardPolicy(DiscardPolicy.New)
                    .build());
        }
    }

    @Test
    void whatIsAppliedAgainIsCounted() throws Exception {
        AtomicInteger busy = new AtomicInteger(2);
        ChangeSetInterceptor moody = new ChangeSetInterceptor() {
            @Override
            public boolean beforeApply(ChangeSet changeSet, Connection connection) throws SQLException {
                if (busy.getAndDecrement() > 0) {
                    throw new SQLException("not now");
                }
                return true;
            }
        };
        try (NatsServer server = NatsServer.start();
                TestNode first = TestNode.open(server, folder.resolve("one.db"), "n1", CommitMode.SYNC);
                TestNode second = TestNode.open(
                        server.url(), folder.resolve("two.db"), "n2", settings -> settings, List.of(moody))) {
            measure(second, two);
            execute(first, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            first.awaitAppliedOn(second);
            assertThat(count(two, "retries", "stage", "apply")).isPositive();
            assertThat(count(two, "failures", "stage", "apply")).isZero();
        }
    }

    @Test
    void whoWaitsForTheWriteLockIsTimed() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = TestNode.open(server, folder.resolve("one.db"), "n1", CommitMode.ASYNC)) {
            measure(node, one);
            execute(node, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            long before = timed(one, "lock.wait");
            CountDownLatch done = new CountDownLatch(1);
            Thread other;
            try (Connection connection = node.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeUpdate("INSERT INTO item(name) VALUES('a')");
                other = new Thread(() -> {
                    try {
                        execute(node, "INSERT INTO item(name) VALUES('b')");
                        done.countDown();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                other.start();
                Awaitility.await().until(() -> other.getState() == Thread.State.TIMED_WAITING);
                connection.commit();
            }
            assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(timed(one, "lock.wait")).isGreaterThan(before);
        }
    }

    @Test
    void bothPoolsTellHowTheyAreUsed() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = TestNode.open(server, folder.resolve("one.db"), "n1", CommitMode.ASYNC)) {
            measure(node, one);
            // a second registry gets all but the pools' meters, of which there can be only one set
            measure(node, two);
            assertThat(one.find("hikaricp.connections.max").gauges())
                    .extracting(gauge -> gauge.getId().getTag("pool"))
                    .containsExactlyInAnyOrder("ha-sqlite", "ha-sqlite-readers");
            assertThat(two.find("hikaricp.connections.max").gauges()).isEmpty();
            execute(node, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            assertThat(count(one, "changesets", "how", "committed")).isEqualTo(1);
            assertThat(count(two, "changesets", "how", "committed")).isEqualTo(1);
        }
    }

    private static void measure(TestNode node, MeterRegistry registry) {
        HaSqliteDataSource dataSource = node.dataSource();
        new HaSqliteMetrics(dataSource).bindTo(registry);
    }

    private static void execute(TestNode node, String sql) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static double count(MeterRegistry registry, String name, String tag, String value) {
        return registry.get("ha.sqlite." + name).tag(tag, value).counter().count();
    }

    private static long timed(MeterRegistry registry, String name) {
        return registry.get("ha.sqlite." + name).timer().count();
    }
}
