package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.UntypedValues;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Rows of one table as Go nodes send them, made into what their authors have stored, as far as the table's
 * declaration tells. Immutable.
 *
 * <p>What go-ha 0.11 does to a row before it becomes JSON: it takes the values of all columns, generated ones
 * included, and the names of those that are not generated. A value at the place of a column declared {@code
 * BLOB} stays what it is, and JSON makes base64 of its bytes; any other is made text. It counts places among
 * the names, so that values behind a generated column are treated as those of another one. It may know fewer
 * names than the table has columns after an ALTER TABLE in the same call. An empty BLOB arrives as NULL from
 * one of its two drivers.
 */
final class GoRows {

    /** The one declared type that it spares; SQLite tells it in capitals however it is written. */
    private static final String BLOB = "BLOB";

    private static final String VACUUM = "vacuum_";

    private static final char REPLACEMENT = '\uFFFD';

    /** Hidden column kinds of {@code PRAGMA table_xinfo}: 2 is a virtual, 3 a stored generated column. */
    private static final int FIRST_GENERATED = 2;

    /**
     * One column.
     *
     * @param place its place among all columns
     */
    private record Column(String name, String type, boolean notNull, int place) {}

    private final List<Column> columns;
    private final int all;

    private GoRows(List<Column> columns, int all) {
        this.columns = columns;
        this.all = all;
    }

    /** Whether a change may be from a Go node. */
    static boolean isOne(Change change) {
        return change.newValues() instanceof UntypedValues || change.oldValues() instanceof UntypedValues;
    }

    /** Whether it is one of those that VACUUM makes in a schema of its own, which Go nodes capture, too. */
    static boolean isLocal(Change change) {
        return change.database().startsWith(VACUUM) && isOne(change);
    }

    /** Reads a table's declaration. */
    static GoRows of(SQLiteConnection connection, String table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        int all = 0;
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT name, type, \"notnull\", hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (rows.getInt(4) < FIRST_GENERATED) {
                        columns.add(new Column(rows.getString(1), rows.getString(2), rows.getBoolean(3), all));
                    }
                    all++;
                }
            }
        }
        return new GoRows(List.copyOf(columns), all);
    }

    /** The change with the values that its author has stored. */
    Change restored(Change change) {
        List<String> names = change.columns();
        int values = Math.max(change.oldValues().size(), change.newValues().size());
        boolean whole = values > names.size()
                && values == all
                && names.size() <= columns.size()
                && names.equals(columns.stream().map(Column::name).toList().subList(0, names.size()));
        return new Change(
                change.operation(),
                change.database(),
                change.table(),
                whole ? columns.stream().map(Column::name).toList() : names,
                change.pkColumns(),
                change.oldRowid(),
                change.newRowid(),
                whole ? withGenerated(names.size(), change.oldValues()) : plain(names, change.oldValues()),
                whole ? withGenerated(names.size(), change.newValues()) : plain(names, change.newValues()),
                change.command(),
                change.args());
    }

    private List<@Nullable Object> plain(List<String> names, List<@Nullable Object> values) {
        if (values.size() != names.size()) {
            return values;
        }
        @Nullable Object[] row = values.toArray();
        for (int i = 0; i < row.length; i++) {
            Column column = find(names.get(i), i);
            if (column != null && column.type.equals(BLOB)) {
                row[i] = row[i] instanceof String text ? fromBase64(text) : blobOrNull(column, row[i]);
            }
        }
        return Collections.unmodifiableList(Arrays.asList(row));
    }

    private @Nullable Column find(String name, int likely) {
        if (likely < columns.size() && columns.get(likely).name.equals(name)) {
            return columns.get(likely);
        }
        for (Column column : columns) {
            if (SqlIdentifier.isSame(column.name, name)) {
                return column;
            }
        }
        return null;
    }

    /**
     * The row of which there are values of all columns.
     *
     * @param named how many columns the author knew names of
     */
    private List<@Nullable Object> withGenerated(int named, List<@Nullable Object> values) {
        if (values.size() != all) {
            return values;
        }
        @Nullable Object[] row = new @Nullable Object[columns.size()];
        for (int i = 0; i < row.length; i++) {
            Column column = columns.get(i);
            Object value = values.get(column.place);
            if (column.type.equals(BLOB)) {
                boolean spared =
                        column.place >= named || columns.get(column.place).type.equals(BLOB);
                if (value instanceof String text) {
                    value = spared ? fromBase64(text) : fromText(text);
                } else {
                    value = blobOrNull(column, value);
                }
            }
            row[i] = value;
        }
        return Collections.unmodifiableList(Arrays.asList(row));
    }

    private static @Nullable Object blobOrNull(Column column, @Nullable Object value) {
        return value == null && column.notNull ? new byte[0] : value;
    }

    /** One driver sends a TEXT in such a column as it is. */
    private static Object fromBase64(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return Base64.getEncoder().encodeToString(bytes).equals(text) ? bytes : text;
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** Bytes that are no UTF-8 are lost. */
    private static Object fromText(String text) {
        return text.indexOf(REPLACEMENT) >= 0 ? text : text.getBytes(StandardCharsets.UTF_8);
    }
}
