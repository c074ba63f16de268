package io.github.hasqlite.benchmark.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures several sides in turn, so that all of them see the same machine. */
final class Sides {

    /** Does something for about this long, and answers how often a second. */
    interface Side {
        double run(long millis) throws Exception;
    }

    private final Map<String, Side> sides = new LinkedHashMap<>();

    Sides with(String name, Side side) {
        sides.put(name, side);
        return this;
    }

    /**
     * Measures them.
     *
     * @param rounds how often, after one round to warm up
     * @return by name, in the order in which they were named
     */
    Map<String, Samples> measure(int rounds, long millis) throws Exception {
        Map<String, List<Double>> found = new LinkedHashMap<>();
        for (int round = -1; round < rounds; round++) {
            for (Map.Entry<String, Side> side : sides.entrySet()) {
                double rate = side.getValue().run(millis);
                List<Double> all = found.computeIfAbsent(side.getKey(), name -> new ArrayList<>());
                if (round >= 0) {
                    all.add(rate);
                }
            }
        }
        Map<String, Samples> samples = new LinkedHashMap<>();
        found.forEach((name, values) -> samples.put(name, new Samples(values)));
        return samples;
    }
}
