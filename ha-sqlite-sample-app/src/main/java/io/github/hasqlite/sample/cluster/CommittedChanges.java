package io.github.hasqlite.sample.cluster;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.FeedEntry;
import io.github.hasqlite.HistoryEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A change set as the page shows it.
 *
 * @param position its place in the stream
 * @param node the name of the node that wrote it
 * @param stored when the stream stored it, by the server's clock
 * @param size how many changes it has
 * @param steps its first changes, at most {@link #SHOWN}
 */
record CommittedChanges(long position, String node, Instant stored, long size, List<RowStep> steps) {

    /** Nobody reads more of them in a list. */
    static final int SHOWN = 5;

    static CommittedChanges of(HistoryEntry entry) {
        return new CommittedChanges(
                entry.position(), entry.node(), entry.stored(), entry.size(), first(entry.changes()));
    }

    static CommittedChanges of(FeedEntry entry) {
        ChangeSet changeSet = entry.changeSet();
        List<Change> changes = changeSet.changes();
        return new CommittedChanges(entry.position(), changeSet.node(), entry.stored(), changes.size(), first(changes));
    }

    /** With an iterator, because a large change set is read from disk. */
    static List<RowStep> first(List<Change> changes) {
        List<RowStep> steps = new ArrayList<>();
        Iterator<Change> rest = changes.iterator();
        while (rest.hasNext() && steps.size() < SHOWN) {
            steps.add(RowStep.of(rest.next()));
        }
        return List.copyOf(steps);
    }
}
