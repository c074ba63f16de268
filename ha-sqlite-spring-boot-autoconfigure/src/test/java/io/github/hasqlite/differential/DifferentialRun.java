package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Cluster.Kind;
import io.github.hasqlite.differential.Step.Method;
import io.github.hasqlite.differential.Step.Reading;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Runs scripts, on clusters that are used for many of them, and says what differed. Not thread-safe.
 */
final class DifferentialRun implements AutoCloseable {

    private static final int MANY = 200;

    private static final Script WARM_UP = new Script(
            0,
            List.of(
                    new Step.Sql(Method.UPDATE, Reading.ALL, "CREATE TABLE warm(a, b)"),
                    new Step.Sql(Method.UPDATE, Reading.ALL, "INSERT INTO warm VALUES(1, 2), (3, 4)"),
                    new Step.Switch(1),
                    new Step.Sql(Method.UPDATE, Reading.ALL, "UPDATE warm SET b = 5 WHERE a = 1")));

    private final LongFunction<Kind> kinds;
    private final int scriptsPerCluster;
    private final Map<Kind, Cluster> clusters = new HashMap<>();
    /** The last script left counters that differ. */
    private boolean upset;

    private final Map<Kind, Integer> used = new HashMap<>();

    private DifferentialRun(LongFunction<Kind> kinds, int scriptsPerCluster) {
        this.kinds = kinds;
        this.scriptsPerCluster = scriptsPerCluster;
    }

    /** Runs on clusters of the kind that a seed asks for, many scripts on each. */
    static DifferentialRun on(LongFunction<Kind> kinds) {
        return new DifferentialRun(kinds, MANY);
    }

    /** The same, but with a new cluster for each script. */
    DifferentialRun onNewClusters() {
        return new DifferentialRun(kinds, 1);
    }

    /**
     * Runs one script.
     *
     * @return what differed, or {@code null}
     */
    String run(Script script) {
        Kind kind = kinds.apply(script.seed());
        Cluster cluster = clusters.computeIfAbsent(kind, this::warm);
        String difference = difference(cluster, script);
        boolean worn = used.merge(kind, 1, Integer::sum) >= scriptsPerCluster || upset;
        if (difference != null || worn || !cleaned(cluster)) {
            try {
                discard(kind);
            } catch (IllegalStateException e) {
                difference = difference == null ? "Closing failed: " + e.getMessage() : difference;
            }
        }
        return difference == null || difference.equals(Comparison.EXCUSED) ? null : difference;
    }

    /** The kind of cluster that a seed runs on. */
    Kind kindOf(long seed) {
        return kinds.apply(seed);
    }

    /** A new cluster that has seen a script, as most clusters have. */
    private Cluster warm(Kind kind) {
        Cluster cluster = new Cluster(kind);
        String difference = difference(cluster, WARM_UP);
        if (difference != null || !cleaned(cluster)) {
            cluster.close();
            throw new IllegalStateException("a new cluster does not work: " + difference);
        }
        return cluster;
    }

    private static boolean cleaned(Cluster cluster) {
        try {
            Cleaner.clean(cluster);
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private void discard(Kind kind) {
        used.remove(kind);
        Cluster cluster = clusters.remove(kind);
        if (cluster != null) {
            cluster.close();
        }
    }

    private String difference(Cluster cluster, Script script) {
        try (Player plain = cluster.plain();
                Player node = cluster.node()) {
            Comparison comparison = new Comparison(plain, node);
            for (Step step : script.steps()) {
                String difference = comparison.play(step);
                if (difference != null) {
                    return difference;
                }
            }
            String difference = comparison.end();
            upset = comparison.isUpset();
            return difference == null ? cluster.compareContent() : difference;
        } catch (SQLException e) {
            throw new IllegalStateException("seed " + script.seed(), e);
        }
    }

    @Override
    public void close() {
        clusters.values().forEach(Cluster::close);
        clusters.clear();
    }
}
