package io.github.hasqlite.benchmark;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.benchmark.report.Servers;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.JetStream;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.springframework.util.FileSystemUtils;

/**
 * Commit mode {@code strict} with 1, 4, 16 and 64 threads, with and without group commit in turn, beside bare
 * compare-and-set, with the server's default and with {@code sync_interval: always}, one server and three; and how long
 * reads take beside 16 writers. System properties: {@code rounds} (7), {@code millis} (1000), {@code threads} (4,16,64),
 * {@code servers} (ONE,ONE_SYNCING,THREE,THREE_SYNCING).
 */
public final class StrictBenchmark {

    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int WRITERS = 16;

    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong last = new AtomicLong();

    private StrictBenchmark() {}

    public static void main(String[] args) throws Exception {
        for (String servers : System.getProperty("servers", "ONE,ONE_SYNCING,THREE,THREE_SYNCING")
                .split(",")) {
            System.out.println(Servers.valueOf(servers));
            new StrictBenchmark().run(Servers.valueOf(servers));
        }
    }

    private void run(Servers servers) throws Exception {
        Path folder = Files.createTempDirectory("ha-sqlite-strict");
        try (Servers.Running running = servers.start();
                TestNode grouped = open(running, folder.resolve("grouped"), true);
                TestNode single = open(running, folder.resolve("single"), false);
                io.nats.client.Connection bare =
                        Nats.connect(new Options.Builder().server(running.url()).build())) {
            for (TestNode node : List.of(grouped, single)) {
                node.execute(
                        "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, amount REAL, note TEXT, number INTEGER)");
            }
            bare.jetStreamManagement()
                    .addStream(StreamConfiguration.builder()
                            .name("bare")
                            .storageType(StorageType.File)
                            .replicas(running.replicas())
                            .build());
            JetStream jetStream = bare.jetStream();
            Rounds rounds = new Rounds(Integer.getInteger("rounds", 7), Long.getLong("millis", 1_000));
            rounds.compare(
                    "1 thread",
                    "bare compare-and-set",
                    t -> compareAndSet(jetStream, t),
                    "group commit",
                    t -> write(grouped, 1, t),
                    0.9);
            for (String threads : System.getProperty("threads", "4,16,64").split(",")) {
                int count = Integer.parseInt(threads);
                rounds.compare(
                        count + " threads",
                        "group commit, 1 thread",
                        t -> write(grouped, 1, t),
                        "group commit",
                        t -> write(grouped, count, t),
                        count == WRITERS ? servers.isSyncing() ? 6 : 4 : 0);
            }
            for (String threads : ("1," + System.getProperty("threads", "4,16,64")).split(",")) {
                int count = Integer.parseInt(threads);
                rounds.compare(
                        count + " threads",
                        "one by one",
                        t -> write(single, count, t),
                        "group commit",
                        t -> write(grouped, count, t),
                        0);
            }
            readers("one by one", single, rounds.millis());
            readers("group commit", grouped, rounds.millis());
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static TestNode open(Servers.Running servers, Path file, boolean grouped) {
        String name = grouped ? "grouped" : "single";
        return TestNode.openWith(
                servers.url(),
                file,
                "n1",
                settings ->
                        settings.with(to -> to.commitMode(CommitMode.STRICT)).with(to -> to.groupCommit(grouped)),
                UnaryOperator.identity(),
                settings -> settings.with(
                        to -> to.stream(name).subject(name + ".test").replicas(servers.replicas())));
    }

    private double compareAndSet(JetStream jetStream, long millis) throws Exception {
        byte[] message = new byte[400];
        long start = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - start < millis * NANOS_PER_MILLI) {
            PublishOptions expected =
                    PublishOptions.builder().expectedLastSequence(last.get()).build();
            last.set(jetStream.publish("bare", message, expected).getSeqno());
            count++;
        }
        return count * 1e9 / (System.nanoTime() - start);
    }

    private double write(TestNode node, int threads, long millis) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Double>> results = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                results.add(pool.submit(() -> write(node, millis)));
            }
            double sum = 0;
            for (Future<Double> result : results) {
                sum += result.get();
            }
            return sum;
        } finally {
            pool.shutdown();
        }
    }

    private double write(TestNode node, long millis) throws Exception {
        long start = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - start < millis * NANOS_PER_MILLI) {
            try (Connection connection = node.dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES(?, ?, ?, ?, ?)")) {
                insert.setLong(1, ids.incrementAndGet());
                insert.setString(2, "name");
                insert.setDouble(3, count / 7.0);
                insert.setString(4, "a note of some length");
                insert.setLong(5, count);
                insert.executeUpdate();
            }
            count++;
        }
        return count * 1e9 / (System.nanoTime() - start);
    }

    private void readers(String what, TestNode node, long millis) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(1);
        try {
            Future<long[]> reads = pool.submit(() -> read(node, over));
            double rate = write(node, WRITERS, 2 * millis);
            over.set(true);
            long[] nanos = reads.get();
            Arrays.sort(nanos);
            System.out.printf(
                    Locale.ROOT,
                    "reads beside %d writers, %s: p50 %.0f us, p99 %.0f us, longest %.0f us; %,.0f writes/s%n",
                    WRITERS,
                    what,
                    nanos[nanos.length / 2] / NANOS_PER_MICRO,
                    nanos[nanos.length * 99 / 100] / NANOS_PER_MICRO,
                    nanos[nanos.length - 1] / NANOS_PER_MICRO,
                    rate);
        } finally {
            pool.shutdown();
        }
    }

    private long[] read(TestNode node, AtomicBoolean over) throws Exception {
        List<Long> nanos = new ArrayList<>();
        while (!over.get()) {
            long start = System.nanoTime();
            try (Connection connection = node.dataSource().getConnection()) {
                connection.setReadOnly(true);
                try (PreparedStatement select = connection.prepareStatement("SELECT name FROM t WHERE id = ?")) {
                    select.setLong(1, Math.max(1, ids.get() / 2));
                    try (ResultSet rows = select.executeQuery()) {
                        rows.next();
                    }
                }
            }
            nanos.add(System.nanoTime() - start);
        }
        return nanos.stream().mapToLong(Long::longValue).toArray();
    }
}
