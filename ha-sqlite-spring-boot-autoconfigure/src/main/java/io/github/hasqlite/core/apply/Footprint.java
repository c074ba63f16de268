package io.github.hasqlite.core.apply;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * What a change set meets others by, as hashes. Two change sets that do not meet can be applied in
 * either order with the same result.
 *
 * @param everything whether it meets every other: it has a command
 * @param keys of rows
 * @param tables all tables it touches
 * @param wholeTables those among them of which it meets every change
 */
public record Footprint(boolean everything, long[] keys, long[] tables, long[] wholeTables) {

    private static final long[] NONE = {};

    static final Footprint EVERYTHING = new Footprint(true, NONE, NONE, NONE);

    /** The hash of a table's name as stored in the schema. */
    static long tableKey(String table) {
        long hash = 1;
        for (int i = 0; i < table.length(); i++) {
            hash = 31 * hash + table.charAt(i);
        }
        return hash;
    }

    /** Collects a footprint. */
    public static final class Builder {

        private static final int START = 8;

        /** With more keys than this, all of the tables count instead. */
        private static final int MANY = 1 << 16;

        private long[] keys = new long[START];
        private int count;
        private final Set<Long> tables = new HashSet<>();
        private final Set<Long> wholeTables = new HashSet<>();
        private boolean many;

        void addKey(long key) {
            if (count == MANY) {
                many = true;
                return;
            }
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, count * 2);
            }
            keys[count++] = key;
        }

        void addTable(String table) {
            tables.add(tableKey(table));
        }

        public void addWholeTable(String table) {
            addTable(table);
            wholeTables.add(tableKey(table));
        }

        public Footprint build() {
            if (many) {
                return new Footprint(false, NONE, toArray(tables), toArray(tables));
            }
            return new Footprint(false, Arrays.copyOf(keys, count), toArray(tables), toArray(wholeTables));
        }

        private static long[] toArray(Set<Long> set) {
            return set.stream().mapToLong(Long::longValue).toArray();
        }
    }
}
