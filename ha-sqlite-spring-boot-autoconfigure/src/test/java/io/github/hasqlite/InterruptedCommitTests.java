package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A commit is never interrupted: what it waits for is limited by {@code publisher.timeout} alone. */
@Tag("system")
@Timeout(60)
@Execution(ExecutionMode.SAME_THREAD)
class InterruptedCommitTests {

    private static final AtomicInteger streams = new AtomicInteger();

    private static NatsServer server;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(CommitMode.class)
    void whoIsInterruptedBeforehandCommits(CommitMode mode) throws SQLException {
        try (TestNode node = open(mode)) {
            for (int i = 0; i < 20; i++) {
                commitInterrupted(node, "INSERT INTO t VALUES(" + i + ")");
            }
            commitInterrupted(node, "CREATE TABLE u(id INTEGER PRIMARY KEY)");
            assertThat(node.query("SELECT count(*) FROM t")).containsExactly("20");
            assertThat(node.query("SELECT count(*) FROM u")).containsExactly("0");
        }
    }

    /** The statement itself may have to wait for the write lock, which an interrupt ends. */
    private static void commitInterrupted(TestNode node, String sql) throws SQLException {
        try (Connection connection = node.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, sql);
            Thread.currentThread().interrupt();
            connection.commit();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CommitMode.class,
            names = {"SYNC", "STRICT"})
    void whoIsInterruptedWhileItWaitsGoesOnWaiting(CommitMode mode) throws Exception {
        try (TestNode node = open(mode)) {
            waitsAndGoesOn(node, "INSERT INTO t VALUES(1)");
            waitsAndGoesOn(node, "CREATE TABLE u(id INTEGER PRIMARY KEY)");
        }
    }

    private static void waitsAndGoesOn(TestNode node, String sql) throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        CountDownLatch suspended = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            try (Connection connection = node.dataSource().getConnection()) {
                execute(connection, "SELECT 1");
                suspended.await();
                execute(connection, sql);
                interrupted.complete(Thread.interrupted());
            } catch (Exception e) {
                interrupted.completeExceptionally(e);
            }
        });
        thread.start();
        server.suspend();
        try {
            suspended.countDown();
            Awaitility.await().until(() -> isWaitingForTheStream(thread));
            thread.interrupt();
            // the flag is taken, and the thread waits again
            Awaitility.await().until(() -> !thread.isInterrupted() && isWaitingForTheStream(thread));
            assertThat(interrupted).isNotDone();
        } finally {
            server.resume();
        }
        assertThat(interrupted.get()).as("the thread learns of it afterwards").isTrue();
    }

    private static boolean isWaitingForTheStream(Thread thread) {
        boolean commits = false;
        for (StackTraceElement frame : thread.getStackTrace()) {
            commits |= frame.getClassName().endsWith(".LoggedCommit");
        }
        return commits && thread.getState() == Thread.State.TIMED_WAITING;
    }

    private TestNode open(CommitMode mode) throws SQLException {
        String stream = "s" + streams.incrementAndGet();
        TestNode node = TestNode.openWith(
                server.url(),
                folder.resolve("app.db"),
                "n1",
                settings -> settings.with(to -> to.commitMode(mode)),
                UnaryOperator.identity(),
                settings -> settings.with(to -> to.stream(stream).subject(stream + ".test")));
        node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY)");
        return node;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
