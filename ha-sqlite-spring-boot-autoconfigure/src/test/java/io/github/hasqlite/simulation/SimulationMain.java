package io.github.hasqlite.simulation;

import io.github.hasqlite.testing.MutantLoader;
import org.jspecify.annotations.Nullable;

/**
 * Plays seeds and says which fail: {@code FROM COUNT}, or how many seeds a mutant needs to be found: {@code FROM COUNT
 * STARTS CLASS METHOD...}.
 */
public final class SimulationMain {

    private SimulationMain() {}

    public static void main(String[] args) throws Exception {
        long from = Long.parseLong(args[0]);
        long count = Long.parseLong(args[1]);
        if (args.length == 2) {
            int failed = 0;
            for (long seed = from; seed < from + count; seed++) {
                long began = System.nanoTime();
                Simulation.Result result = Simulation.play(seed);
                System.out.printf(
                        "%d %d ms %d messages %s%n",
                        seed,
                        (System.nanoTime() - began) / 1_000_000,
                        result.messages(),
                        result.failure() == null
                                ? ""
                                : "FAILED "
                                        + result.failure().lines().findFirst().get());
                String file = System.getProperty("ha.sqlite.test.simulation-trace");
                if (file != null) {
                    java.nio.file.Files.write(java.nio.file.Path.of(file), result.events());
                }
                failed += result.failure() == null ? 0 : 1;
            }
            System.out.println(failed + " of " + count + " failed");
            return;
        }
        int starts = Integer.parseInt(args[2]);
        String[] methods = java.util.Arrays.copyOfRange(args, 4, args.length);
        for (int i = 0; i < starts; i++) {
            long at = from + i * count;
            Class<?> simulation = new MutantLoader(args[3], methods).loadClass(Simulation.class.getName());
            String found = (@Nullable String)
                    simulation.getMethod("firstFailure", long.class, long.class).invoke(null, at, count);
            String line =
                    found == null ? "NOT FOUND" : found.lines().findFirst().get();
            String seed = found == null ? "" : String.valueOf(Long.parseLong(line.split(" ")[1]) - at + 1);
            System.out.println(args[3] + " " + methods[0] + " after " + seed + ": " + line);
        }
    }
}
