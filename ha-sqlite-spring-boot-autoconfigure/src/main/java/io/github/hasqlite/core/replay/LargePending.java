package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of large pending change sets, so that none of them is read through more often than
 * needed: its message was good once, and the tables it touches stay the same. Their changes are not
 * kept, they are read from the outbox again. Good as long as the rows of the outbox are there; whoever
 * rolls back what has put one there must {@linkplain #forget forget} it. Not thread-safe.
 */
final class LargePending {

    /** Of more, the one that was asked for longest ago is forgotten. */
    private static final int KEPT = 64;

    private final Map<Long, Known> known = new LinkedHashMap<>(KEPT, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Known> eldest) {
            return size() > KEPT;
        }
    };

    private static final class Known {

        private final ChangeSet changeSet;

        /** {@code null} if nobody has looked yet. */
        private @Nullable Set<String> tables;

        Known(ChangeSet changeSet) {
            this.changeSet = changeSet;
        }
    }

    /** The change set of a row of the outbox, if it was read before. */
    @Nullable
    ChangeSet changeSet(long id) {
        Known one = known.get(id);
        return one == null ? null : one.changeSet;
    }

    void add(long id, ChangeSet changeSet) {
        known.put(id, new Known(changeSet));
    }

    /** The tables that it touches and has touched here, or {@code null} if that is not known. */
    @Nullable
    Set<String> tables(long id) {
        Known one = known.get(id);
        return one == null ? null : one.tables;
    }

    /** Says which tables it touches, those of its own changes among them. */
    void setTables(long id, Set<String> tables) {
        Known one = known.get(id);
        if (one != null) {
            one.tables = tables;
        }
    }

    /** Says that it has touched more tables, if it is known which others it touches. */
    void addTables(long id, Set<String> more) {
        Known one = known.get(id);
        Set<String> tables = one == null ? null : one.tables;
        if (tables != null) {
            tables.addAll(more);
        }
    }

    static Set<String> tablesOf(List<Change> changes) {
        Set<String> tables = new HashSet<>();
        for (Change change : changes) {
            tables.add(change.table());
        }
        return tables;
    }

    void forget() {
        known.clear();
    }
}
