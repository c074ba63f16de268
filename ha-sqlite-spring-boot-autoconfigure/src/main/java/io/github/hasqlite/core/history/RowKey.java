package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What row a change means.
 *
 * @param table the table's name, in the letters that all its spellings have in common
 * @param values the primary key, the rowid, or the whole row
 * @param whole whether it is the whole row: then several rows may be meant alike
 */
record RowKey(String table, ValueList values, boolean whole) {

    /**
     * The key of one of the images of a change.
     *
     * @param values the image, which is not empty
     * @param rowid the rowid that belongs to it
     */
    static RowKey of(Change change, List<@Nullable Object> values, @Nullable Long rowid, RowIdentify identify) {
        String table = SqlIdentifier.fold(change.table());
        if (identify == RowIdentify.ROWID && rowid != null) {
            return new RowKey(table, new ValueList(List.of(rowid)), false);
        }
        ValueList key = primaryKey(change, values);
        return key == null ? new RowKey(table, new ValueList(values), true) : new RowKey(table, key, false);
    }

    /** The key of what was there before a change; {@code null} if nothing was. */
    static @Nullable RowKey before(Change change, RowIdentify identify) {
        return change.oldValues().isEmpty() ? null : of(change, change.oldValues(), change.oldRowid(), identify);
    }

    /** The key of what is there after a change; {@code null} if nothing is. */
    static @Nullable RowKey after(Change change, RowIdentify identify) {
        return change.newValues().isEmpty() ? null : of(change, change.newValues(), change.newRowid(), identify);
    }

    /** The primary key of an image; {@code null} if there is none, or not all of it has a value. */
    static @Nullable ValueList primaryKey(Change change, List<@Nullable Object> values) {
        if (change.pkColumns().isEmpty()) {
            return null;
        }
        List<@Nullable Object> key = new ArrayList<>(change.pkColumns().size());
        // in the order of the table, whatever order the change has them in
        for (int i = 0; i < change.columns().size() && i < values.size(); i++) {
            if (change.pkColumns().contains(change.columns().get(i))) {
                key.add(values.get(i));
            }
        }
        if (key.size() < change.pkColumns().size()) {
            return null;
        }
        ValueList list = new ValueList(key);
        return list.hasNull() ? null : list;
    }
}
