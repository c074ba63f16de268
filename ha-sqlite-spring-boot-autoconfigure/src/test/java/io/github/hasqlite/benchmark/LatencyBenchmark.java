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

    private static final long NANOS_A_SECOND = 1_000_000_000L;
    private static final long LOOK_NANOS = 20_000;
    private static final double NANOS_A_MILLI = 1e6;

    private LatencyBenchmark() {}

    /** When transactions should have begun, were committed and were seen; the first fifth warms up. */
    public record Times(long[] due, long[] committed, long[] seen) {

        /** How long after they should have begun the commits returned, in milliseconds, sorted. */
        public double[] commitMillis() {
            return millis(committed);
        }

        /** The same of when the other node showed them. */
        public double[] visibleMillis() {
            return millis(seen);
        }

        private double[] millis(long[] at) {
            int from = due.length / 5;
            double[] millis = new double[due.length - from];
            for (int i = 0; i < millis.length; i++) {
                millis[i] = (at[from + i] - due[from + i]) / NANOS_A_MILLI;
            }
            Arrays.sort(millis);
            return millis;
        }
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
            for (String rate : rates) {
                Times times = measure(one, two, Integer.parseInt(rate), Integer.getInteger("seconds", 20));
                print("commit, " + mode, rate, times.commitMillis());
                print("visible on the other node", rate, times.visibleMillis());
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    /**
     * Writes rows of the table {@code sample} on one node, and looks for them on another one.
     *
     * @param rate how many a second
     * @param seconds for how long, without the time to warm up
     */
    public static Times measure(TestNode one, TestNode two, int rate, int seconds) throws Exception {
        int count = rate * seconds * 5 / 4;
        long first = one.status().streamSequence() + 1;
        while (two.status().appliedSequence() < first - 1) {
            Thread.onSpinWait();
        }
        Times times = new Times(new long[count], new long[count], new long[count]);
        Thread watcher = new Thread(() -> watch(two, first, times.seen()), "watcher");
        watcher.start();
        try (Connection connection = one.dataSource().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO sample(name, amount, note, number) VALUES(?,?,?,?)")) {
            long start = System.nanoTime() + NANOS_A_SECOND / 10;
            for (int i = 0; i < count; i++) {
                long due = start + i * NANOS_A_SECOND / rate;
                times.due()[i] = due;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                write(insert, i);
                times.committed()[i] = System.nanoTime();
            }
        }
        watcher.join();
        return times;
    }

    private static void write(PreparedStatement insert, int number) throws SQLException {
        insert.setString(1, "name of the row");
        insert.setDouble(2, number * 1.5);
        insert.setString(3, "a note that says something about it");
        insert.setLong(4, number);
        insert.executeUpdate();
    }

    private static void watch(TestNode node, long first, long[] seen) {
        int next = 0;
        while (next < seen.length) {
            long applied = node.status().appliedSequence() - first + 1;
            long now = System.nanoTime();
            for (; next < applied && next < seen.length; next++) {
                seen[next] = now;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static void print(String what, String rate, double[] millis) {
        System.out.printf(
                Locale.ROOT,
                "%6s/s  %-28s p50 %.3f  p99 %.3f  p99.9 %.3f  max %.1f ms%n",
                rate,
                what,
                millis[millis.length / 2],
                millis[(int) (millis.length * 0.99)],
                millis[(int) (millis.length * 0.999)],
                millis[millis.length - 1]);
    }
}
