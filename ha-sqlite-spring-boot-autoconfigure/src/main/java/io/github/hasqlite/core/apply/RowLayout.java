package io.github.hasqlite.core.apply;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the columns of a message lie in the local table.
 *
 * @param table the local table
 * @param columns the local columns that the message has values for, without generated ones
 * @param source for each of {@code columns} the index of its value in the message
 * @param key for each primary key column its index in {@code columns}; empty if there is no primary
 *     key or the message does not have all of it
 * @param alias index of the INTEGER PRIMARY KEY in {@code columns}, or -1
 */
record RowLayout(TableDefinition table, List<String> columns, int[] source, int[] key, int alias) {

    /**
     * Finds the columns of a message in the local table.
     *
     * @param local all columns of the table by their folded names
     * @param generated the columns among them that are computed
     * @throws UnknownColumnException if the table has no such column
     * @throws RefusedChangeException if the message names a column twice, or none
     */
    static RowLayout of(
            TableDefinition table, Map<String, String> local, Set<String> generated, List<String> messageColumns)
            throws RefusedChangeException, UnknownColumnException {
        List<String> columns = new ArrayList<>(messageColumns.size());
        List<Integer> source = new ArrayList<>(messageColumns.size());
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < messageColumns.size(); i++) {
            String column = local.get(SqlIdentifier.fold(messageColumns.get(i)));
            if (column == null) {
                throw new UnknownColumnException(messageColumns.get(i));
            }
            if (!seen.add(column)) {
                throw new RefusedChangeException("column " + column + " of table " + table.name() + " twice");
            }
            if (!generated.contains(column)) {
                columns.add(column);
                source.add(i);
            }
        }
        if (columns.isEmpty()) {
            throw new RefusedChangeException("no column of table " + table.name());
        }
        int alias = table.rowidAlias() == null ? -1 : columns.indexOf(table.rowidAlias());
        return new RowLayout(table, List.copyOf(columns), toArray(source), key(table, columns), alias);
    }

    private static int[] key(TableDefinition table, List<String> columns) {
        List<Integer> key = new ArrayList<>();
        for (String column : table.primaryKey()) {
            key.add(columns.indexOf(column));
        }
        return key.contains(-1) ? new int[0] : toArray(key);
    }

    private static int[] toArray(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    int width() {
        return columns.size();
    }

    /** The value of a column in a row of the message. */
    @Nullable
    Object value(List<@Nullable Object> row, int column) {
        return row.get(source[column]);
    }

    /** Sets parameters of a statement, from the one behind {@code offset} on, to a row of the message. */
    void bind(ValueStatement statement, int offset, List<@Nullable Object> row) {
        for (int i = 0; i < columns.size(); i++) {
            statement.set(offset + i + 1, value(row, i));
        }
    }

    /** The same with the key of a row of the message. */
    void bindKey(ValueStatement statement, int offset, List<@Nullable Object> row) {
        for (int i = 0; i < key.length; i++) {
            statement.set(offset + i + 1, value(row, key[i]));
        }
    }

    /** Whether the key identifies the row: SQLite lets several rows have NULL in their key. */
    boolean hasWholeKey(List<@Nullable Object> row) {
        for (int column : key) {
            if (value(row, column) == null) {
                return false;
            }
        }
        return key.length > 0;
    }

    /** Whether inserts say the rowid apart from the columns. */
    boolean hasImplicitRowid() {
        return alias < 0 && table.rowidName() != null;
    }

    /** A message has a column that the local table lacks. */
    static final class UnknownColumnException extends Exception {

        private static final long serialVersionUID = 1L;

        UnknownColumnException(String column) {
            super(column, null, false, false);
        }
    }
}
