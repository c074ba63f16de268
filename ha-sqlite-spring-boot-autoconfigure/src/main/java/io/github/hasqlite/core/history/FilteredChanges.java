package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.FeedFilter;
import io.github.hasqlite.LargeChanges;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Those changes of a large transaction that a consumer wants to be told of. Not thread-safe. */
final class FilteredChanges extends LargeChanges {

    private final LargeChanges all;
    private final FeedFilter filter;
    private final int size;

    private FilteredChanges(LargeChanges all, FeedFilter filter, int size) {
        this.all = all;
        this.filter = filter;
        this.size = size;
    }

    /** What a consumer is told of a change set; {@code null} if it is nothing. */
    static @Nullable ChangeSet of(ChangeSet changeSet, FeedFilter filter) {
        if (filter.tables().isEmpty()) {
            return changeSet;
        }
        List<Change> changes;
        if (changeSet.changes() instanceof LargeChanges large) {
            int size = 0;
            for (Change change : large) {
                size += filter.includes(change) ? 1 : 0;
            }
            changes = new FilteredChanges(large, filter, size);
        } else {
            changes = changeSet.changes().stream().filter(filter::includes).toList();
        }
        return changes.isEmpty() ? null : changeSet.withChanges(changes);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean hasCommands() {
        return all.hasCommands();
    }

    @Override
    public Iterator<Change> iterator() {
        Iterator<Change> unfiltered = all.iterator();
        return new Iterator<>() {

            private @Nullable Change next = advance();

            private @Nullable Change advance() {
                while (unfiltered.hasNext()) {
                    Change change = unfiltered.next();
                    if (filter.includes(change)) {
                        return change;
                    }
                }
                return null;
            }

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public Change next() {
                Change change = next;
                if (change == null) {
                    throw new NoSuchElementException();
                }
                next = advance();
                return change;
            }
        };
    }
}
