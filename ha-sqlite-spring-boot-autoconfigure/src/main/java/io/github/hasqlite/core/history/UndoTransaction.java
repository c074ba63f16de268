package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.UndoConflict;
import io.github.hasqlite.UndoConflict.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Gives rows back what they were, if they are what they are believed to be; looks afterwards whether that is exactly
 * what was done, and whether anything refers to nothing now. Used once.
 */
final class UndoTransaction implements RowTransactions.Body {

    private final List<Change> changes;
    private final RowIdentify identify;
    private final boolean foreignKeys;
    private final boolean commit;
    private final List<UndoConflict> conflicts = new ArrayList<>();
    private final Set<RowKey> planned = new HashSet<>();

    /**
     * Does nothing yet.
     *
     * @param changes from what rows are to what they were
     * @param foreignKeys whether foreign keys are enforced in this database
     * @param commit whether to commit; otherwise everything is rolled back
     */
    UndoTransaction(List<Change> changes, RowIdentify identify, boolean foreignKeys, boolean commit) {
        this.changes = changes;
        this.identify = identify;
        this.foreignKeys = foreignKeys;
        this.commit = commit;
    }

    /** What is in the way; then nothing was committed. */
    List<UndoConflict> conflicts() {
        return conflicts;
    }

    @Override
    public List<Change> begin(SQLiteConnection connection) throws SQLException {
        try (CurrentRows rows = new CurrentRows(connection, identify)) {
            Map<RowKey, Long> alike = new LinkedHashMap<>();
            for (Change change : changes) {
                RowKey before = RowKey.before(change, identify);
                RowKey after = RowKey.after(change, identify);
                plan(before);
                plan(after);
                if (before == null) {
                    requireNone(rows, after, change);
                } else if (before.whole()) {
                    alike.merge(before, 1L, Long::sum);
                    requireCount(rows, change, before, alike.getOrDefault(before, 0L));
                } else {
                    requireSame(rows, before, change);
                }
            }
        }
        return conflicts.isEmpty() ? changes : List.of();
    }

    private void plan(@Nullable RowKey key) {
        if (key != null) {
            planned.add(key);
        }
    }

    private void requireNone(CurrentRows rows, @Nullable RowKey key, Change change) throws SQLException {
        if (key != null && !key.whole() && rows.find(key, change) != null) {
            notAsRecorded(key, change);
        }
    }

    private void requireSame(CurrentRows rows, RowKey key, Change change) throws SQLException {
        List<@Nullable Object> now = rows.find(key, change);
        if (now == null || !ValueList.same(now, change.oldValues())) {
            notAsRecorded(key, change);
        }
    }

    private void requireCount(CurrentRows rows, Change change, RowKey key, long wanted) throws SQLException {
        if (rows.count(change, change.oldValues()) < wanted) {
            notAsRecorded(key, change);
        }
    }

    private void notAsRecorded(RowKey key, Change change) {
        conflicts.add(new UndoConflict(
                Kind.NOT_AS_RECORDED, change.table(), key.values().values(), 0));
    }

    // ---- afterwards

    @Override
    public boolean written(SQLiteConnection connection, List<Change> done) throws SQLException {
        List<Change> unplanned = new ArrayList<>();
        for (Change change : done) {
            RowKey key =
                    change.oldValues().isEmpty() ? RowKey.after(change, identify) : RowKey.before(change, identify);
            if (key != null && !planned.contains(key)) {
                unplanned.add(change);
            }
        }
        for (Change change : unplanned) {
            RowKey key = RowKey.before(change, identify);
            if (key != null) {
                conflicts.add(new UndoConflict(
                        Kind.UNIQUE_KEY, change.table(), key.values().values(), 0));
            }
        }
        try (CurrentRows rows = new CurrentRows(connection, identify)) {
            if (conflicts.isEmpty()) {
                requireTargets(rows);
            }
            if (conflicts.isEmpty() && foreignKeys) {
                try (ForeignKeys references = new ForeignKeys(connection, rows)) {
                    conflicts.addAll(references.broken(done));
                }
            }
        }
        return commit && conflicts.isEmpty();
    }

    private void requireTargets(CurrentRows rows) throws SQLException {
        for (Change change : changes) {
            RowKey after = RowKey.after(change, identify);
            RowKey before = RowKey.before(change, identify);
            boolean right = true;
            if (after != null && !after.whole()) {
                List<@Nullable Object> now = rows.find(after, change);
                right = now != null && ValueList.same(now, change.newValues());
            } else if (after == null && before != null && !before.whole()) {
                right = rows.find(before, change) == null;
            }
            if (!right) {
                RowKey key = after == null ? before : after;
                if (key != null) {
                    notAsRecorded(key, change);
                }
            }
        }
    }
}
