package io.github.hasqlite.differential;

import java.util.ArrayList;
import java.util.List;

/** Makes a failing script as short as it can be while it still fails. */
final class Shrinker {

    private static final int MAX_RUNS = 400;

    private final DifferentialRun run;
    private int runs;

    Shrinker(DifferentialRun run) {
        this.run = run;
    }

    /** What is left of a failing script; the script itself if it does not fail again. */
    Script shrink(Script failing) {
        List<Step> steps = failing.steps();
        for (int chunk = Math.max(1, steps.size() / 2); chunk >= 1; chunk = chunk == 1 ? 0 : chunk / 2) {
            boolean shorter = true;
            while (shorter) {
                int before = steps.size();
                steps = withoutChunks(failing.seed(), steps, chunk);
                shorter = chunk == 1 && steps.size() < before;
            }
        }
        return new Script(failing.seed(), steps);
    }

    private List<Step> withoutChunks(long seed, List<Step> all, int chunk) {
        List<Step> steps = all;
        for (int from = Math.max(0, steps.size() - chunk); from >= 0; from -= chunk) {
            List<Step> fewer = new ArrayList<>(steps);
            fewer.subList(from, Math.min(from + chunk, fewer.size())).clear();
            if (runs++ < MAX_RUNS && run.run(new Script(seed, fewer)) != null) {
                steps = fewer;
            }
        }
        return steps;
    }
}
