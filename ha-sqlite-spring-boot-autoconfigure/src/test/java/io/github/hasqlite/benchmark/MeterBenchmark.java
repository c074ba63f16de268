package io.github.hasqlite.benchmark;

import io.github.hasqlite.benchmark.PairedWriters.Side;
import io.github.hasqlite.testing.MutantLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/**
 * What meters cost a one-row {@code async} transaction, and what observations do with a handler that does nothing: to one
 * of {@link PairedWriters two nodes} somebody listens. Two nodes to which nobody does show what the comparison itself is worth. System property: {@code rounds} (400).
 */
public final class MeterBenchmark {

    /** Loads the classes anew and changes none. */
    private static final String UNCHANGED = "io.github.hasqlite.core.jdbc.LoggedCommit";

    private MeterBenchmark() {}

    public static void main(String[] args) throws Exception {
        int rounds = Integer.getInteger("rounds", 400);
        Path folder = Files.createTempDirectory("ha-sqlite-benchmark");
        try {
            PairedWriters writers = new PairedWriters(rounds, folder);
            Side unheard = new Side(new MutantLoader(UNCHANGED), false);
            writers.compare("a node without meters, again", unheard, new Side(new MutantLoader(UNCHANGED), false));
            writers.compare("meters", unheard, new Side(new MutantLoader(UNCHANGED), false, true, false));
            writers.compare(
                    "meters, and an observation of each commit",
                    unheard,
                    new Side(new MutantLoader(UNCHANGED), false, true, true));
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }
}
