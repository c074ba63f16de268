package io.github.hasqlite.benchmark;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.springframework.util.FileSystemUtils;

/**
 * How long it takes from the beginning of a one-row transaction until another node shows it, at a steady rate; both nodes
 * and the nats-server on one machine. A transaction that begins late because the one before took long counts from when it
 * should have begun. Arguments: transactions a second (500 and 5,000 without). System properties: {@code seconds} for
 * each (20), {@code mode} ({@code async}); a quarter more before them is not counted.
 */
public final class LatencyBenchmark {

    private static final int SECONDS = Integer.getInteger("seconds", 20);
    private static final long NANOS_A_SECOND = 1_000_000_000L;
    private static final long LOOK_NANOS = 20_000;
    private static final double NANOS_A_MILLI = 1e6;

    private final TestNode one;
    private final TestNode two;

    private LatencyBenchmark(TestNode one, TestNode two) {
        this.one = one;
        this.two = two;
    }

    public static void main(String[] args) throws Exception {
        List<String> rates = args.length == 0 ? List.of("500", "5000") : List.of(args);
        CommitMode mode = CommitMode.valueOf(System.getProperty("mode", "async").toUpperCase(Locale.ROOT));
        Path folder = Files.createTempDirectory("ha-sqlite-latency");
        try (NatsServer server = NatsServer.start();
                TestNode one = TestNode.open(server, folder.resolve("n1.db"), "n1", mode);
                TestNode two = TestNode.open(server, folder.resolve("n2.db"), "n2", mode)) {
            one.execute(
                    "CREATE TABLE sample(id INTEGER PRIMARY KEY, name TEXT, amount REAL, note TEXT, number INTEGER)");
            LatencyBenchmark benchmark = new LatencyBenchmark(one, two);
            for (String rate : rates) {
                benchmark.measure(Integer.parseInt(rate), mode);
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void measure(int rate, CommitMode mode) throws Exception {
        int count = rate * SECONDS * 5 / 4;
        long first = one.status().streamSequence() + 1;
        while (two.status().appliedSequence() < first - 1) {
            Thread.onSpinWait();
        }
        long[] due = new long[count];
        long[] committed = new long[count];
        long[] seen = new long[count];
        Thread watcher = new Thread(() -> watch(first, seen), "watcher");
        watcher.start();
        try (Connection connection = one.dataSource().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO sample(name, amount, note, number) VALUES(?,?,?,?)")) {
            long start = System.nanoTime() + NANOS_A_SECOND / 10;
            for (int i = 0; i < count; i++) {
                due[i] = start + i * NANOS_A_SECOND / rate;
                for (long left = due[i] - System.nanoTime(); left > 0; left = due[i] - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                write(insert, i);
                committed[i] = System.nanoTime();
            }
        }
        watcher.join();
        int from = count / 5;
        print("commit, " + mode, rate, from, due, committed);
        print("visible on the other node", rate, from, due, seen);
    }

    private static void write(PreparedStatement insert, int number) throws SQLException {
        insert.setString(1, "name of the row");
        insert.setDouble(2, number * 1.5);
        insert.setString(3, "a note that says something about it");
        insert.setLong(4, number);
        insert.executeUpdate();
    }

    private void watch(long first, long[] seen) {
        int next = 0;
        while (next < seen.length) {
            long applied = two.status().appliedSequence() - first + 1;
            long now = System.nanoTime();
            for (; next < applied && next < seen.length; next++) {
                seen[next] = now;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static void print(String what, int rate, int from, long[] due, long[] at) {
        double[] millis = new double[due.length - from];
        for (int i = 0; i < millis.length; i++) {
            millis[i] = (at[from + i] - due[from + i]) / NANOS_A_MILLI;
        }
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "%,6d/s  %-28s p50 %.3f  p99 %.3f  p99.9 %.3f  max %.1f ms%n",
                rate,
                what,
                millis[millis.length / 2],
                millis[(int) (millis.length * 0.99)],
                millis[(int) (millis.length * 0.999)],
                millis[millis.length - 1]);
    }
}
