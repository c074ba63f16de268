package io.github.hasqlite.benchmark.report;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.benchmark.LatencyBenchmark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** How long after the beginning of a commit its row is there on another node, at a steady rate. */
final class Visibility {

    private static final int[] RATES = {500, 5_000};

    private final Page page;
    private final Path folder;
    private final int seconds;

    Visibility(Page page, Path folder, int seconds) {
        this.page = page;
        this.folder = folder;
        this.seconds = seconds;
    }

    void run() throws Exception {
        page.heading("Commit to visible on another node");
        page.paragraph(
                "Commit mode `async`, one server, two nodes, one thread that writes a row at fixed times for " + seconds
                        + " s; a row is seen when the other node's applied sequence has reached it. Late starts count: a row that"
                        + " should have been written while the one before was still on its way is timed from when it was due.");
        List<List<String>> rows = new ArrayList<>();
        for (int rate : RATES) {
            Samples found = at(rate);
            rows.add(List.of(
                    String.format(Locale.ROOT, "%,d a second", rate),
                    millis(found.quantile(0.5)),
                    millis(found.quantile(0.99)),
                    millis(found.quantile(0.999)),
                    millis(found.most())));
        }
        page.table(List.of("rows", "p50, ms", "p99, ms", "p99.9, ms", "most, ms"), rows);
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.2f", millis);
    }

    private Samples at(int rate) throws Exception {
        Path place = Files.createDirectories(folder.resolve("rate" + rate));
        try (Servers.Running server = Servers.ONE.start();
                Nodes nodes = new Nodes(server, place, "rate", CommitMode.ASYNC, 2)) {
            Workload.createTable(nodes.first().dataSource(), "sample");
            nodes.settle();
            double[] millis = LatencyBenchmark.measure(nodes.first(), nodes.last(), rate, seconds)
                    .visibleMillis();
            return new Samples(DoubleStream.of(millis).boxed().toList());
        }
    }
}
