package io.github.hasqlite.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Runs two sides in turn, so that both see the same machine, and prints medians and their ratio. */
final class Rounds {

    /** How long a round takes, in milliseconds. */
    long millis() {
        return millis;
    }

    /** Does something for about this long and answers how often a second. */
    interface Side {
        double run(long millis) throws Exception;
    }

    private static final int WARM_UP = 2;

    private final int rounds;
    private final long millis;

    Rounds(int rounds, long millis) {
        this.rounds = rounds;
        this.millis = millis;
    }

    void compare(String what, String baselineName, Side baseline, String name, Side side, double target)
            throws Exception {
        List<Double> base = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int i = -WARM_UP; i < rounds; i++) {
            double b = baseline.run(millis);
            double o = side.run(millis);
            if (i >= 0) {
                base.add(b);
                ours.add(o);
                ratios.add(o / b);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-34s %-28s %,10.0f/s   %-28s %,10.0f/s   ratio %.2f (%.2f to %.2f)%s%n",
                what,
                baselineName,
                median(base),
                name,
                median(ours),
                median(ratios),
                Collections.min(ratios),
                Collections.max(ratios),
                target == 0 ? "" : String.format(Locale.ROOT, ", wanted %.2f", target));
    }

    static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
