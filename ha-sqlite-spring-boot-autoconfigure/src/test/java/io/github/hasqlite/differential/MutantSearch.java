package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Cluster.Kind;

/** The way into a {@link MutantLoader}'s classes. */
public final class MutantSearch {

    private MutantSearch() {}

    /** The first seed that differs, or -1. */
    public static long firstDifference(int count) {
        return SeedRunner.firstDifference(1, count, Kind::inMemory);
    }
}
