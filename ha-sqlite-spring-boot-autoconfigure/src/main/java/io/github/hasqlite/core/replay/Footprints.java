package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.apply.Footprint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** What several change sets meet others by, all together: those that are pending, in outbox order. Not thread-safe. */
final class Footprints {

    private record Entry(long id, Footprint footprint) {}

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Map<Long, Integer> keys = new HashMap<>();
    private final Map<Long, Integer> tables = new HashMap<>();
    private final Map<Long, Integer> wholeTables = new HashMap<>();
    private int everything;

    /** The newest row of the outbox that is in here; 0 if none is. */
    long newest() {
        return entries.isEmpty() ? 0 : entries.getLast().id;
    }

    /** Adds a row of the outbox, newer than all that were added before. */
    void add(long id, Footprint footprint) {
        entries.addLast(new Entry(id, footprint));
        count(footprint, 1);
    }

    /** Takes rows out up to and including {@code id}. */
    void removeUpTo(long id) {
        while (!entries.isEmpty() && entries.getFirst().id <= id) {
            count(entries.removeFirst().footprint, -1);
        }
    }

    /** Whether one of them meets this change set. */
    boolean meet(Footprint other) {
        return !entries.isEmpty()
                && (everything > 0
                        || other.everything()
                        || anyIn(keys, other.keys())
                        || anyIn(wholeTables, other.tables())
                        || anyIn(tables, other.wholeTables()));
    }

    private static boolean anyIn(Map<Long, Integer> counts, long[] hashes) {
        for (long hash : hashes) {
            if (counts.containsKey(hash)) {
                return true;
            }
        }
        return false;
    }

    private void count(Footprint footprint, int by) {
        everything += footprint.everything() ? by : 0;
        count(keys, footprint.keys(), by);
        count(tables, footprint.tables(), by);
        count(wholeTables, footprint.wholeTables(), by);
    }

    private static void count(Map<Long, Integer> counts, long[] hashes, int by) {
        for (long hash : hashes) {
            counts.merge(hash, by, (before, change) -> before + change == 0 ? null : before + change);
        }
    }

    void clear() {
        entries.clear();
        keys.clear();
        tables.clear();
        wholeTables.clear();
        everything = 0;
    }
}
