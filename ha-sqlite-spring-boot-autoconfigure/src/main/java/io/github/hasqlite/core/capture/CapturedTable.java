package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One captured table: turns the values that a trigger passed into a change.
 *
 * @param name as stored in the schema
 * @param columns the columns passed, in table order
 * @param primaryKey the primary key's columns in key order
 * @param rowidName the name by which the rowid is passed before the columns, or {@code null} if it
 *     is not passed: the table has none, or it is the INTEGER PRIMARY KEY column anyway
 * @param aliasIndex where among the columns the INTEGER PRIMARY KEY is, or -1
 */
record CapturedTable(
        String name,
        List<String> columns,
        List<String> primaryKey,
        @Nullable String rowidName,
        int aliasIndex) {

    static CapturedTable of(TableDefinition table) {
        int alias = table.rowidAlias() == null ? -1 : table.columns().indexOf(table.rowidAlias());
        return new CapturedTable(
                table.name(), table.columns(), table.primaryKey(), alias >= 0 ? null : table.rowidName(), alias);
    }

    /** How many values one row image takes. */
    private int width() {
        return columns.size() + (rowidName == null ? 0 : 1);
    }

    /** The values of one row image as SQL, in the order in which they are passed. */
    List<String> valueNames(String prefix) {
        List<String> names = new ArrayList<>(width());
        if (rowidName != null) {
            names.add(prefix + rowidName);
        }
        for (String column : columns) {
            names.add(prefix + SqlIdentifier.quote(column));
        }
        return names;
    }

    /** How many values a trigger passes for this operation. */
    int valuesOf(RowOperation operation) {
        return operation == RowOperation.UPDATE ? 2 * width() : width();
    }

    Change change(RowOperation operation, @Nullable Object[] values) {
        return switch (operation) {
            case INSERT -> Change.insert(name, columns, primaryKey, rowid(values, 0), image(values, 0));
            case DELETE -> Change.delete(name, columns, primaryKey, rowid(values, 0), image(values, 0));
            case UPDATE ->
                Change.update(
                        name,
                        columns,
                        primaryKey,
                        rowid(values, 0),
                        rowid(values, width()),
                        image(values, 0),
                        image(values, width()));
        };
    }

    private @Nullable Long rowid(@Nullable Object[] values, int from) {
        Object value = null;
        if (rowidName != null) {
            value = values[from];
        } else if (aliasIndex >= 0) {
            value = values[from + aliasIndex];
        }
        return value instanceof Long rowid ? rowid : null;
    }

    private List<@Nullable Object> image(@Nullable Object[] values, int from) {
        int start = from + (rowidName == null ? 0 : 1);
        if (start == 0 && values.length == columns.size()) {
            return Collections.unmodifiableList(Arrays.asList(values));
        }
        return Collections.unmodifiableList(Arrays.asList(Arrays.copyOfRange(values, start, start + columns.size())));
    }
}
