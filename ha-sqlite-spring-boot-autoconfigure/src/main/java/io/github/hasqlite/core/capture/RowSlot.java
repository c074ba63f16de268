package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The place in a table that one row at a time can have: its rowid, or where that is not known its
 * primary key, or where there is none all its values. Immutable.
 *
 * @param rowid {@code null} if it is not known
 * @param columns the columns that tell the place if the rowid does not
 * @param values their values
 */
record RowSlot(@Nullable Long rowid, List<String> columns, List<@Nullable Object> values) {

    /** Where the row was before the change, which is no insert. */
    static RowSlot before(Change change) {
        return of(change, change.oldRowid(), change.oldValues());
    }

    /** Where the row is after the change, which is no delete. */
    static RowSlot after(Change change) {
        return of(change, change.newRowid(), change.newValues());
    }

    private static RowSlot of(Change change, @Nullable Long rowid, List<@Nullable Object> row) {
        if (rowid != null) {
            return new RowSlot(rowid, List.of(), List.of());
        }
        if (change.pkColumns().isEmpty()) {
            return new RowSlot(null, change.columns(), row);
        }
        List<@Nullable Object> key = new ArrayList<>(change.pkColumns().size());
        for (String column : change.pkColumns()) {
            int index = change.columns().indexOf(column);
            key.add(index < 0 ? null : row.get(index));
        }
        return new RowSlot(null, change.pkColumns(), key);
    }

    /** Whether two rows of the same table have the same place. */
    boolean isSame(RowSlot other) {
        if (rowid != null || other.rowid != null) {
            return rowid != null && rowid.equals(other.rowid);
        }
        return values.size() == other.values.size() && RowHistory.equalInSql(values, other.values);
    }
}
