package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.RawText;
import io.github.hasqlite.RowIdentify;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which changes of one table with one list of columns can meet others: rowid, primary key
 * and every unique key, each as a hash. Keys that are equal in SQLite have the same hash; the
 * reverse need not hold, it costs only time.
 */
final class RowKeys {

    private static final int ROWID = -1;
    private static final int WHOLE_ROW = -2;
    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private final RowLayout layout;
    private final boolean whole;
    private final boolean rowid;
    private final boolean allValues;
    private final long seed;
    private final int[][] keys;

    RowKeys(UniqueIndexes unique, RowLayout layout, RowIdentify identify) {
        this.layout = layout;
        this.rowid = layout.hasImplicitRowid() || identify == RowIdentify.ROWID;
        this.allValues = identify == RowIdentify.FULL;
        this.seed = Footprint.tableKey(layout.table().name());
        List<int[]> indexes = new ArrayList<>();
        boolean complete = !unique.computed();
        for (List<String> columns : unique.columns()) {
            int[] index = columns.stream().mapToInt(layout.columns()::indexOf).toArray();
            complete &= Arrays.stream(index).allMatch(column -> column >= 0);
            indexes.add(index);
        }
        if (layout.alias() >= 0) {
            indexes.add(new int[] {layout.alias()});
        }
        this.keys = indexes.toArray(int[][]::new);
        this.whole = !complete;
    }

    /** Adds the keys of a row change. */
    void add(Change change, Footprint.Builder footprint) {
        String table = layout.table().name();
        footprint.addTable(table);
        if (whole || !isComplete(change.oldValues()) || !isComplete(change.newValues())) {
            footprint.addWholeTable(table);
            return;
        }
        addRow(change.oldValues(), change.oldRowid(), footprint);
        addRow(change.newValues(), change.newRowid(), footprint);
    }

    private boolean isComplete(List<@Nullable Object> row) {
        return row.isEmpty() || row.size() > layout.source()[layout.width() - 1];
    }

    private void addRow(List<@Nullable Object> row, @Nullable Long rowidOfRow, Footprint.Builder footprint) {
        if (row.isEmpty()) {
            return;
        }
        for (int i = 0; i < keys.length; i++) {
            addKey(i, keys[i], row, footprint);
        }
        if (rowid && rowidOfRow != null) {
            footprint.addKey(mix(mix(seed, ROWID), rowidOfRow));
        } else if (rowid) {
            // which rowid it gets depends on all the other rows
            footprint.addWholeTable(layout.table().name());
        }
        if (allValues || !layout.hasWholeKey(row)) {
            long hash = mix(seed, WHOLE_ROW);
            for (int i = 0; i < layout.width(); i++) {
                hash = mix(hash, hash(layout.value(row, i)));
            }
            footprint.addKey(hash);
        }
    }

    private void addKey(int index, int[] columns, List<@Nullable Object> row, Footprint.Builder footprint) {
        long hash = mix(seed, index);
        for (int column : columns) {
            Object value = layout.value(row, column);
            if (value == null) {
                // NULL is equal to nothing
                return;
            }
            hash = mix(hash, hash(value));
        }
        footprint.addKey(hash);
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * FACTOR;
        return mixed ^ (mixed >>> 32);
    }

    /** The same for 1 and 1.0, and for texts that a collation of SQLite may take for equal. */
    private static long hash(@Nullable Object value) {
        if (value == null) {
            return 0;
        }
        if (value instanceof Number number) {
            return Double.doubleToLongBits(number.doubleValue() + 0.0);
        }
        if (value instanceof byte[] blob) {
            return Arrays.hashCode(blob);
        }
        String text = value instanceof RawText raw ? raw.approximate() : (String) value;
        return text.stripTrailing().toLowerCase(Locale.ROOT).hashCode();
    }
}
