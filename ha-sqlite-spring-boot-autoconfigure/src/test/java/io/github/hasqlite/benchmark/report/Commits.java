package io.github.hasqlite.benchmark.report;

import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.CommitMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One-row transactions in each commit mode, by one to 64 threads, over one server and three. */
final class Commits {

    private static final int[] THREADS = {1, 4, 16, 64};
    private static final String PLAIN = "plain sqlite-jdbc";

    private final Page page;
    private final Path folder;
    private final int rounds;
    private final long millis;

    Commits(Page page, Path folder, int rounds, long millis) {
        this.page = page;
        this.folder = folder;
        this.rounds = rounds;
        this.millis = millis;
    }

    void run() throws Exception {
        page.heading("One-row transactions");
        page.paragraph(
                "Each is a transaction of its own with one INSERT of five columns. Bare is the NATS client alone with a"
                        + " message of the same size: as many threads that publish and wait for the acknowledgement, or one that"
                        + " publishes behind the last message (compare-and-set), which cannot be done side by side. Medians of "
                        + rounds + " rounds of " + millis
                        + " ms, all sides in turn, with the least and the most in brackets; ratios"
                        + " are taken round by round.");
        for (Servers servers : Servers.values()) {
            run(servers);
        }
    }

    private void run(Servers servers) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        List<Chart.Bar> bars = new ArrayList<>();
        Path place = Files.createDirectories(folder.resolve(servers.name()));
        try (Servers.Running running = servers.start();
                HikariDataSource plain = Workload.plain(place.resolve("plain.db"));
                Workload.Bare bare = new Workload.Bare(running)) {
            for (CommitMode mode : CommitMode.values()) {
                String name = mode.name().toLowerCase(Locale.ROOT);
                try (Nodes nodes = new Nodes(running, place, name, mode, 1)) {
                    Workload.createTable(nodes.first().dataSource(), "sample");
                    for (int threads : THREADS) {
                        Map<String, Samples> found = measure(mode, nodes, plain, bare, threads);
                        rows.add(row(name, threads, found));
                        bars.add(new Chart.Bar(
                                threads + (threads == 1 ? " thread" : " threads"), name, found.get(name)));
                    }
                }
            }
        }
        page.paragraph("**" + servers + "**");
        page.table(
                List.of("commit mode", "threads", PLAIN, "bare client", "node", "node / bare", "node / plain"), rows);
        page.chart(
                servers.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                new Chart("One-row transactions a second, " + servers, bars));
    }

    private Map<String, Samples> measure(
            CommitMode mode, Nodes nodes, HikariDataSource plain, Workload.Bare bare, int threads) throws Exception {
        String name = mode.name().toLowerCase(Locale.ROOT);
        return new Sides()
                .with(PLAIN, time -> Workload.rate(threads, time, () -> Workload.insert(plain, "sample")))
                .with("bare", time -> {
                    if (mode == CommitMode.STRICT) {
                        bare.learn();
                        return Workload.rate(1, time, bare::compareAndSet);
                    }
                    return Workload.rate(threads, time, bare::publish);
                })
                .with(name, time -> {
                    double rate = Workload.rate(
                            threads, time, () -> Workload.insert(nodes.first().dataSource(), "sample"));
                    nodes.settle();
                    return rate;
                })
                .measure(rounds, millis);
    }

    private static List<String> row(String name, int threads, Map<String, Samples> found) {
        Samples node = found.get(name);
        return List.of(
                "`" + name + "`",
                Integer.toString(threads),
                found.get(PLAIN).rates(),
                found.get("bare").rates(),
                node.rates(),
                node.over(found.get("bare")).ratios(),
                node.over(found.get(PLAIN)).ratios());
    }
}
