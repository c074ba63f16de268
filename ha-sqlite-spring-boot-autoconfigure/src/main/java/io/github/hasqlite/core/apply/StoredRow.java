package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.TextEncoding;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as it is in the local table.
 *
 * @param rowid its rowid, or 0 where it has none or it cannot be reached
 * @param values the columns of a layout, in the layout's order
 */
record StoredRow(long rowid, List<@Nullable Object> values) {

    /** Reads the rowid and the columns of a layout. */
    static StoredRow read(ResultSet rows, int width, TextEncoding encoding) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>(width);
        for (int i = 0; i < width; i++) {
            values.add(encoding.read(rows, i + 2));
        }
        return new StoredRow(rows.getLong(1), Collections.unmodifiableList(values));
    }

    /** Whether it is the same row of the table. */
    boolean isSame(StoredRow other) {
        if (rowid != other.rowid) {
            return false;
        }
        if (rowid != 0) {
            return true;
        }
        for (int i = 0; i < values.size(); i++) {
            if (!equal(values.get(i), other.values.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is what a message says of the row. */
    boolean equalsIn(RowLayout layout, List<@Nullable Object> row) {
        for (int i = 0; i < layout.width(); i++) {
            if (!equal(values.get(i), layout.value(row, i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a instanceof byte[] left && b instanceof byte[] right) {
            return Arrays.equals(left, right);
        }
        return a == null ? b == null : a.equals(b);
    }

    /**
     * An update that sets only what its author changed: its old image takes from this row what the
     * author left alone, its new image too.
     */
    Change merged(RowLayout layout, Change change) {
        List<@Nullable Object> old = new ArrayList<>(change.oldValues());
        List<@Nullable Object> row = new ArrayList<>(change.newValues());
        for (int i = 0; i < layout.width(); i++) {
            int source = layout.source()[i];
            if (equal(old.get(source), row.get(source))) {
                old.set(source, values.get(i));
                row.set(source, values.get(i));
            }
        }
        return Change.update(
                change.table(),
                change.columns(),
                change.pkColumns(),
                change.oldRowid(),
                change.newRowid(),
                Collections.unmodifiableList(old),
                Collections.unmodifiableList(row));
    }

    /** The row as a change that deletes it. */
    Change asDeletion(RowLayout layout) {
        return Change.delete(
                layout.table().name(),
                layout.columns(),
                layout.table().primaryKey(),
                rowid == 0 ? null : rowid,
                values);
    }
}
