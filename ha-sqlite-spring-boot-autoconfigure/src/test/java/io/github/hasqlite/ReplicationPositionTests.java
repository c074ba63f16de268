package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.testing.ForwardingPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Positions of commits, and waiting for them on another node. */
@Tag("system")
class ReplicationPositionTests {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(100);

    @TempDir
    private Path folder;

    private NatsServer server;
    private TestNode one;
    private TestNode two;

    /** The second node applies only as many change sets of others as there are permits. */
    private final Semaphore mayApply = new Semaphore(0);

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    @AfterEach
    void close() throws Exception {
        mayApply.release(1_000);
        for (AutoCloseable resource : new AutoCloseable[] {one, two, server}) {
            if (resource != null) {
                resource.close();
            }
        }
    }

    private TestNode open(String name, CommitMode mode, ChangeSetInterceptor... interceptors) {
        return open(name, mode, UnaryOperator.identity(), interceptors);
    }

    private TestNode open(
            String name,
            CommitMode mode,
            UnaryOperator<ChangeSetPublisher> publishing,
            ChangeSetInterceptor... interceptors) {
        return TestNode.open(
                server.url(),
                folder.resolve(name + ".db"),
                name,
                settings -> settings.with(to -> to.commitMode(mode)),
                List.of(interceptors),
                publishing,
                null);
    }

    private ChangeSetInterceptor whenAllowed() {
        return new ChangeSetInterceptor() {
            @Override
            public boolean beforeApply(ChangeSet changeSet, Connection connection) {
                mayApply.acquireUninterruptibly();
                return true;
            }
        };
    }

    private static long last(TestNode node) throws PositionNotReachedException {
        return node.node().position().ofLastCommit(LONG);
    }

    @Test
    void anyTimeCanBeWaitedForAndAClosedNodeSaysSo() throws Exception {
        one = open("n1", CommitMode.ASYNC);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        ReplicationPosition position = one.node().position();
        Duration forever = ChronoUnit.FOREVER.getDuration();
        assertThat(position.ofLastCommit(forever)).isPositive();
        assertThat(position.current(forever)).isPositive();
        position.await(1, forever);
        assertThatExceptionOfType(PositionNotReachedException.class)
                .isThrownBy(() -> position.await(1_000, forever.negated()));
        CompletableFuture<Void> waiting =
                CompletableFuture.runAsync(() -> assertThatExceptionOfType(PositionNotReachedException.class)
                        .isThrownBy(() -> position.await(1_000, LONG))
                        .withMessageContaining("node n1 is closed"));
        one.close();
        waiting.get(30, TimeUnit.SECONDS);
        assertThatExceptionOfType(PositionNotReachedException.class)
                .isThrownBy(() -> position.current(LONG))
                .withMessageContaining("node n1 is closed");
    }

    @Test
    void whoeverSeesTheOutboxEmptySeesThePlaceOfWhatWasInIt() throws Exception {
        one = open("n1", CommitMode.ASYNC);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        long created = last(one);
        for (int i = 1; i <= 20; i++) {
            one.execute("INSERT INTO t VALUES(" + i + ", 'a')");
            ReplicationStatus status = one.status();
            while (status.outboxLength() > 0) {
                status = one.status();
            }
            assertThat(status.appliedSequence()).isEqualTo(created + i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCommittedIsThereOnAnotherNodeThatHasReachedItsPosition(CommitMode mode) throws Exception {
        one = open("n1", mode);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        long created = last(one);
        mayApply.release();
        two = open("n2", mode, whenAllowed());
        ReplicationPosition other = two.node().position();
        other.await(created, LONG);
        one.execute("INSERT INTO t VALUES(1, 'a')");
        long inserted = last(one);
        assertThat(inserted).isGreaterThan(created);
        assertThatExceptionOfType(PositionNotReachedException.class)
                .isThrownBy(() -> other.await(inserted, SHORT))
                .withMessageContaining("node n2 has applied the stream up to ")
                .withMessageContaining(" and not up to " + inserted);
        CountDownLatch reached = new CountDownLatch(1);
        Thread waiting = new Thread(() -> {
            try {
                other.await(inserted, LONG);
                reached.countDown();
            } catch (PositionNotReachedException e) {
                throw new IllegalStateException(e);
            }
        });
        waiting.start();
        assertThat(reached.await(100, TimeUnit.MILLISECONDS)).isFalse();
        mayApply.release();
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(two.query("SELECT a FROM t")).containsExactly("a");
        assertThat(other.applied()).isGreaterThanOrEqualTo(inserted);
        assertThat(other.stream()).isEqualTo(one.node().position().stream()).matches("[a-z0-9]+");
    }

    @ParameterizedTest
    @EnumSource
    void thePositionIsThatOfTheThread(CommitMode mode) throws Exception {
        one = open("n1", mode);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        long[] seen = {-1, -1};
        Thread other = new Thread(() -> {
            try {
                seen[0] = last(one);
                one.execute("INSERT INTO t VALUES(1, 'a')");
                seen[1] = last(one);
            } catch (PositionNotReachedException | SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        long created = last(one);
        other.start();
        other.join();
        assertThat(created).isPositive();
        assertThat(seen[0]).isZero();
        assertThat(seen[1]).isGreaterThan(created);
        assertThat(one.node().position().current(LONG)).isGreaterThanOrEqualTo(seen[1]);
        one.query("SELECT * FROM t");
        try (Connection connection = one.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().executeUpdate("INSERT INTO t VALUES(2, 'b')");
            connection.rollback();
        }
        if (mode == CommitMode.STRICT) {
            // where the outbox is on the way it may be later: by what has come meanwhile
            assertThat(last(one)).isEqualTo(created);
        }
    }

    @Test
    void anAsyncCommitHasAPositionWhenTheStreamHasIt() throws Exception {
        one = open("n1", CommitMode.ASYNC);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        server.kill9();
        Awaitility.await().until(() -> !one.status().connected());
        one.execute("INSERT INTO t VALUES(1, 'a')");
        ReplicationPosition position = one.node().position();
        assertThatExceptionOfType(PositionNotReachedException.class)
                .isThrownBy(() -> position.ofLastCommit(SHORT))
                .withMessageContaining("node n1")
                .withMessageContaining("committed here");
        assertThatThrownBy(() -> position.current(Duration.ZERO)).isInstanceOf(PositionNotReachedException.class);
        server.restart();
        long inserted = position.ofLastCommit(LONG);
        two = open("n2", CommitMode.ASYNC);
        two.node().position().await(inserted, LONG);
        assertThat(two.query("SELECT a FROM t")).containsExactly("a");
    }

    @Test
    void whatAnEarlierStartHasLeftInTheOutboxCanBeReadAndIsWaitedFor() throws Exception {
        one = open("n1", CommitMode.ASYNC);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        server.kill9();
        Awaitility.await().until(() -> !one.status().connected());
        one.execute("INSERT INTO t VALUES(1, 'a')");
        one.close();
        server.restart();
        one = open("n1", CommitMode.ASYNC);
        long all = one.node().position().current(LONG);
        two = open("n2", CommitMode.ASYNC);
        two.node().position().await(all, LONG);
        assertThat(two.query("SELECT a FROM t")).containsExactly("a");
    }

    /** Does not say where it has stored something. */
    private static final class Silent extends ForwardingPublisher {

        Silent(ChangeSetPublisher publisher) {
            super(publisher);
        }

        @Override
        public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
            return super.publish(changeSet, message).thenApply(sequence -> 0L);
        }
    }

    @Test
    void aPublisherThatSaysNoPlaceLeavesThatToTheEcho() throws Exception {
        one = open("n1", CommitMode.ASYNC, Silent::new);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        two = open("n2", CommitMode.ASYNC);
        for (int i = 0; i < 50; i++) {
            one.execute("INSERT INTO t VALUES(" + i + ", 'a')");
            two.node().position().await(last(one), LONG);
            assertThat(two.query("SELECT count(*) FROM t")).containsExactly(Integer.toString(i + 1));
        }
    }

    @Test
    void waitingEndsWhenReplicationHasStopped() throws Exception {
        one = open("n1", CommitMode.SYNC);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        two = open("n2", CommitMode.SYNC, new ChangeSetInterceptor() {
            @Override
            public boolean beforeApply(ChangeSet changeSet, Connection connection) throws SQLException {
                if (!changeSet.hasCommands()) {
                    throw new SQLException("not this one");
                }
                return true;
            }
        });
        one.execute("INSERT INTO t VALUES(1, 'a')");
        long inserted = last(one);
        assertThatExceptionOfType(PositionNotReachedException.class)
                .isThrownBy(() -> two.node().position().await(inserted, Duration.ofMinutes(10)))
                .withMessageContaining("stopped")
                .withMessageContaining("not this one");
    }
}
