package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.PoolSettings.Begin;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.support.TransactionTemplate;

/** What Spring asks of a transaction, on two nodes in {@code sync} mode. */
@Tag("system")
@Timeout(120)
class SpringTransactionsTests {

    private static NatsServer server;

    @TempDir
    private Path folder;

    private final List<TestNode> nodes = new ArrayList<>();

    @BeforeAll
    static void startServer() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
    }

    private TestNode open(String name, Begin begin) throws SQLException {
        TestNode node = TestNode.open(
                server.url(),
                folder.resolve(name + ".db"),
                name,
                settings -> NodeSettings.of(
                        name, settings.pool().with(to -> to.begin(begin).lockTimeout(Duration.ofSeconds(1)))),
                List.of());
        nodes.add(node);
        if (nodes.size() == 1) {
            node.execute("DROP TABLE IF EXISTS t; CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER NOT NULL)");
            node.execute("INSERT INTO t VALUES(1, 0)");
        } else {
            nodes.get(0).awaitAppliedOn(node);
        }
        return node;
    }

    private static TransactionTemplate transaction(TestNode node) {
        return new TransactionTemplate(new JdbcTransactionManager(node.dataSource()));
    }

    private static JdbcClient client(TestNode node) {
        return JdbcClient.create(node.dataSource());
    }

    private static int read(JdbcClient client) {
        return client.sql("SELECT n FROM t WHERE id = 1").query(Integer.class).single();
    }

    private static int increment(JdbcClient client) {
        int value = read(client) + 1;
        client.sql("UPDATE t SET n = ? WHERE id = 1").params(value).update();
        return value;
    }

    /** Four threads that each read, count and write 25 times; how often that succeeded. */
    private static int countWithFourThreads(TestNode node) throws Exception {
        JdbcClient client = client(node);
        TransactionTemplate transaction = transaction(node);
        AtomicInteger done = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    for (int j = 0; j < 25; j++) {
                        try {
                            transaction.executeWithoutResult(status -> increment(client));
                            done.incrementAndGet();
                        } catch (DataAccessException e) {
                            // refused: counted by its absence
                            Thread.onSpinWait();
                        }
                    }
                }));
            }
            for (Future<?> thread : all) {
                thread.get(1, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
        return done.get();
    }

    @Test
    void immediateTransactionsThatReadFirstAreNeverRefused() throws Exception {
        TestNode one = open("n1", Begin.IMMEDIATE);
        TestNode two = open("n2", Begin.IMMEDIATE);
        assertThat(countWithFourThreads(one)).isEqualTo(100);
        assertThat(read(client(one))).isEqualTo(100);
        one.awaitAppliedOn(two);
        assertThat(read(client(two))).isEqualTo(100);
    }

    @Test
    void deferredOnesAreRefusedAndNothingIsLost() throws Exception {
        TestNode one = open("n1", Begin.DEFERRED);
        int done = countWithFourThreads(one);
        assertThat(read(client(one))).isEqualTo(done);
    }

    @Test
    void immediateTransactionTakesTheLockBeforeItReadsUnlessItIsReadOnly() throws SQLException {
        TestNode one = open("n1", Begin.IMMEDIATE);
        JdbcClient client = client(one);
        transaction(one).executeWithoutResult(status -> {
            read(client);
            assertThat(onAnotherThread(() -> increment(client))).contains("SQLITE_BUSY");
        });
        TransactionTemplate reading = transaction(one);
        reading.setReadOnly(true);
        reading.executeWithoutResult(status -> {
            assertThat(read(client)).isZero();
            assertThat(onAnotherThread(() -> increment(client))).isEqualTo("done");
            // a snapshot
            assertThat(read(client)).isZero();
        });
        assertThat(read(client)).isEqualTo(1);
    }

    private static String onAnotherThread(Runnable work) {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            thread.submit(work).get(1, TimeUnit.MINUTES);
            return "done";
        } catch (Exception e) {
            return String.valueOf(e.getMessage());
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void writeInAReadOnlyTransactionIsRefused() throws SQLException {
        TestNode one = open("n1", Begin.DEFERRED);
        TransactionTemplate reading = transaction(one);
        reading.setReadOnly(true);
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> reading.executeWithoutResult(status -> increment(client(one))))
                .havingRootCause()
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        assertThat(read(client(one))).isZero();
    }

    @ParameterizedTest
    @EnumSource(Begin.class)
    void nestedTransactionRollsBackAlone(Begin begin) throws SQLException {
        TestNode one = open("n1", begin);
        TestNode two = open("n2", begin);
        JdbcClient client = client(one);
        TransactionTemplate outer = transaction(one);
        TransactionTemplate nested = transaction(one);
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        outer.executeWithoutResult(status -> {
            increment(client);
            nested.executeWithoutResult(inner -> {
                client.sql("INSERT INTO t VALUES(2, 2)").update();
                inner.setRollbackOnly();
            });
            nested.executeWithoutResult(
                    inner -> client.sql("INSERT INTO t VALUES(3, 3)").update());
        });
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT id, n FROM t ORDER BY id")).containsExactly("1|1", "3|3");
    }

    @ParameterizedTest
    @EnumSource(Begin.class)
    void newTransactionInsideOneThatHoldsTheLockIsToldWhatToDo(Begin begin) throws SQLException {
        TestNode one = open("n1", begin);
        JdbcClient client = client(one);
        TransactionTemplate outer = transaction(one);
        TransactionTemplate inner = transaction(one);
        inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        outer.executeWithoutResult(status -> {
            increment(client);
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> inner.executeWithoutResult(again -> increment(client)))
                    .havingRootCause()
                    .withMessageContaining("REQUIRES_NEW")
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("55P03"));
            // it can read, and the outer one goes on
            if (begin == Begin.DEFERRED) {
                assertThat(inner.<Integer>execute(again -> read(client))).isZero();
            }
            increment(client);
        });
        assertThat(read(client)).isEqualTo(2);
    }

    @Test
    void newTransactionInsideOneThatHasOnlyReadCommits() throws SQLException {
        TestNode one = open("n1", Begin.DEFERRED);
        JdbcClient client = client(one);
        TransactionTemplate outer = transaction(one);
        TransactionTemplate inner = transaction(one);
        inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        outer.executeWithoutResult(status -> {
            read(client);
            inner.executeWithoutResult(
                    again -> client.sql("INSERT INTO t VALUES(2, 2)").update());
            status.setRollbackOnly();
        });
        assertThat(one.query("SELECT count(*) FROM t")).containsExactly("2");
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void everyIsolationIsAnsweredWithOneThatIsAtLeastAsStrong(Isolation isolation) throws SQLException {
        TestNode one = open("n1", Begin.DEFERRED);
        JdbcClient client = client(one);
        TransactionTemplate transaction = transaction(one);
        transaction.setIsolationLevel(isolation.value());
        transaction.executeWithoutResult(status -> {
            assertThat(read(client)).isZero();
            assertThat(onAnotherThread(() -> increment(client))).isEqualTo("done");
            assertThat(read(client)).isZero();
        });
        assertThat(read(client)).isEqualTo(1);
    }
}
