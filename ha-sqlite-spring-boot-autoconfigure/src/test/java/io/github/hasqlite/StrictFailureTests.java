package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.github.hasqlite.testing.UnreliablePublisher;
import io.github.hasqlite.testing.UnreliablePublisher.Fault;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commit mode {@code strict} when the stream is away, or answers are lost. */
@Tag("nats")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class StrictFailureTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    private final AtomicReference<Fault> fault = new AtomicReference<>();
    private NatsServer server;
    private TestNode one;
    private TestNode two;

    @BeforeEach
    void open() throws SQLException {
        server = NatsServer.start();
        one = open("one");
        two = open("two");
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        one.awaitAppliedOn(two);
    }

    private TestNode open(String name) {
        return open(name, StrictIsolation.SERIALIZABLE);
    }

    /** Faults are node one's. */
    private TestNode open(String name, StrictIsolation isolation) {
        return TestNode.openStrict(
                server,
                folder.resolve(name + ".db"),
                name,
                settings -> withTimeout(settings).with(to -> to.isolation(isolation)),
                publisher -> name.equals("one") ? new UnreliablePublisher(publisher, fault) : publisher);
    }

    private static NodeSettings withTimeout(NodeSettings settings) {
        return settings.with(to -> to.publisherTimeout(TIMEOUT));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : new AutoCloseable[] {one, two, server}) {
            if (resource != null) {
                resource.close();
            }
        }
    }

    /** Writes on both nodes, which shows that counters are still in turn, and compares. */
    private void assertBothGoOn(String... rows) throws SQLException {
        Awaitility.await().until(() -> one.status().connected() && two.status().connected());
        one.execute("INSERT INTO t VALUES(1001, 'one goes on')");
        two.execute("INSERT INTO t VALUES(1002, 'two goes on')");
        two.awaitAppliedOn(one);
        one.execute("DELETE FROM t WHERE id > 1000");
        one.awaitAppliedOn(two);
        two.awaitAppliedOn(one);
        assertThat(one.query("SELECT id, a FROM t ORDER BY id")).containsExactly(rows);
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
        assertThat(one.query("SELECT * FROM ha_publishers ORDER BY 1"))
                .isEqualTo(two.query("SELECT * FROM ha_publishers ORDER BY 1"));
        assertThat(one.query("SELECT count(*) FROM ha_parts")).containsExactly("0");
        assertThat(one.status().rejectedMessages()).isZero();
        assertThat(two.status().rejectedMessages()).isZero();
    }

    private static void inTransaction(TestNode node, String sql) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(sql);
            connection.commit();
        }
    }

    @Test
    void withoutTheStreamNothingIsWritten() throws Exception {
        server.stop();
        Awaitility.await().until(() -> !one.status().connected());
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute("INSERT INTO t VALUES(1, 'no')"))
                .withMessageContaining("the stream cannot be reached")
                .withMessageContaining("nothing of it took effect")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08001"));
        assertThat(one.query("SELECT * FROM t")).isEmpty();
        server.restart();
        assertBothGoOn();
    }

    @Test
    void lostAnswerIsFoundOut() throws Exception {
        fault.set(publish -> {
            publish.now().get();
            return UnreliablePublisher.lost();
        });
        one.execute("INSERT INTO t VALUES(1, 'stored')");
        assertThat(one.query("SELECT * FROM t")).containsExactly("1|stored");
        assertBothGoOn("1|stored");
    }

    @Test
    void silenceIsFoundOut() throws Exception {
        fault.set(publish -> {
            publish.now().get();
            return new CompletableFuture<>();
        });
        one.close();
        one = TestNode.openStrict(
                server,
                folder.resolve("one.db"),
                "one",
                settings -> settings,
                publisher -> new UnreliablePublisher(publisher, fault));
        inTransaction(one, "INSERT INTO t VALUES(1, 'stored')");
        assertBothGoOn("1|stored");
    }

    @Test
    void lostMessageIsSentAgain() throws Exception {
        fault.set(publish -> UnreliablePublisher.lost());
        one.execute("INSERT INTO t VALUES(1, 'sent again')");
        assertThat(one.query("SELECT * FROM t")).containsExactly("1|sent again");
        assertBothGoOn("1|sent again");
    }

    @ParameterizedTest
    @EnumSource(StrictIsolation.class)
    void lostMessageThatWasOvertakenLoses(StrictIsolation isolation) throws Exception {
        one.close();
        one = open("one", isolation);
        fault.set(publish -> {
            two.execute("INSERT INTO t VALUES(1, 'rival')");
            return UnreliablePublisher.lost();
        });
        assertThatExceptionOfType(SerializationFailureException.class)
                .isThrownBy(() -> inTransaction(one, "INSERT INTO t VALUES(1, 'loser')"));
        assertThat(one.query("SELECT * FROM t")).containsExactly("1|rival");
        assertBothGoOn("1|rival");
    }

    @Test
    void unknownOutcomeIsSaidToBeUnknownAndAppliedIfItTurnsUp() throws Exception {
        fault.set(publish -> {
            publish.now().get();
            server.kill9();
            return UnreliablePublisher.lost();
        });
        assertUnknown("INSERT INTO t VALUES(1, 'turned up')");
        server.restart();
        Awaitility.await().until(() -> !one.query("SELECT * FROM t").isEmpty());
        assertBothGoOn("1|turned up");
    }

    @Test
    void unknownOutcomeLeavesNoHoleIfItNeverTurnsUp() throws Exception {
        fault.set(publish -> {
            server.kill9();
            return UnreliablePublisher.lost();
        });
        assertUnknown("INSERT INTO t VALUES(1, 'never')");
        server.restart();
        assertBothGoOn();
    }

    /** The same counter is given to another change set then; only one of the two can be stored. */
    @Test
    void lateMessageCannotComeBehindItsSuccessor() throws Exception {
        AtomicReference<UnreliablePublisher.Publish> late = new AtomicReference<>();
        fault.set(publish -> {
            late.set(publish);
            server.kill9();
            return UnreliablePublisher.lost();
        });
        assertUnknown("INSERT INTO t VALUES(1, 'late')");
        server.restart();
        Awaitility.await().until(() -> one.status().connected());
        one.execute("INSERT INTO t VALUES(2, 'successor')");
        assertThat(late.get().now())
                .failsWithin(Duration.ofSeconds(60))
                .withThrowableThat()
                .withCauseInstanceOf(WrongLastSequenceException.class);
        assertBothGoOn("2|successor");
    }

    @Test
    void lateMessageThatComesFirstWinsAndItsSuccessorTakesTheNextNumber() throws Exception {
        AtomicReference<UnreliablePublisher.Publish> late = new AtomicReference<>();
        fault.set(publish -> {
            late.set(publish);
            server.kill9();
            return UnreliablePublisher.lost();
        });
        assertUnknown("INSERT INTO t VALUES(1, 'late')");
        server.restart();
        Awaitility.await().until(() -> one.status().connected());
        fault.set(publish -> {
            late.get().now().get();
            return publish.now();
        });
        one.execute("INSERT INTO t VALUES(2, 'successor')");
        assertBothGoOn("1|late", "2|successor");
    }

    private void assertUnknown(String sql) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute(sql))
                .withMessageContaining("it is not known whether")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08007"));
    }

    @Test
    void largeTransactionsTravelInPartsAndLoseInBetween() throws Exception {
        String large = "INSERT INTO t VALUES(1, zeroblob(100)), (2, hex(randomblob(2000000)))";
        one.execute(large);
        one.execute("UPDATE t SET a = length(a)");
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT id, a FROM t ORDER BY id")).containsExactly("1|100", "2|4000000");
        long before = one.status().appliedSequence();
        AtomicInteger parts = new AtomicInteger();
        Fault[] overtaken = new Fault[1];
        overtaken[0] = publish -> {
            CompletableFuture<Long> stored = publish.now();
            stored.get();
            if (parts.incrementAndGet() == 2) {
                two.execute("INSERT INTO t VALUES(3, 'in between')");
            } else {
                fault.set(overtaken[0]);
            }
            return stored;
        };
        fault.set(overtaken[0]);
        assertThatExceptionOfType(SerializationFailureException.class)
                .isThrownBy(() -> inTransaction(one, "UPDATE t SET a = hex(randomblob(2000000)) WHERE id = 1"));
        assertThat(one.status().appliedSequence()).isEqualTo(before + 3);
        one.execute("UPDATE t SET a = hex(randomblob(1500000)) WHERE id = 1");
        one.execute("UPDATE t SET a = length(a) WHERE id = 1");
        assertBothGoOn("1|3000000", "2|4000000", "3|in between");
    }

    @Test
    void commitThatSqliteRefusesPublishesNothingAndCanBeRepeated() throws Exception {
        long before = one.status().streamSequence();
        try (Connection connection = one.dataSource().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO t VALUES(1, 'a'),(2, 'b') RETURNING id")) {
            connection.setAutoCommit(false);
            try (ResultSet rows = insert.executeQuery()) {
                rows.next();
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(connection::commit)
                        .withMessageContaining("cannot commit transaction - SQL statements in progress");
                assertThat(two.query("SELECT * FROM t")).isEmpty();
                assertThat(one.status().streamSequence()).isEqualTo(before);
            }
            connection.commit();
        }
        assertBothGoOn("1|a", "2|b");
    }

    /** Every success is there, nothing that failed for certain is, and both nodes have the same. */
    @ParameterizedTest
    @EnumSource(StrictIsolation.class)
    void killedServerLosesNothingAndDoublesNothing(StrictIsolation isolation) throws Exception {
        one.close();
        two.close();
        one = open("one", isolation);
        two = open("two", isolation);
        Set<Integer> committed = new ConcurrentSkipListSet<>();
        Set<Integer> unknown = new ConcurrentSkipListSet<>();
        AtomicInteger sinceKill = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (TestNode node : List.of(one, two)) {
                int first = node == one ? 0 : 1_000_000;
                writers.add(pool.submit(() -> {
                    for (int id = first; !Thread.currentThread().isInterrupted(); id++) {
                        try {
                            inTransaction(node, "INSERT INTO t VALUES(" + id + ", 'x')");
                            committed.add(id);
                            sinceKill.incrementAndGet();
                        } catch (SQLException e) {
                            if ("08007".equals(e.getSQLState())) {
                                unknown.add(id);
                            }
                        }
                    }
                }));
            }
            for (int kill = 0; kill < 3; kill++) {
                sinceKill.set(0);
                Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> sinceKill.get() > 30);
                server.kill9();
                server.restart();
            }
            sinceKill.set(0);
            Awaitility.await().until(() -> sinceKill.get() > 30);
            pool.shutdownNow();
            assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            pool.shutdownNow();
        }
        Awaitility.await().until(() -> one.status().connected() && two.status().connected());
        one.execute("DELETE FROM t WHERE id = -1");
        one.execute("INSERT INTO t VALUES(-1, 'end')");
        one.awaitAppliedOn(two);
        two.awaitAppliedOn(one);
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
        List<Integer> there = one.query("SELECT id FROM t WHERE id >= 0 ORDER BY id").stream()
                .map(Integer::valueOf)
                .toList();
        assertThat(there).containsAll(committed);
        assertThat(there).allMatch(id -> committed.contains(id) || unknown.contains(id));
    }
}
