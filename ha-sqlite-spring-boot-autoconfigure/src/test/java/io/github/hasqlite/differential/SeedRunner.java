package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Cluster.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongFunction;

/** Runs seeds on all processors, until there are none left or enough have failed. */
final class SeedRunner {

    private static final int ENOUGH = 3;

    private SeedRunner() {}

    /** Reports on the seeds that differ, a few at most. */
    static List<String> run(Seeds seeds, LongFunction<Kind> kinds) {
        List<String> reports = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(() -> work(seeds, kinds, reports), "differential-" + i);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            join(thread);
        }
        return reports;
    }

    private static void work(Seeds seeds, LongFunction<Kind> kinds, List<String> reports) {
        try (DifferentialRun run = DifferentialRun.on(kinds)) {
            for (OptionalLong seed = seeds.next(); seed.isPresent(); seed = seeds.next()) {
                Script script = new ScriptGenerator(seed.getAsLong()).script();
                String difference = run.run(script);
                if (difference != null) {
                    reports.add(Report.of(script, difference, run));
                    if (reports.size() >= ENOUGH) {
                        seeds.stop();
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            reports.add("the test itself failed: " + e);
            seeds.stop();
            throw e;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The first of some seeds that differs, or -1. */
    static long firstDifference(long first, int count, LongFunction<Kind> kinds) {
        try (DifferentialRun run = DifferentialRun.on(kinds)) {
            for (long seed = first; seed < first + count; seed++) {
                if (run.run(new ScriptGenerator(seed).script()) != null) {
                    return seed;
                }
            }
            return -1;
        }
    }
}
