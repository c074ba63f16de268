package io.github.hasqlite.benchmark;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.util.FileSystemUtils;

/**
 * Three nodes that write the same 100 rows at once in {@code sync} mode, beside one of them alone, in
 * one run: commits a second in sum, the longest a commit took, and how long the nodes need to be equal
 * again. System properties: {@code rounds} (5), {@code millis} (2000).
 */
public final class ContentionBenchmark {

    private static final int ROWS = 100;
    private static final int NODES = 3;
    private static final double TARGET = 0.5;
    private static final double NANOS_PER_MILLI = 1e6;

    private final AtomicLong longestNanos = new AtomicLong();
    private final List<Double> settleMillis = new ArrayList<>();

    private ContentionBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("ha-sqlite-contention");
        List<TestNode> nodes = new ArrayList<>();
        try (NatsServer server = NatsServer.start()) {
            for (int i = 1; i <= NODES; i++) {
                nodes.add(TestNode.open(
                        server.url(),
                        folder.resolve("n" + i),
                        "n" + i,
                        settings -> settings.with(to -> to.commitMode(CommitMode.SYNC)),
                        List.of()));
            }
            new ContentionBenchmark().run(nodes);
        } finally {
            nodes.forEach(TestNode::close);
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void run(List<TestNode> nodes) throws Exception {
        nodes.get(0).execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        for (int i = 0; i < ROWS; i++) {
            nodes.get(0).execute("INSERT INTO t VALUES(" + i + ", 0)");
        }
        settle(nodes);
        settleMillis.clear();
        Rounds rounds = new Rounds(Integer.getInteger("rounds", 5), Long.getLong("millis", 2_000));
        rounds.compare(
                "three nodes, the same 100 rows",
                "one node alone",
                millis -> write(nodes.subList(0, 1), nodes, millis, new AtomicLong()),
                "three nodes in sum",
                millis -> write(nodes, nodes, millis, longestNanos),
                TARGET);
        System.out.printf(
                Locale.ROOT,
                "longest commit %.0f ms; equal again after %.0f ms (median), %.0f ms (longest); %s conflicts%n",
                longestNanos.get() / NANOS_PER_MILLI,
                Rounds.median(settleMillis),
                settleMillis.stream().max(Comparator.naturalOrder()).orElseThrow(),
                nodes.get(0).query("SELECT count(*) FROM ha_conflicts").get(0));
    }

    private double write(List<TestNode> writers, List<TestNode> nodes, long millis, AtomicLong longest)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(writers.size());
        try {
            List<Future<Double>> results = new ArrayList<>();
            for (TestNode writer : writers) {
                results.add(threads.submit(() -> write(writer.dataSource(), millis, longest)));
            }
            double sum = 0;
            for (Future<Double> result : results) {
                sum += result.get();
            }
            settle(nodes);
            return sum;
        } finally {
            threads.shutdown();
        }
    }

    private static double write(HaSqliteDataSource dataSource, long millis, AtomicLong longest) throws Exception {
        Random random = new Random();
        long start = System.nanoTime();
        long count = 0;
        long now = start;
        while (now - start < millis * NANOS_PER_MILLI) {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement update = connection.prepareStatement("UPDATE t SET v = ? WHERE id = ?")) {
                update.setLong(1, now);
                update.setInt(2, random.nextInt(ROWS));
                update.executeUpdate();
            }
            long after = System.nanoTime();
            long took = after - now;
            longest.accumulateAndGet(took, Math::max);
            now = after;
            count++;
        }
        return count * 1e9 / (now - start);
    }

    private void settle(List<TestNode> nodes) {
        long start = System.nanoTime();
        for (TestNode one : nodes) {
            for (TestNode other : nodes) {
                one.awaitAppliedOn(other);
            }
        }
        settleMillis.add((System.nanoTime() - start) / NANOS_PER_MILLI);
    }
}
