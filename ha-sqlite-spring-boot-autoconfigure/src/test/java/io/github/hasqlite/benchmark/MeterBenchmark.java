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
            writers.compare("a node without meters, again,", side(false, false), side(false, false));
            writers.compare("meters", side(false, false), side(true, false));
            writers.compare("meters, and an observation of each commit,", side(false, false), side(true, true));
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    /** New classes for each, or one would be compiled better than the other. */
    private static Side side(boolean measured, boolean observed) {
        return new Side(new MutantLoader(UNCHANGED), false, measured, observed);
    }
}
