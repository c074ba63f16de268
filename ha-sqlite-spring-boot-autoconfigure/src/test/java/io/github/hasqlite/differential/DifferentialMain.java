package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Cluster.Kind;

/**
 * Runs seeds by hand: {@code DifferentialMain FIRST [COUNT]}. Prints each difference with its script,
 * made short.
 */
public final class DifferentialMain {

    private DifferentialMain() {}

    public static void main(String[] args) {
        long first = Long.parseLong(args[0]);
        long count = args.length > 1 ? Long.parseLong(args[1]) : 1;
        long limit = args.length > 2 ? Long.parseLong(args[2]) : 1;
        int failures = 0;
        long started = System.nanoTime();
        try (DifferentialRun run = DifferentialRun.on(Kind::inMemory)) {
            for (long seed = first; seed < first + count && failures < limit; seed++) {
                Script script = new ScriptGenerator(seed).script();
                String difference = run.run(script);
                if (difference != null) {
                    failures++;
                    System.out.println(Report.of(script, difference, run));
                }
            }
        }
        System.out.printf("%d differences, %.1f s%n", failures, (System.nanoTime() - started) / 1e9);
        System.exit(failures == 0 ? 0 : 1);
    }
}
