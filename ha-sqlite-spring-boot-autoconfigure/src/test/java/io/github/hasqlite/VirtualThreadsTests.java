package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.PoolSettings.Begin;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Many more virtual threads than carriers, all waiting for connections, the write lock and the stream: whoever waited
 * without leaving its carrier would keep the one it waits for from running.
 */
@Tag("system")
@Timeout(120)
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTests {

    private static final int THREADS = 200;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(CommitMode.class)
    void doNotStarve(CommitMode mode) throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = TestNode.open(
                        server.url(),
                        folder.resolve("n1.db"),
                        "n1",
                        settings -> NodeSettings.of(
                                        "n1",
                                        settings.pool()
                                                .with(to -> to.begin(Begin.IMMEDIATE)
                                                        .writers(4)
                                                        .connectionTimeout(Duration.ofSeconds(60))
                                                        .lockTimeout(Duration.ofSeconds(60))))
                                .with(to -> to.commitMode(mode)),
                        List.of())) {
            node.execute("CREATE TABLE t(n INTEGER)");
            node.execute("INSERT INTO t VALUES(0)");
            JdbcClient client = JdbcClient.create(node.dataSource());
            TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(node.dataSource()));
            ExecutorService threads = virtualThreads();
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    all.add(threads.submit(() -> transaction.executeWithoutResult(status -> {
                        int n = client.sql("SELECT n FROM t")
                                .query(Integer.class)
                                .single();
                        client.sql("UPDATE t SET n = ?").params(n + 1).update();
                    })));
                }
                for (Future<?> thread : all) {
                    thread.get(60, TimeUnit.SECONDS);
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(node.query("SELECT n FROM t")).containsExactly(String.valueOf(THREADS));
        }
    }

    /** Only there from Java 21 on. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
}
