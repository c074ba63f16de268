package io.github.hasqlite.benchmark;

import io.github.hasqlite.benchmark.PairedWriters.Side;
import io.github.hasqlite.testing.MutantLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/**
 * What the check that nothing escapes (rule R12) costs a one-row {@code async} transaction: one of {@link PairedWriters
 * two nodes} has the check's methods emptied. Two nodes without the check show what the comparison itself is worth.
 * System property: {@code rounds} (400).
 */
public final class AuditBenchmark {

    private static final String AUDIT = "io.github.hasqlite.core.jdbc.ChangeAudit";
    private static final String[] CHECKS = {"restart", "statementBegins", "statementEnds", "beforeCommit"};

    private AuditBenchmark() {}

    public static void main(String[] args) throws Exception {
        int rounds = Integer.getInteger("rounds", 400);
        Path folder = Files.createTempDirectory("ha-sqlite-benchmark");
        try {
            PairedWriters writers = new PairedWriters(rounds, folder);
            Side emptied = side(CHECKS);
            writers.compare("a node without the check, again", emptied, side(CHECKS));
            writers.compare("the check", emptied, side());
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static Side side(String... emptied) {
        return new Side(new MutantLoader(AUDIT, emptied), false);
    }
}
