package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.THROWABLE;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schema changes of two nodes, with and without a stream (rule R9). */
@Tag("system")
@Execution(ExecutionMode.CONCURRENT)
class SchemaChangeTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private NatsServer server;
    private TestNode one;
    private TestNode two;

    @BeforeEach
    void open() throws SQLException {
        server = NatsServer.start();
        one = open("n1");
        two = open("n2");
    }

    private TestNode open(String name) {
        return TestNode.open(
                server.url(),
                folder.resolve(name + ".db"),
                name,
                settings -> settings.with(to -> to.publisherTimeout(TIMEOUT)),
                List.of());
    }

    /** Begins again with a stream of another commit mode. */
    private void reopen(CommitMode mode) {
        one.close();
        two.close();
        server.close();
        server = NatsServer.start();
        one = TestNode.open(server, folder.resolve("m1.db"), "m1", mode);
        two = TestNode.open(server, folder.resolve("m2.db"), "m2", mode);
    }

    @AfterEach
    void close() throws Exception {
        threads.shutdownNow();
        for (AutoCloseable resource : new AutoCloseable[] {one, two, server}) {
            if (resource != null) {
                resource.close();
            }
        }
    }

    private void assertSame() throws SQLException {
        one.awaitAppliedOn(two);
        two.awaitAppliedOn(one);
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
        assertThat(one.status().halted()).isNull();
        assertThat(two.status().halted()).isNull();
    }

    /** SQLite counts a violation again that was there before, if its row is written anew. */
    @Test
    void areNotSaidToBeRolledBackOnceTheyAreInTheStream() throws Exception {
        one.execute("CREATE TABLE p(id INTEGER PRIMARY KEY)");
        one.execute("CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
        one.execute("INSERT INTO c VALUES(1, 9)");
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA foreign_keys = ON");
            connection.setAutoCommit(false);
            statement.executeUpdate("DELETE FROM c");
            statement.executeUpdate("INSERT INTO c VALUES(1, 9)");
            statement.executeUpdate("CREATE TABLE t(a)");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(connection::commit)
                    .withMessageContaining("will be applied here")
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08007"));
            connection.rollback();
            connection.setAutoCommit(true);
            statement.execute("PRAGMA foreign_keys = OFF");
        }
        assertSame();
        assertThat(two.query("SELECT count(*) FROM t")).containsExactly("0");
        assertThat(one.query("SELECT count(*) FROM t")).containsExactly("0");
    }

    @Test
    void leaveNothingBehindWithoutTheServer() throws Exception {
        one.execute("CREATE TABLE before(a)");
        server.stop();
        Awaitility.await().until(() -> !one.status().connected());
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute("CREATE TABLE t(a)"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08001"));
        assertThat(one.status().outboxLength()).isZero();
        server.restart();
        Awaitility.await().until(() -> one.status().connected());
        assertThat(Content.of(one.dataSource())).containsOnlyKeys("", "before");
        one.execute("CREATE TABLE t(a)");
        one.execute("INSERT INTO t VALUES(1)");
        assertSame();
        assertThat(two.query("SELECT a FROM t")).containsExactly("1");
    }

    @ParameterizedTest
    @EnumSource(CommitMode.class)
    void takeEffectBesideWhatIsWrittenToTablesThatStayLocal(CommitMode mode) throws Exception {
        reopen(mode);
        one.execute("CREATE TABLE k(id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO k(v) VALUES(1)");
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TEMP TABLE kept(a)");
            connection.setAutoCommit(false);
            statement.executeUpdate("CREATE TABLE l(a)");
            statement.executeUpdate("INSERT INTO temp.kept SELECT v FROM k");
            statement.executeUpdate("WITH c AS (SELECT v FROM k) INSERT INTO kept SELECT v FROM c");
            statement.executeUpdate("UPDATE sqlite_sequence SET seq = 7");
            statement.executeUpdate("WITH c AS (SELECT 'k' n) DELETE FROM \"main\".[sqlite_sequence] WHERE name IN c");
            statement.executeUpdate("INSERT INTO l VALUES(1)");
            connection.commit();
        }
        assertSame();
        assertThat(two.query("SELECT a FROM l")).containsExactly("1");
        assertThat(one.status().rejectedMessages()).isZero();
        assertThat(two.status().rejectedMessages()).isZero();
    }

    @Test
    void rebuildTablesAlikeInStrictMode() throws Exception {
        reopen(CommitMode.STRICT);
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 'one')");
        one.awaitAppliedOn(two);
        two.execute("INSERT INTO t VALUES(2, 'two')");
        two.awaitAppliedOn(one);
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("CREATE TABLE n(id INTEGER PRIMARY KEY, x)");
            statement.executeUpdate("INSERT INTO n SELECT id, v FROM t");
            statement.executeUpdate("DROP TABLE t");
            statement.executeUpdate("ALTER TABLE n RENAME TO t");
            connection.commit();
        }
        assertSame();
        two.execute("INSERT INTO t(id, x) VALUES(3, 'three')");
        assertSame();
        assertThat(two.query("SELECT id, x FROM t")).containsExactly("1|one", "2|two", "3|three");
    }

    @Test
    void ofUnknownOutcomeAreAppliedOnceTheirEchoComes() throws Exception {
        one.execute("CREATE TABLE before(a)");
        server.suspend();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute("CREATE TABLE t(a)"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08007"));
        assertThat(one.query("SELECT name FROM sqlite_schema WHERE name = 't'")).isEmpty();
        assertThatExceptionOfType(ReplicationTimeoutException.class)
                .isThrownBy(() -> one.execute("INSERT INTO before VALUES(1)"));
        server.resume();
        assertSame();
        one.execute("INSERT INTO before VALUES(2)");
        one.execute("INSERT INTO t VALUES(3)");
        assertSame();
        assertThat(two.query("SELECT a FROM before UNION ALL SELECT a FROM t")).containsExactly("1", "2", "3");
    }

    @Test
    void ofUnknownOutcomeAreNotUndoneByTheNextOfTheSameNode() throws Exception {
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        server.suspend();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute("ALTER TABLE t ADD COLUMN w"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08007"));
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("CREATE TABLE n(id INTEGER PRIMARY KEY, v)");
            statement.executeUpdate("INSERT INTO n SELECT id, v FROM t");
            statement.executeUpdate("DROP TABLE t");
            statement.executeUpdate("ALTER TABLE n RENAME TO t");
            assertThatExceptionOfType(SerializationFailureException.class).isThrownBy(connection::commit);
            connection.rollback();
        }
        server.resume();
        assertSame();
        one.execute("INSERT INTO t VALUES(1, 2, 3)");
        assertSame();
        assertThat(two.query("SELECT w FROM t")).containsExactly("3");
    }

    @Test
    void ofUnknownOutcomeSurviveTheLossOfTheServer() throws Exception {
        one.execute("CREATE TABLE before(a)");
        server.suspend();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute("CREATE TABLE t(a)"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08007"));
        server.kill9();
        server.restart();
        one.awaitAppliedOn(two);
        one.execute("INSERT INTO t VALUES(1)");
        assertSame();
        assertThat(two.query("SELECT a FROM t")).containsExactly("1");
    }

    @Test
    void ofUnknownOutcomeAreAppliedAfterARestartOfTheNode() throws Exception {
        one.execute("CREATE TABLE before(a)");
        server.suspend();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute("CREATE TABLE t(a)"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08007"));
        one.close();
        server.kill9();
        server.restart();
        one = open("n1");
        one.awaitAppliedOn(two);
        one.execute("INSERT INTO t VALUES(1)");
        assertSame();
        assertThat(two.query("SELECT a FROM t")).containsExactly("1");
    }

    @Test
    void waitBehindALongOutbox() throws Exception {
        reopen(CommitMode.ASYNC);
        one.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
        server.suspend();
        try (var connection = one.dataSource().getConnection();
                var insert = connection.prepareStatement("INSERT INTO t VALUES(NULL, 'x')")) {
            for (int i = 0; i < 20_000; i++) {
                insert.executeUpdate();
            }
        }
        server.resume();
        one.execute("ALTER TABLE t ADD COLUMN c DEFAULT 5");
        one.execute("INSERT INTO t VALUES(NULL, 'y', 6)");
        assertSame();
        assertThat(two.query("SELECT count(*), sum(c) FROM t")).containsExactly("20001|100006");
    }

    @Test
    void ofTwoNodesAtOnceOneWins() throws Exception {
        int lost = 0;
        for (int round = 0; round < 20; round++) {
            String table = "t" + round;
            List<SQLException> failures = atOnce(
                    () -> one.execute("CREATE TABLE " + table + "(id INTEGER PRIMARY KEY, one)"),
                    () -> two.execute("CREATE TABLE " + table + "(id INTEGER PRIMARY KEY, two)"));
            assertThat(failures).hasSize(1).first(THROWABLE).hasMessageContaining("table " + table + " already exists");
            lost += failures.size();
            assertSame();
        }
        assertThat(lost).isEqualTo(20);
        one.execute("CREATE TABLE last(a)");
        one.awaitAppliedOn(two);
        two.execute("INSERT INTO last VALUES(1)");
        assertSame();
    }

    @Test
    void thatAllowForExistingTablesSucceedOnBoth() throws Exception {
        for (int round = 0; round < 20; round++) {
            String sql = "CREATE TABLE IF NOT EXISTS t" + round + "(id INTEGER PRIMARY KEY, a)";
            assertThat(atOnce(() -> one.execute(sql), () -> two.execute(sql))).isEmpty();
            one.execute("INSERT INTO t" + round + " VALUES(1, 'one')");
            assertSame();
        }
    }

    @Test
    void happenWhileTheOtherNodeWritesRows() throws Exception {
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        one.awaitAppliedOn(two);
        AtomicBoolean stop = new AtomicBoolean();
        Future<Integer> writer = threads.submit(() -> {
            int rows = 0;
            while (!stop.get()) {
                two.execute("INSERT INTO t(a) VALUES(" + rows + ")");
                rows++;
            }
            return rows;
        });
        for (int i = 0; i < 15; i++) {
            one.execute("ALTER TABLE t ADD COLUMN c" + i + " DEFAULT " + i);
        }
        stop.set(true);
        int rows = writer.get(60, TimeUnit.SECONDS);
        assertSame();
        assertThat(one.query("SELECT count(*) FROM t")).containsExactly(Integer.toString(rows));
    }

    private interface Action {
        void run() throws SQLException;
    }

    /** Runs them together and answers how they failed. */
    private List<SQLException> atOnce(Action... actions) throws Exception {
        CountDownLatch start = new CountDownLatch(actions.length);
        List<Future<SQLException>> running = new ArrayList<>();
        for (Action action : actions) {
            running.add(threads.submit(() -> {
                start.countDown();
                start.await();
                try {
                    action.run();
                    return null;
                } catch (SQLException e) {
                    return e;
                }
            }));
        }
        List<SQLException> failures = new ArrayList<>();
        for (Future<SQLException> each : running) {
            SQLException failure = each.get(60, TimeUnit.SECONDS);
            if (failure != null) {
                failures.add(failure);
            }
        }
        return failures;
    }
}
