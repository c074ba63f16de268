package io.github.hasqlite.benchmark.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What several rounds have measured of one side. */
record Samples(List<Double> values) {

    Samples {
        values = List.copyOf(values);
    }

    double median() {
        return quantile(0.5);
    }

    double least() {
        return Collections.min(values);
    }

    double most() {
        return Collections.max(values);
    }

    /** The value below which that share of them lies. */
    double quantile(double share) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(share * (sorted.size() - 1))));
    }

    /** The ratios of one to another that was measured in the same rounds. */
    Samples over(Samples base) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / base.values.get(i));
        }
        return new Samples(ratios);
    }

    /** The median and the spread, without decimals. */
    String rates() {
        return String.format(Locale.ROOT, "%,.0f (%,.0f–%,.0f)", median(), least(), most());
    }

    /** The median and the spread, with two decimals. */
    String ratios() {
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median(), least(), most());
    }
}
