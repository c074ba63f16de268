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
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
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
import org.junit.jupiter.params.provider.ValueSource;

/** What others see and count while two transactions are committed in the file and the stream has not answered yet. */
@Tag("system")
@Timeout(60)
class StrictGroupWaitingTests {

    @TempDir
    private Path folder;

    private final Map<WorkListener.Counted, Long> counted = new ConcurrentHashMap<>();
    private final Held held = new Held();
    private NatsServer server;
    private TestNode node;

    @BeforeEach
    void open() throws Exception {
        server = NatsServer.start();
        node = TestNode.openStrict(server, folder.resolve("one.db"), "one", UnaryOperator.identity(), held::over);
        ((ReplicatingDataSource) node.dataSource()).work().add(new WorkListener() {
            @Override
            public void took(Timed what, long nanos) {}

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
}
