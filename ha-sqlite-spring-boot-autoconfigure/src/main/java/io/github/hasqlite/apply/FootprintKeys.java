package io.github.hasqlite.apply;

import java.util.HashSet;
import java.util.Set;

/** One change set's footprint, ready to be compared with many others. Immutable. */
final class FootprintKeys {

    private final Footprint footprint;
    private final Set<Long> keys;
    private final Set<Long> tables;
    private final Set<Long> wholeTables;

    FootprintKeys(Footprint footprint) {
        this.footprint = footprint;
        this.keys = set(footprint.keys());
        this.tables = set(footprint.tables());
        this.wholeTables = set(footprint.wholeTables());
    }

    private static Set<Long> set(long[] hashes) {
        Set<Long> set = new HashSet<>();
        for (long hash : hashes) {
            set.add(hash);
        }
        return set;
    }

    /** Whether the two can only be applied in one order with the same result. */
    boolean meet(Footprint other) {
        return footprint.everything()
                || other.everything()
                || anyIn(keys, other.keys())
                || anyIn(wholeTables, other.tables())
                || anyIn(tables, other.wholeTables());
    }

    private static boolean anyIn(Set<Long> known, long[] hashes) {
        for (long hash : hashes) {
            if (known.contains(hash)) {
                return true;
            }
        }
        return false;
    }
}
