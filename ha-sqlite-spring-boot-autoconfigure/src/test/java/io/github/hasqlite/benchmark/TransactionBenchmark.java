package io.github.hasqlite.benchmark;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.PoolSettings.Begin;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.FileSystemUtils;

/**
 * What {@code ha.sqlite.transactions.begin} costs and saves, in each commit mode: four threads that read a row, change
 * it and write it, trying again when they are refused; and four threads that only read in transactions which do not say
 * so, beside one that writes. System properties: {@code rounds} (3), {@code millis} (1500).
 */
public final class TransactionBenchmark {

    private static final int THREADS = 4;
    private static final int ROWS = 100;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final TestNode node;
    private final JdbcClient client;
    private final TransactionTemplate transaction;
    private final AtomicLong refused = new AtomicLong();

    private TransactionBenchmark(TestNode node) {
        this.node = node;
        this.client = JdbcClient.create(node.dataSource());
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(node.dataSource()));
    }

    public static void main(String[] args) throws Exception {
        for (CommitMode mode : CommitMode.values()) {
            for (int round = 0; round < Integer.getInteger("rounds", 3); round++) {
                for (Begin begin : Begin.values()) {
                    measure(mode, begin);
                }
            }
        }
    }

    private static void measure(CommitMode mode, Begin begin) throws Exception {
        Path folder = Files.createTempDirectory("ha-sqlite-transactions");
        try (NatsServer server = NatsServer.start();
                TestNode node = TestNode.open(
                        server.url(),
                        folder.resolve("n1.db"),
                        "n1",
                        settings -> NodeSettings.of("n1", settings.pool().with(to -> to.begin(begin)))
                                .with(to -> to.commitMode(mode)),
                        List.of())) {
            new TransactionBenchmark(node).run(mode, begin);
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void run(CommitMode mode, Begin begin) throws Exception {
        node.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER)");
        for (int i = 1; i <= ROWS; i++) {
            node.execute("INSERT INTO t VALUES(" + i + ", 0)");
        }
        double one = perSecond(() -> change(1), List.of());
        long refusedOne = refused.getAndSet(0);
        double many = perSecond(() -> change(1 + (int) (Thread.currentThread().getId() % THREADS)), List.of());
        long refusedMany = refused.getAndSet(0);
        AtomicLong written = new AtomicLong();
        double read = perSecond(() -> transaction.execute(status -> read(1)), List.of(() -> {
            change(2);
            written.incrementAndGet();
        }));
        System.out.printf(
                Locale.ROOT,
                "%-6s %-9s one row %6.0f/s (%5d refused)  a row each %6.0f/s (%5d refused)"
                        + "  only reading %7.0f/s beside %5d writes%n",
                mode,
                begin,
                one,
                refusedOne,
                many,
                refusedMany,
                read,
                written.get());
    }

    private int read(int id) {
        return client.sql("SELECT n FROM t WHERE id = ?")
                .params(id)
                .query(Integer.class)
                .single();
    }

    private void change(int id) {
        while (true) {
            try {
                transaction.executeWithoutResult(status -> client.sql("UPDATE t SET n = ? WHERE id = ?")
                        .params(read(id) + 1, id)
                        .update());
                return;
            } catch (DataAccessException e) {
                refused.incrementAndGet();
            }
        }
    }

    private static double perSecond(Runnable work, List<Runnable> beside) throws Exception {
        long millis = Long.getLong("millis", 1_500);
        long end = System.nanoTime() + millis * 1_000_000;
        AtomicLong done = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + beside.size());
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        work.run();
                        done.incrementAndGet();
                    }
                }));
            }
            for (Runnable other : beside) {
                all.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        other.run();
                    }
                }));
            }
            for (Future<?> thread : all) {
                thread.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return done.get() * MILLIS_PER_SECOND / millis;
    }
}
