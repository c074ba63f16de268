package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** Finds rows of the database as they are now. Not thread-safe; used with the write lock held. */
final class CurrentRows implements AutoCloseable {

    private final SQLiteConnection connection;
    private final RowIdentify identify;
    private final TextEncoding encoding;
    private final Map<String, ValueStatement> statements = new HashMap<>();

    CurrentRows(SQLiteConnection connection, RowIdentify identify) throws SQLException {
        this.connection = connection;
        this.identify = identify;
        this.encoding = TextEncoding.of(connection);
    }

    /**
     * The row with a key.
     *
     * @param sample a change of the same table, with the columns that are wanted
     * @return its values; {@code null} if there is none
     */
    @Nullable
    List<@Nullable Object> find(RowKey key, Change sample) throws SQLException {
        boolean byRowid = identify == RowIdentify.ROWID
                && key.values().values().size() == 1
                && (sample.oldRowid() != null || sample.newRowid() != null);
        ValueStatement select = statement(sample, byRowid);
        int position = 1;
        for (Object value : key.values().values()) {
            select.set(position++, value);
        }
        try (ResultSet rows = select.query()) {
            while (rows.next()) {
                List<@Nullable Object> values = read(rows, sample.columns().size());
                // a collation may take other keys for the same
                if (byRowid || key.values().equals(RowKey.primaryKey(sample, values))) {
                    return values;
                }
            }
            return null;
        }
    }

    /** How many rows have exactly these values. */
    long count(Change sample, List<@Nullable Object> wanted) throws SQLException {
        ValueStatement select = statements.computeIfAbsent(
                "count " + sample.table(), fresh -> new ValueStatement(connection, () -> selectAlike(sample)));
        for (int i = 0; i < wanted.size(); i++) {
            select.set(i + 1, wanted.get(i));
        }
        long count = 0;
        try (ResultSet rows = select.query()) {
            while (rows.next()) {
                if (ValueList.same(read(rows, wanted.size()), wanted)) {
                    count++;
                }
            }
        }
        return count;
    }

    private List<@Nullable Object> read(ResultSet rows, int width) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>(width);
        for (int i = 1; i <= width; i++) {
            values.add(encoding.read(rows, i));
        }
        return values;
    }

    private ValueStatement statement(Change sample, boolean byRowid) throws SQLException {
        String name = (byRowid ? "rowid " : "key ") + sample.table();
        ValueStatement known = statements.get(name);
        if (known == null) {
            String sql = select(sample) + (byRowid ? rowidName(sample) + "=?" : keyCondition(sample));
            known = new ValueStatement(connection, () -> sql);
            statements.put(name, known);
        }
        return known;
    }

    private String rowidName(Change sample) throws SQLException {
        TableDefinition table = TableDefinition.find(connection, sample.table());
        if (table == null || (table.rowidAlias() == null && table.rowidName() == null)) {
            throw new SQLException("table " + sample.table() + " has no rowids any more");
        }
        String alias = table.rowidAlias();
        return alias == null ? String.valueOf(table.rowidName()) : SqlIdentifier.quote(alias);
    }

    private static String select(Change sample) {
        return "SELECT " + SqlIdentifier.quoteAll(sample.columns()) + " FROM main."
                + SqlIdentifier.quote(sample.table()) + " WHERE ";
    }

    /** In the order of the table, as the values of a key are. */
    private static String keyCondition(Change sample) {
        StringJoiner terms = new StringJoiner(" AND ");
        for (String column : sample.columns()) {
            if (sample.pkColumns().contains(column)) {
                terms.add(SqlIdentifier.quote(column) + "=?");
            }
        }
        return terms.toString();
    }

    private static String selectAlike(Change sample) {
        StringJoiner columns = new StringJoiner(",", "(", ")");
        StringJoiner values = new StringJoiner(",", "(", ")");
        for (String column : sample.columns()) {
            columns.add(SqlIdentifier.quote(column) + " COLLATE BINARY");
            values.add("?");
        }
        return select(sample) + columns + " IS " + values;
    }

    @Override
    public void close() throws SQLException {
        for (ValueStatement statement : statements.values()) {
            statement.close();
        }
    }
}
