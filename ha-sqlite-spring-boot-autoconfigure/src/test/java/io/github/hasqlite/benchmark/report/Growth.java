package io.github.hasqlite.benchmark.report;

import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.CommitMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/** What becomes of it when the database, its schema or the cluster grows. */
final class Growth {

    private static final String PLAIN = "plain sqlite-jdbc";
    private static final String NODE = "node";
    private static final int THREADS = 16;
    private static final int BATCH = 1_000;
    private static final String NOTE = "x".repeat(1_000);
    private static final int[] MEGABYTES = {10, 1_000};
    private static final int[] TABLES = {10, 1_000};
    private static final int[] NODES = {2, 3, 5};

    private final Page page;
    private final Path folder;
    private final int rounds;
    private final long millis;

    Growth(Page page, Path folder, int rounds, long millis) {
        this.page = page;
        this.folder = folder;
        this.rounds = rounds;
        this.millis = millis;
    }

    void run() throws Exception {
        page.heading("Growth");
        page.paragraph("Commit mode `sync`, one server, " + THREADS
                + " threads that write one-row transactions; reads are of one" + " row by its key, one thread.");
        List<List<String>> rows = new ArrayList<>();
        for (int megabytes : MEGABYTES) {
            rows.addAll(size(megabytes));
        }
        for (int tables : TABLES) {
            rows.add(tables(tables));
        }
        for (int nodes : NODES) {
            rows.add(nodes(nodes));
        }
        page.table(List.of("what", "with", PLAIN, NODE, "ratio"), rows);
    }

    private List<List<String>> size(int megabytes) throws Exception {
        Path place = Files.createDirectories(folder.resolve("size" + megabytes));
        try (Servers.Running server = Servers.ONE.start();
                HikariDataSource plain = Workload.plain(place.resolve("plain.db"));
                Nodes nodes = new Nodes(server, place, "size", CommitMode.SYNC, 1)) {
            DataSource node = nodes.first().dataSource();
            Workload.createTable(node, "sample");
            for (int i = 0; i < megabytes; i++) {
                Workload.insert(plain, "sample", BATCH, NOTE);
                Workload.insert(node, "sample", BATCH, NOTE);
            }
            nodes.settle();
            long most = (long) megabytes * BATCH;
            return List.of(
                    row("writes", megabytes + " MB", writes(plain, nodes)),
                    row(
                            "reads",
                            megabytes + " MB",
                            new Sides()
                                    .with(PLAIN, time -> Workload.rate(1, time, () -> Workload.read(plain, any(most))))
                                    .with(NODE, time -> Workload.rate(1, time, () -> Workload.read(node, any(most))))
                                    .measure(rounds, millis)));
        }
    }

    private static long any(long most) {
        return ThreadLocalRandom.current().nextLong(most) + 1;
    }

    private Map<String, Samples> writes(DataSource plain, Nodes nodes) throws Exception {
        return new Sides()
                .with(PLAIN, time -> Workload.rate(THREADS, time, () -> Workload.insert(plain, "sample")))
                .with(NODE, time -> {
                    double rate = Workload.rate(
                            THREADS, time, () -> Workload.insert(nodes.first().dataSource(), "sample"));
                    nodes.settle();
                    return rate;
                })
                .measure(rounds, millis);
    }

    private List<String> tables(int count) throws Exception {
        Path place = Files.createDirectories(folder.resolve("tables" + count));
        try (Servers.Running server = Servers.ONE.start();
                HikariDataSource plain = Workload.plain(place.resolve("plain.db"));
                Nodes nodes = new Nodes(server, place, "tables", CommitMode.SYNC, 1)) {
            DataSource node = nodes.first().dataSource();
            for (int i = 0; i < count; i++) {
                Workload.createTable(plain, "t" + i);
                Workload.createTable(node, "t" + i);
            }
            AtomicLong next = new AtomicLong();
            Map<String, Samples> found = new Sides()
                    .with(
                            PLAIN,
                            time -> Workload.rate(
                                    THREADS, time, () -> Workload.insert(plain, "t" + next.incrementAndGet() % count)))
                    .with(NODE, time -> {
                        double rate = Workload.rate(
                                THREADS, time, () -> Workload.insert(node, "t" + next.incrementAndGet() % count));
                        nodes.settle();
                        return rate;
                    })
                    .measure(rounds, millis);
            return row("writes, all tables in turn", count + " tables", found);
        }
    }

    private List<String> nodes(int count) throws Exception {
        Path place = Files.createDirectories(folder.resolve("nodes" + count));
        try (Servers.Running server = Servers.ONE.start();
                HikariDataSource plain = Workload.plain(place.resolve("plain.db"));
                Nodes nodes = new Nodes(server, place, "nodes", CommitMode.SYNC, count)) {
            Workload.createTable(nodes.first().dataSource(), "sample");
            nodes.settle();
            return row("writes on one of them", count + " nodes", writes(plain, nodes));
        }
    }

    private static List<String> row(String what, String with, Map<String, Samples> found) {
        Samples plain = found.get(PLAIN);
        Samples node = found.get(NODE);
        return List.of(what, with, plain.rates(), node.rates(), node.over(plain).ratios());
    }
}
