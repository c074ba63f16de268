package io.github.hasqlite.benchmark;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.FeedFilter;
import io.github.hasqlite.HistoryEntry;
import io.github.hasqlite.HistoryQuery;
import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.UndoRequest;
import io.github.hasqlite.core.history.HistorySettings;
import io.github.hasqlite.core.history.NodeChangeFeed;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.springframework.util.FileSystemUtils;

/**
 * Measures reading the history of a long stream (wanted: the newest 100 of a million in less than a second), taking back,
 * and how long after its commit a change set is told by the feed of another node at 1,000 change sets a second (wanted: 20
 * ms after it is applied there). System properties: {@code messages}, {@code seconds}.
 */
public final class HistoryBenchmark {

    private static final int MESSAGES = Integer.getInteger("messages", 1_000_000);
    private static final int SECONDS = Integer.getInteger("seconds", 10);
    private static final int RATE = 1_000;
    private static final int ROUNDS = 5;
    private static final double NANOS_A_MILLI = 1e6;

    private HistoryBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("history-benchmark");
        try (NatsServer server = NatsServer.start();
                TestNode one = TestNode.open(server, folder.resolve("one.db"), "one", CommitMode.ASYNC)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            insert(one, 1, MESSAGES, 0);
            one.awaitAppliedOn(one);
            history(one.node().histories().history(HistorySettings.DEFAULT_MAX_ROWS), one);
            try (TestNode two = TestNode.open(server, folder.resolve("two.db"), "two", CommitMode.ASYNC);
                    NodeChangeFeed feed = two.node().histories().feed()) {
                feed(one, feed);
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static void insert(TestNode node, long first, long last, long pauseNanos) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
            long next = System.nanoTime();
            for (long i = first; i <= last; i++) {
                insert.setLong(1, i);
                insert.setLong(2, System.nanoTime());
                insert.executeUpdate();
                next += pauseNanos;
                while (pauseNanos > 0 && System.nanoTime() < next) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        }
    }

    private interface Call {
        Object run() throws Exception;
    }

    private static void time(String what, Call call) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            long begun = System.nanoTime();
            Object answer = call.run();
            System.out.printf(
                    Locale.ROOT, "%-44s %,8.1f ms   %s%n", what, (System.nanoTime() - begun) / NANOS_A_MILLI, answer);
        }
    }

    private static void history(ReplicationHistory history, TestNode node) throws Exception {
        time(
                "newest 100 of " + MESSAGES,
                () -> history.read(HistoryQuery.latest(100)).size());
        time(
                "100 before the middle",
                () -> history.read(HistoryQuery.latest(100).to(MESSAGES / 2)).size());
        time(
                "100 since a time",
                () -> history.read(HistoryQuery.latest(100).since(Instant.now().minus(Duration.ofSeconds(10))))
                        .size());
        time(
                "newest of one row",
                () -> history.read(HistoryQuery.latest(1).row("t", MESSAGES)).size());
        List<HistoryEntry> last = history.read(HistoryQuery.latest(1_000));
        long from = last.get(last.size() - 1).position();
        time(
                "dry run of 1,000 transactions",
                () -> history.plan(UndoRequest.everythingFrom(from)).changes().size());
        long begun = System.nanoTime();
        history.undo(UndoRequest.everythingFrom(from));
        System.out.printf(
                Locale.ROOT,
                "%-44s %,8.1f ms   %s rows left%n",
                "taking them back",
                (System.nanoTime() - begun) / NANOS_A_MILLI,
                node.query("SELECT count(*) FROM t"));
    }

    private static void feed(TestNode one, NodeChangeFeed feed) throws Exception {
        // the first second warms up
        int count = (SECONDS + 1) * RATE;
        long first = 10_000_000;
        AtomicLongArray waits = new AtomicLongArray(count);
        CountDownLatch told = new CountDownLatch(count);
        feed.subscribe(ChangeFeed.LATEST, FeedFilter.tables("t"), entry -> {
            List<Object> row = entry.changeSet().changes().get(0).newValues();
            waits.set((int) ((Long) row.get(0) - first), System.nanoTime() - (Long) row.get(1));
            told.countDown();
        });
        insert(one, first, first + count - 1, 1_000_000_000L / RATE);
        told.await();
        long[] sorted = new long[SECONDS * RATE];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = waits.get(i + RATE);
        }
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "statement to feed of another node at %d/s: p50 %.2f ms, p99 %.2f ms, longest %.2f ms%n",
                RATE,
                sorted[sorted.length / 2] / NANOS_A_MILLI,
                sorted[sorted.length * 99 / 100] / NANOS_A_MILLI,
                sorted[sorted.length - 1] / NANOS_A_MILLI);
    }
}
