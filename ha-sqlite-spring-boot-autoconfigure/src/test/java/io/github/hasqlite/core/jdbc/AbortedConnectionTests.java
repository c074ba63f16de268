package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.testing.MemoryStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection that another thread closes or aborts while it is used: nothing of its transaction stays, and nobody else notices. */
@Timeout(60)
class AbortedConnectionTests {

    private static final int ACCOUNTS = 8;

    @TempDir
    private Path folder;

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private HaSqliteDataSource dataSource;

    private enum Way {
        CLOSE {
            @Override
            void end(Connection connection, ExecutorService executor) throws SQLException {
                connection.close();
            }
        },
        ABORT {
            @Override
            void end(Connection connection, ExecutorService executor) throws SQLException {
                connection.abort(executor);
            }
        };

        abstract void end(Connection connection, ExecutorService executor) throws SQLException;
    }

    @BeforeEach
    void open() throws SQLException {
        MemoryStream stream = new MemoryStream();
        dataSource = ReplicationNode.replicating(
                        NodeSettings.of(
                                        "n1",
                                        PoolSettings.of(folder.resolve("one.db").toString()))
                                .with(to -> to.commitMode(CommitMode.ASYNC)),
                        Transport.of(stream.publisher(), stream.subscriber()))
                .start()
                .dataSource();
        try (Connection connection = dataSource.getConnection()) {
            execute(connection, "CREATE TABLE account(id INTEGER PRIMARY KEY, n INTEGER)");
            for (int i = 0; i < ACCOUNTS; i++) {
                execute(connection, "INSERT INTO account VALUES(" + i + ", 100)");
            }
        }
    }

    @AfterEach
    void close() {
        executor.shutdownNow();
        dataSource.close();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoeverWaitsForTheWriteLockGivesItUp(Way way) throws Exception {
        try (Connection holder = dataSource.getConnection();
                Connection waiting = dataSource.getConnection()) {
            holder.setAutoCommit(false);
            execute(holder, "UPDATE account SET n = n + 1 WHERE id = 0");
            waiting.setAutoCommit(false);
            FutureTask<Void> write = new FutureTask<>(() -> {
                execute(waiting, "UPDATE account SET n = n - 1 WHERE id = 0");
                return null;
            });
            Thread writer = new Thread(write);
            writer.start();
            Awaitility.await()
                    .until(() -> Arrays.stream(writer.getStackTrace())
                            .anyMatch(frame -> frame.getClassName().endsWith("WriteLock")));
            way.end(waiting, executor);
            assertThatThrownBy(write::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(SQLException.class);
            assertThat(waiting.isClosed()).isTrue();
            assertThatThrownBy(() -> execute(waiting, "SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
            execute(holder, "UPDATE account SET n = n - 1 WHERE id = 0");
            holder.commit();
        }
        try (Connection connection = dataSource.getConnection()) {
            execute(connection, "UPDATE account SET n = n + 0 WHERE id = 0");
        }
        assertThat(number("SELECT sum(n) FROM account")).isEqualTo(100 * ACCOUNTS);
    }

    @Test
    void whatRunsIsInterrupted() throws Exception {
        Connection connection = dataSource.getConnection();
        Future<?> endless = executor.submit(() -> {
            execute(
                    connection,
                    "UPDATE account SET n = (WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i)"
                            + " SELECT max(x) FROM i)");
            return null;
        });
        Awaitility.await().until(() -> ((ConnectionHandle) connection).use().isOfOthers());
        connection.abort(executor);
        assertThatThrownBy(endless::get).isInstanceOf(ExecutionException.class);
        assertThat(number("SELECT sum(n) FROM account")).isEqualTo(100 * ACCOUNTS);
    }

    @ParameterizedTest
    @EnumSource
    void transactionsStayWhole(Way way) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        AtomicReference<Connection> used = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        Future<?> ends = executor.submit(() -> {
            while (!over.get()) {
                Connection present = used.getAndSet(null);
                if (present != null) {
                    way.end(present, executor);
                }
                Thread.onSpinWait();
            }
            return null;
        });
        Future<?> undisturbed = executor.submit(() -> {
            while (!over.get()) {
                try (Connection connection = dataSource.getConnection()) {
                    transfer(connection, 0, 1, () -> {});
                }
            }
            return null;
        });
        for (int i = 0; i < 400; i++) {
            int delay = random.nextInt(400);
            try (Connection connection = dataSource.getConnection()) {
                transfer(connection, 2 + random.nextInt(3), 5 + random.nextInt(3), () -> {
                    long until = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(delay);
                    used.set(connection);
                    while (System.nanoTime() < until) {
                        Thread.onSpinWait();
                    }
                });
            } catch (SQLException e) {
                assertThat(e.getSQLState()).as("seed %d: %s", seed, e).isIn("08003", "57014", "HY010");
            }
        }
        over.set(true);
        ends.get();
        undisturbed.get();
        Awaitility.await()
                .untilAsserted(() -> assertThat(number("SELECT sum(n) FROM account"))
                        .as("seed %d", seed)
                        .isEqualTo(100 * ACCOUNTS));
    }

    private static void transfer(Connection connection, int from, int to, Runnable between) throws SQLException {
        connection.setAutoCommit(false);
        between.run();
        execute(connection, "UPDATE account SET n = n - 1 WHERE id = " + from);
        execute(connection, "UPDATE account SET n = n + 1 WHERE id = " + to);
        connection.commit();
    }
}
