package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.core.runtime.WorkListener;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What others see and count while two transactions are committed in the file and the stream has not answered yet. */
@Tag("system")
@Timeout(60)
class StrictGroupWaitingTests {

    @TempDir
    private Path folder;

    private final Map<WorkListener.Counted, Long> counted = new ConcurrentHashMap<>();
    private final Held held = new Held();
    /** What whoever is about to commit, and has said so to readers, waits for. */
    private volatile @Nullable Semaphore beforeCommit;

    private NatsServer server;
    private TestNode node;

    @BeforeEach
    void open() throws Exception {
        server = NatsServer.start();
        node = TestNode.openStrict(server, folder.resolve("one.db"), "one", UnaryOperator.identity(), held::over);
        ((ReplicatingDataSource) node.dataSource()).work().add(new WorkListener() {
            @Override
            public void took(Timed what, long nanos) {
                Semaphore before = beforeCommit;
                if (what == Timed.CAPTURE && before != null) {
                    before.acquireUninterruptibly();
                }
            }

            @Override
            public void counted(Counted what, long number) {
                counted.merge(what, number, Long::sum);
            }
        });
        node.execute("CREATE TABLE parent(id INTEGER PRIMARY KEY)");
        node.execute("CREATE TABLE child(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent)");
        counted.clear();
    }

    @AfterEach
    void close() {
        node.close();
        server.close();
    }

    /** Keeps what is published until it is told what becomes of it. */
    private static final class Held {

        private final CompletableFuture<Boolean> forwards = new CompletableFuture<>();
        private volatile boolean on;
        private volatile boolean any;

        ChangeSetPublisher over(ChangeSetPublisher publisher) {
            return (ChangeSetPublisher) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {ChangeSetPublisher.class},
                    (proxy, method, arguments) -> {
                        if (!on || !method.getName().equals("publish")) {
                            return method.invoke(publisher, arguments);
                        }
                        any = true;
                        return forwards.thenCompose(
                                forward -> forward ? forwarded(() -> method.invoke(publisher, arguments)) : refused());
                    });
        }

        private interface Call {
            @Nullable
            Object make() throws ReflectiveOperationException;
        }

        @SuppressWarnings("unchecked")
        private static CompletableFuture<Long> forwarded(Call call) {
            try {
                return (CompletableFuture<Long>) call.make();
            } catch (ReflectiveOperationException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private static CompletableFuture<Long> refused() {
            return CompletableFuture.failedFuture(
                    new PublishException(PublishException.Reason.REJECTED, "not now, says the test"));
        }
    }

    /** A call on a thread of its own. */
    private static final class Running extends Thread {

        private final FutureTask<String> task;

        Running(Callable<String> call) {
            task = new FutureTask<>(call);
            setDaemon(true);
        }

        @Override
        public void run() {
            task.run();
        }

        Running awaitIn(String className) {
            Awaitility.await()
                    .until(() -> Arrays.stream(getStackTrace())
                            .anyMatch(frame -> frame.getClassName().endsWith(className)));
            return this;
        }

        static Running begin(Callable<String> call) {
            Running running = new Running(call);
            running.start();
            return running;
        }
    }

    /** One commits while the other waits for the write lock, and then the other one on top of it. */
    private Running[] commitTwo() throws Exception {
        Connection first = node.dataSource().getConnection();
        first.setAutoCommit(false);
        try (Statement statement = first.createStatement()) {
            statement.executeUpdate("INSERT INTO child VALUES(1, 99)");
        }
        Running second = Running.begin(() -> {
            node.execute("INSERT INTO child VALUES(2, 99)");
            return "";
        });
        second.awaitIn("core.sqlite.WriteLock");
        held.on = true;
        Running committing = Running.begin(() -> {
            try (first) {
                first.commit();
            }
            return "";
        });
        Awaitility.await().until(() -> held.any);
        return new Running[] {committing, second};
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA foreign_key_check",
                "PRAGMA main.foreign_key_check(child)",
                "PRAGMA integrity_check",
                "PRAGMA quick_check",
                "SELECT * FROM pragma_foreign_key_check",
                "SELECT count(*) FROM child"
            })
    void whatReadsWaitsForTheStream(String sql) throws Exception {
        Running[] commits = commitTwo();
        Running reader = Running.begin(() -> node.query(sql).toString());
        reader.awaitIn("core.commit.GroupCommit");
        assertThat(reader.task.isDone()).isFalse();
        held.on = false;
        held.forwards.complete(true);
        for (Running commit : commits) {
            commit.task.get();
        }
        assertThat(reader.task.get()).isNotEmpty();
        assertThat(node.query("PRAGMA foreign_key_check")).hasSize(2);
        assertThat(counted).containsEntry(WorkListener.Counted.COMMITTED_CHANGE_SETS, 2L);
    }

    @Test
    void whatIsTakenBackIsNeitherSeenNorCounted() throws Exception {
        Running[] commits = commitTwo();
        Running reader =
                Running.begin(() -> node.query("PRAGMA foreign_key_check").toString());
        reader.awaitIn("core.commit.GroupCommit");
        held.on = false;
        held.forwards.complete(false);
        for (Running commit : commits) {
            assertThatThrownBy(commit.task::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("08001");
        }
        assertThat(reader.task.get()).isEqualTo("[]");
        assertThat(node.query("SELECT count(*) FROM child")).containsExactly("0");
        assertThat(counted).doesNotContainKey(WorkListener.Counted.COMMITTED_CHANGE_SETS);
        node.execute("INSERT INTO parent VALUES(1)");
        assertThat(counted).containsEntry(WorkListener.Counted.COMMITTED_CHANGE_SETS, 1L);
    }

    /** How an application ends a transaction that has written and read. */
    private enum Ending {
        ROLLBACK {
            @Override
            void end(Connection connection) throws SQLException {
                connection.rollback();
            }
        },
        CLOSE {
            @Override
            void end(Connection connection) throws SQLException {
                connection.close();
            }
        },
        STATEMENT {
            @Override
            void end(Connection connection) throws SQLException {
                execute(connection, "ROLLBACK");
            }
        },
        CONFLICT {
            @Override
            void end(Connection connection) throws SQLException {
                execute(connection, "INSERT OR ROLLBACK INTO child VALUES(1, 1)");
            }
        };

        abstract void end(Connection connection) throws SQLException;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoeverEndsATransactionLearnsWhetherWhatItReadStays(Ending ending) throws Exception {
        commitTwo();
        try (Connection connection = node.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO parent VALUES(5)");
            assertThat(count(connection)).isEqualTo(2);
            Running ends = Running.begin(() -> {
                ending.end(connection);
                return "";
            });
            ends.awaitIn("core.commit.GroupCommit");
            assertThat(ends.task.isDone()).isFalse();
            refuse();
            assertThatThrownBy(ends.task::get).cause().isInstanceOf(SerializationFailureException.class);
        }
        assertThat(node.query("SELECT count(*) FROM child")).containsExactly("0");
    }

    @Test
    void anErrorThatComesFromWhatDoesNotStayIsNone() throws Exception {
        commitTwo();
        Running insert = Running.begin(() -> {
            node.execute("INSERT INTO child VALUES(1, 1)");
            return "inserted";
        });
        insert.awaitIn("core.commit.GroupCommit");
        assertThat(insert.task.isDone()).isFalse();
        refuse();
        assertThat(insert.task.get()).isEqualTo("inserted");
        assertThat(node.query("SELECT id, parent FROM child")).containsExactly("1|1");
    }

    @Test
    void aCommitThatFailsByItselfWaitsForWhatItHasSeen() throws Exception {
        node.execute("CREATE TABLE later(id INTEGER PRIMARY KEY,"
                + " parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
        commitTwo();
        try (Connection connection = node.dataSource().getConnection()) {
            execute(connection, "PRAGMA foreign_keys = ON");
            Running insert = Running.begin(() -> {
                execute(connection, "INSERT INTO later VALUES(1, 7)");
                return "";
            });
            insert.awaitIn("core.commit.GroupCommit");
            assertThat(insert.task.isDone()).isFalse();
            refuse();
            assertThatThrownBy(insert.task::get).hasMessageContaining("FOREIGN KEY constraint failed");
            execute(connection, "PRAGMA foreign_keys = OFF");
        }
    }

    @Test
    void aCommitThatFailsByItselfSaysNothingOfThoseBeforeIt() throws Exception {
        node.execute("CREATE TABLE later(id INTEGER PRIMARY KEY,"
                + " parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
        commitTwo();
        try (Connection connection = node.dataSource().getConnection()) {
            execute(connection, "PRAGMA foreign_keys = ON");
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO later VALUES(1, 7)");
            Semaphore before = new Semaphore(0);
            beforeCommit = before;
            Running commit = Running.begin(() -> {
                connection.commit();
                return "";
            });
            commit.awaitIn("Semaphore");
            Running reader =
                    Running.begin(() -> node.query("SELECT count(*) FROM child").toString());
            reader.awaitIn("core.commit.GroupCommit");
            beforeCommit = null;
            before.release();
            assertThatThrownBy(commit.task::get).hasMessageContaining("FOREIGN KEY constraint failed");
            refuse();
            assertThatThrownBy(connection::rollback).isInstanceOf(SerializationFailureException.class);
            assertThat(reader.task.get()).isEqualTo("[0]");
            execute(connection, "PRAGMA foreign_keys = OFF");
        }
    }

    @ParameterizedTest
    @CsvSource({"VACUUM INTO '%s', false", "backup to '%s', false", "backup to '%s', true"})
    void aCopyHoldsOnlyWhatTheStreamHas(String sql, boolean readOnly) throws Exception {
        Path copy = folder.resolve("copy.db");
        commitTwo();
        Running copies = Running.begin(() -> {
            try (Connection connection = node.dataSource().getConnection()) {
                connection.setReadOnly(readOnly);
                execute(connection, sql.formatted(copy));
            }
            return "";
        });
        copies.awaitIn("core.commit.GroupCommit");
        assertThat(copies.task.isDone()).isFalse();
        refuse();
        copies.task.get();
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + copy)) {
            assertThat(count(plain)).isZero();
        }
    }

    @Test
    void whoWaitsCanBeCancelledAndHasItsTimeout() throws Exception {
        commitTwo();
        try (Connection above = node.dataSource().getConnection();
                Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement();
                Connection other = node.dataSource().getConnection();
                Statement limited = other.createStatement()) {
            // keeps what nobody answers for from being taken back
            above.setAutoCommit(false);
            execute(above, "INSERT INTO parent VALUES(5)");
            Running cancelled =
                    Running.begin(() -> String.valueOf(statement.executeQuery("SELECT count(*) FROM child")));
            cancelled.awaitIn("core.commit.GroupCommit");
            statement.cancel();
            assertThatThrownBy(cancelled.task::get).hasMessageContaining("interrupted");
            limited.setQueryTimeout(1);
            assertThatThrownBy(() -> limited.executeQuery("SELECT count(*) FROM child"))
                    .isInstanceOf(SQLTimeoutException.class);
            other.setAutoCommit(false);
            other.setReadOnly(true);
            assertThatThrownBy(() -> limited.executeQuery("SELECT count(*) FROM child"))
                    .isInstanceOf(SQLTimeoutException.class);
            other.rollback();
            refuse();
            assertThatThrownBy(above::close).isInstanceOf(SerializationFailureException.class);
        }
    }

    @Test
    void whatStandsOnWhatDoesNotStayGivesWayToReaders() throws Exception {
        commitTwo();
        try (Connection above = node.dataSource().getConnection()) {
            above.setAutoCommit(false);
            execute(above, "INSERT INTO parent VALUES(5)");
            Running reader =
                    Running.begin(() -> node.query("SELECT count(*) FROM child").toString());
            reader.awaitIn("core.commit.GroupCommit");
            refuse();
            Awaitility.await()
                    .untilAsserted(() -> assertThatThrownBy(() -> execute(above, "INSERT INTO parent VALUES(NULL)"))
                            .isInstanceOf(SerializationFailureException.class));
            assertThat(reader.task.get()).isEqualTo("[0]");
            assertThatThrownBy(() -> execute(above, "INSERT INTO parent VALUES(6)"))
                    .hasMessageContaining("rollback()");
            above.rollback();
            execute(above, "INSERT INTO parent VALUES(7)");
            above.commit();
        }
        assertThat(node.query("SELECT id FROM parent")).containsExactly("7");
    }

    private static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM child")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** The stream refuses both; nothing after them is kept. */
    private void refuse() {
        held.on = false;
        held.forwards.complete(false);
    }
}
