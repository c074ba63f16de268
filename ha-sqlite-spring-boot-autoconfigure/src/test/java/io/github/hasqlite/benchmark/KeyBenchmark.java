package io.github.hasqlite.benchmark;

import io.github.hasqlite.benchmark.PairedWriters.Side;
import io.github.hasqlite.testing.MutantLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/**
 * What keys from blocks cost a one-row {@code async} transaction: SQLite counts the keys of one of {@link
 * PairedWriters two nodes}. Two nodes on which SQLite counts show what the comparison itself is worth. System property:
 * {@code rounds} (400).
 */
public final class KeyBenchmark {

    private static final String SOME_CLASS = "io.github.hasqlite.core.jdbc.ChangeAudit";

    private KeyBenchmark() {}

    public static void main(String[] args) throws Exception {
        int rounds = Integer.getInteger("rounds", 400);
        Path folder = Files.createTempDirectory("ha-sqlite-benchmark");
        try {
            PairedWriters writers = new PairedWriters(rounds, folder);
            writers.compare("SQLite's counting, again,", side(false), side(false));
            writers.compare("a key from a block", side(false), side(true));
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    /** Without methods to be emptied: classes of their own, compiled for one of the two. */
    private static Side side(boolean keyed) {
        return new Side(new MutantLoader(SOME_CLASS), keyed);
    }
}
