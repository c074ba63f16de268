package io.github.hasqlite.core.apply;

import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** Reads the rows of one table that hold keys. */
final class KeyConflicts {

    /**
     * A row that holds a key.
     *
     * @param samePrimaryKey whether that is the primary key
     */
    record Occupant(StoredRow row, boolean samePrimaryKey) {}

    /**
     * One key.
     *
     * @param columns their indexes in the layout
     */
    private record Key(int[] columns, boolean primary, ValueStatement select) {}

    private final SQLiteConnection connection;
    private final RowLayout layout;
    private @Nullable TextEncoding encoding;
    private final List<Key> keys = new ArrayList<>();
    private final ValueStatement byKey;
    private final ValueStatement byRowid;
    private final boolean hidden;

    KeyConflicts(SQLiteConnection connection, RowLayout layout, RowSql sql, UniqueIndexes unique) {
        this.connection = connection;
        this.layout = layout;
        this.hidden = unique.computed();
        this.byKey = new ValueStatement(connection, sql::selectByKey);
        this.byRowid = new ValueStatement(connection, sql::selectByRowid);
        List<String> primary = layout.table().primaryKey();
        if (layout.key().length > 0) {
            keys.add(new Key(layout.key(), true, byKey));
        }
        for (List<String> columns : unique.columns()) {
            int[] indexes = columns.stream().mapToInt(layout.columns()::indexOf).toArray();
            boolean complete = true;
            for (int index : indexes) {
                complete &= index >= 0;
            }
            if (complete && !columns.isEmpty() && !columns.equals(primary)) {
                keys.add(new Key(indexes, false, new ValueStatement(connection, () -> sql.selectBy(columns))));
            }
        }
    }

    /** Whether there are keys by which rows are not found, because they are computed. */
    boolean someAreHidden() {
        return hidden;
    }

    /** The row with a row's primary key, or {@code null}. */
    @Nullable
    StoredRow byKey(List<@Nullable Object> row) throws SQLException {
        List<StoredRow> found = select(byKey, layout.key(), row);
        return found.isEmpty() ? null : found.get(0);
    }

    /** The row with a rowid, or {@code null}. */
    @Nullable
    StoredRow byRowid(long rowid) throws SQLException {
        ValueStatement statement = byRowid;
        statement.set(1, rowid);
        try (ResultSet rows = statement.query()) {
            return rows.next() ? read(rows) : null;
        }
    }

    /**
     * The rows that hold a row's primary key or one of its unique keys, each once. Those that hold a
     * computed one only are not found.
     *
     * @param rowid the row's rowid, if that is what it is known by
     */
    List<Occupant> of(List<@Nullable Object> row, @Nullable Long rowid) throws SQLException {
        List<Occupant> all = new ArrayList<>();
        StoredRow atRowid = rowid == null ? null : byRowid(rowid);
        if (atRowid != null) {
            all.add(new Occupant(atRowid, true));
        }
        for (Key key : keys) {
            for (StoredRow found : select(key.select, key.columns, row)) {
                if (all.stream().noneMatch(known -> known.row().isSame(found))) {
                    all.add(new Occupant(found, key.primary));
                }
            }
        }
        return all;
    }

    private List<StoredRow> select(ValueStatement statement, int[] columns, List<@Nullable Object> row)
            throws SQLException {
        List<StoredRow> found = new ArrayList<>();
        for (int i = 0; i < columns.length; i++) {
            statement.set(i + 1, layout.value(row, columns[i]));
        }
        try (ResultSet rows = statement.query()) {
            while (rows.next()) {
                found.add(read(rows));
            }
        }
        return found;
    }

    private StoredRow read(ResultSet rows) throws SQLException {
        TextEncoding own = encoding;
        if (own == null) {
            own = TextEncoding.of(connection);
            encoding = own;
        }
        return StoredRow.read(rows, layout.width(), own);
    }

    /**
     * This layout's columns of a row, with what a message says of some of them.
     *
     * @param current the row as it is
     * @param some the message's columns
     */
    List<@Nullable Object> overlaid(StoredRow current, RowLayout some, List<@Nullable Object> row) throws SQLException {
        StoredRow complete =
                layout.table().rowidName() != null || layout.table().rowidAlias() != null
                        ? byRowid(current.rowid())
                        : byKey(keyOf(current, some));
        List<@Nullable Object> values = new ArrayList<>(complete == null ? List.of() : complete.values());
        for (int i = 0; i < some.width(); i++) {
            values.set(layout.columns().indexOf(some.columns().get(i)), some.value(row, i));
        }
        return values;
    }

    /** A row of this layout that has the key's values, and nothing else. */
    private List<@Nullable Object> keyOf(StoredRow current, RowLayout some) {
        List<@Nullable Object> values = new ArrayList<>();
        for (String column : layout.columns()) {
            int index = some.columns().indexOf(column);
            values.add(index < 0 ? null : current.values().get(index));
        }
        return values;
    }

    void close() throws SQLException {
        for (Key key : keys) {
            key.select.close();
        }
        byKey.close();
        byRowid.close();
    }
}
