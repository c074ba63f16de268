package io.github.hasqlite.benchmark.report;

import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/**
 * Measures plain sqlite-jdbc, the bare NATS client and a node in turn, and writes {@code benchmark-report.md} with its
 * pictures. Argument: the folder of the documentation, {@code docs} if there is none. System properties: {@code rounds}
 * (3), {@code millis} (1000) of each round, and {@code seconds} (20) of each measured latency. Takes about half an hour.
 */
public final class BenchmarkReport {

    private BenchmarkReport() {}

    public static void main(String[] args) throws Exception {
        int rounds = Integer.getInteger("rounds", 3);
        long millis = Long.getLong("millis", 1_000);
        Page page = new Page(Path.of(args.length == 0 ? "docs" : args[0]));
        Path folder = Files.createTempDirectory("ha-sqlite-report");
        try {
            page.paragraph(
                    "Written by a program, with whatever it measured. [Tests and benchmarks](benchmarks.md) says how to"
                            + " run others, each about one thing.");
            page.code(
                    "console",
                    "$ java -cp target/classes:target/test-classes:$(cat target/cp) "
                            + BenchmarkReport.class.getName());
            page.list(Machine.describe());
            new Commits(page, folder, rounds, millis).run();
            new Growth(page, folder, rounds, millis).run();
            new Visibility(page, folder, Integer.getInteger("seconds", 20)).run();
            page.write("Benchmark report");
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }
}
