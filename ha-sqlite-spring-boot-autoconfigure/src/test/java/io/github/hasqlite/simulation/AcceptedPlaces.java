package io.github.hasqlite.simulation;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import java.sql.Connection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees where all nodes accept change sets: each at one place in the stream, the same on all nodes, and those of one
 * publisher in its order (rule R4). What an author does with its own is not asked. Used by whoever has the baton.
 */
final class AcceptedPlaces implements ChangeSetInterceptor {

    private final Scheduler scheduler;
    private final Map<String, NavigableMap<Long, Long>> sequences = new TreeMap<>();
    private boolean forgiving;

    AcceptedPlaces(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    public boolean beforeApply(ChangeSet changeSet, Connection connection) {
        if (forgiving) {
            return true;
        }
        NavigableMap<Long, Long> known = sequences.computeIfAbsent(changeSet.publisher(), name -> new TreeMap<>());
        long counter = changeSet.counter();
        long sequence = changeSet.streamSequence();
        Long before = sequenceOf(known.lowerEntry(counter));
        Long after = sequenceOf(known.higherEntry(counter));
        Long elsewhere = known.putIfAbsent(counter, sequence);
        if ((elsewhere != null && elsewhere != sequence)
                || (before != null && before >= sequence)
                || (after != null && after <= sequence)) {
            scheduler.fail("number " + counter + " of " + changeSet.publisher() + " takes effect at " + sequence
                    + "; others of this publisher did at " + known);
        }
        return true;
    }

    /** The stream was set back: what was in it may come again at other places. */
    void forgive() {
        forgiving = true;
    }

    /** All of them by publisher and number. */
    Map<String, Long> all() {
        Map<String, Long> all = new TreeMap<>();
        sequences.forEach(
                (publisher, places) -> places.forEach((counter, place) -> all.put(publisher + "=" + counter, place)));
        return all;
    }

    private static @Nullable Long sequenceOf(Map.@Nullable Entry<Long, Long> entry) {
        return entry == null ? null : entry.getValue();
    }
}
