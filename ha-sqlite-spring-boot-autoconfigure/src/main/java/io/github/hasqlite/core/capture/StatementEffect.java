package io.github.hasqlite.core.capture;

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

    private long room;
    /** Whether there was a row for which there was no room. */
    private boolean full;

    private StatementEffect(long room) {
        this.room = room;
    }

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
     * a row that was not there before, or a deletion of one that was. Looks at the first few megabytes of
     * rows, and at all at once only if those came to nothing.
     *
     * @return {@code null} if they came to nothing
     */
    static @Nullable Change visible(Iterable<Change> changes) {
        StatementEffect first = new StatementEffect(CaptureBuffer.MAX_WEIGHT);
        Change visible = first.visibleAmong(changes);
        return visible == null && first.full ? new StatementEffect(Long.MAX_VALUE).visibleAmong(changes) : visible;
    }

    private @Nullable Change visibleAmong(Iterable<Change> changes) {
        for (Change change : changes) {
            add(change);
        }
        for (Row row : rows.values()) {
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
            if (left != null) {
                left.last = change;
                left.present = false;
            }
        }
        if (change.operation() != Operation.DELETE) {
            Row taken = row(change, RowSlot.after(change), null);
            if (taken != null) {
                taken.last = change;
                taken.present = true;
            }
        }
    }

    /** What is at a place, or {@code null} if there is no room for one more. */
    private @Nullable Row row(Change change, RowSlot slot, @Nullable List<@Nullable Object> before) {
        Place place = new Place(change.table(), key(slot));
        Row row = rows.get(place);
        if (row == null) {
            room -= ChangeBytes.weight(change);
            if (room < 0) {
                full = true;
                return null;
            }
            row = new Row(before);
            rows.put(place, row);
        }
        return row;
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
