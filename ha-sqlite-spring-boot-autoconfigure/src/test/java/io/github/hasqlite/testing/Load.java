package io.github.hasqlite.testing;

import io.github.hasqlite.HaSqliteDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What an application does for a while as fast as it can, for benchmarks. */
final class Load {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private Load() {}

    /** Inserts rows into {@code r(id INTEGER PRIMARY KEY, v)}, each in a transaction of its own; how many a second. */
    static double commitsPerSecond(HaSqliteDataSource dataSource, int threads, long millis) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            long start = System.nanoTime();
            long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                counts.add(executor.submit(() -> insert(dataSource, end)));
            }
            long sum = 0;
            for (Future<Integer> count : counts) {
                sum += count.get();
            }
            return sum * NANOS_PER_SECOND / (System.nanoTime() - start);
        } finally {
            executor.shutdown();
        }
    }

    private static int insert(HaSqliteDataSource dataSource, long end) throws SQLException {
        int count = 0;
        while (System.nanoTime() < end) {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO r(v) VALUES(?)")) {
                insert.setString(1, "value " + count);
                insert.executeUpdate();
            }
            count++;
        }
        return count;
    }

    /** Reads with short pauses; the number of reads, and the microseconds of the longest one. */
    static String reads(HaSqliteDataSource dataSource, long millis) throws SQLException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long longest = 0;
        int count = 0;
        for (long before = System.nanoTime(); before < end; before = System.nanoTime()) {
            try (Connection connection = dataSource.getConnection()) {
                connection.setReadOnly(true);
                try (PreparedStatement select =
                                connection.prepareStatement("SELECT v FROM r ORDER BY id DESC LIMIT 1");
                        ResultSet result = select.executeQuery()) {
                    result.next();
                }
            }
            longest = Math.max(longest, System.nanoTime() - before);
            count++;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return count + " " + TimeUnit.NANOSECONDS.toMicros(longest);
    }
}
