package io.github.hasqlite.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What changes come to, place by place: rows may be changed and changed back, or replaced by the same
 * row, and then nothing shows whether that happened. Not thread-safe.
 */
final class StatementEffect {

    private final Map<Place, Row> rows = new LinkedHashMap<>();

    private StatementEffect() {}

    private record Place(String table, Object slot) {}

    /** What is at one place. */
    private static final class Row {

        private final @Nullable List<@Nullable Object> before;
        /** The last change that set or removed the row. */
        private @Nullable Change last;

        private boolean present;

        private Row(@Nullable List<@Nullable Object> before) {
            this.before = before;
        }

        /** What happened to the row, or {@code null} if nothing shows. */
        @Nullable
        Change visible() {
            Change change = last;
            if (change == null) {
                return null;
            }
            if (!present) {
                return before == null
                        ? null
                        : Change.delete(
                                change.table(), change.columns(), change.pkColumns(), change.oldRowid(), before);
            }
            return before != null && RowHistory.equalInSql(before, change.newValues())
                    ? null
                    : Change.insert(
                            change.table(),
                            change.columns(),
                            change.pkColumns(),
                            change.newRowid(),
                            change.newValues());
        }
    }

    /**
     * A change, put together from those given, by which one can tell whether they are in the database:
     * a row that was not there before, or a deletion of one that was.
     *
     * @return {@code null} if they came to nothing
     */
    static @Nullable Change visible(List<Change> changes) {
        StatementEffect effect = new StatementEffect();
        for (Change change : changes) {
            effect.add(change);
        }
        for (Row row : effect.rows.values()) {
            Change visible = row.visible();
            if (visible != null) {
                return visible;
            }
        }
        return null;
    }

    private void add(Change change) {
        if (change.operation() == Operation.SQL) {
            return;
        }
        if (change.operation() != Operation.INSERT) {
            Row left = row(change, RowSlot.before(change), change.oldValues());
            left.last = change;
            left.present = false;
        }
        if (change.operation() != Operation.DELETE) {
            Row taken = row(change, RowSlot.after(change), null);
            taken.last = change;
            taken.present = true;
        }
    }

    private Row row(Change change, RowSlot slot, @Nullable List<@Nullable Object> before) {
        return rows.computeIfAbsent(new Place(change.table(), key(slot)), place -> new Row(before));
    }

    private static Object key(RowSlot slot) {
        if (slot.rowid() != null) {
            return slot.rowid();
        }
        List<@Nullable Object> key = new ArrayList<>(slot.values().size());
        for (Object value : slot.values()) {
            key.add(comparable(value));
        }
        return key;
    }

    private static @Nullable Object comparable(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        return value instanceof byte[] blob ? ByteBuffer.wrap(blob) : value;
    }
}
