package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * Applies changes and their inverses to tables without triggers, and insists that each meets exactly
 * the row that it names.
 */
public final class ExactChanges {

    private final Connection connection;
    private final Map<String, TableDefinition> tables = new TreeMap<>();

    public ExactChanges(Connection connection) throws SQLException {
        this.connection = connection;
        for (TableDefinition table : TableDefinition.readAll(connection)) {
            tables.put(table.name(), table);
        }
    }

    public void apply(Change change) throws SQLException {
        switch (change.operation()) {
            case INSERT -> insert(change, change.newRowid(), change.newValues());
            case DELETE -> delete(change, change.oldRowid(), change.oldValues());
            default -> update(change, change.oldRowid(), change.oldValues(), change.newRowid(), change.newValues());
        }
    }

    public void revert(Change change) throws SQLException {
        switch (change.operation()) {
            case INSERT -> delete(change, change.newRowid(), change.newValues());
            case DELETE -> insert(change, change.oldRowid(), change.oldValues());
            default -> update(change, change.newRowid(), change.newValues(), change.oldRowid(), change.oldValues());
        }
    }

    private void insert(Change change, Long rowid, List<Object> row) throws SQLException {
        String implicit = implicitRowid(change);
        List<Object> values = new ArrayList<>(row);
        StringJoiner marks = new StringJoiner(",");
        row.forEach(value -> marks.add("?"));
        if (implicit != null) {
            values.add(rowid);
            marks.add("?");
        }
        run(
                change,
                "INSERT OR ABORT INTO main." + SqlIdentifier.quote(change.table()) + "("
                        + SqlIdentifier.quoteAll(change.columns()) + (implicit == null ? "" : "," + implicit)
                        + ") VALUES(" + marks + ")",
                values);
    }

    private void delete(Change change, Long rowid, List<Object> row) throws SQLException {
        List<Object> values = new ArrayList<>();
        run(
                change,
                "DELETE FROM main." + SqlIdentifier.quote(change.table()) + where(change, rowid, row, values),
                values);
    }

    private void update(Change change, Long oldRowid, List<Object> oldRow, Long newRowid, List<Object> newRow)
            throws SQLException {
        String implicit = implicitRowid(change);
        StringJoiner assignments = new StringJoiner(",");
        change.columns().forEach(column -> assignments.add(SqlIdentifier.quote(column) + "=?"));
        List<Object> values = new ArrayList<>(newRow);
        if (implicit != null) {
            assignments.add(implicit + "=?");
            values.add(newRowid);
        }
        run(
                change,
                "UPDATE OR ABORT main." + SqlIdentifier.quote(change.table()) + " SET " + assignments
                        + where(change, oldRowid, oldRow, values),
                values);
    }

    private String where(Change change, Long rowid, List<Object> row, List<Object> values) {
        StringJoiner columns = new StringJoiner(",", "(", ")");
        StringJoiner marks = new StringJoiner(",", "(", ")");
        for (int i = 0; i < row.size(); i++) {
            String column = SqlIdentifier.quote(change.columns().get(i));
            columns.add(column + " COLLATE BINARY").add("typeof(" + column + ")");
            marks.add("?").add("typeof(?)");
            values.add(row.get(i));
            values.add(row.get(i));
        }
        String implicit = implicitRowid(change);
        if (implicit != null) {
            columns.add(implicit);
            marks.add("?");
            values.add(rowid);
        }
        // where columns hide the rowid, equal rows cannot be told apart
        String one = Objects.requireNonNull(tables.get(change.table())).rowidName() == null ? " LIMIT 1" : "";
        return " WHERE " + columns + " IS " + marks + one;
    }

    private String implicitRowid(Change change) {
        TableDefinition table = Objects.requireNonNull(tables.get(change.table()));
        return table.rowidAlias() == null ? table.rowidName() : null;
    }

    private void run(Change change, String sql, List<Object> values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            int rows = statement.executeUpdate();
            if (rows != 1) {
                throw new AssertionError(rows + " rows are what it names: " + change);
            }
        } catch (SQLException e) {
            throw new SQLException(e.getMessage() + " in " + change, e);
        }
    }

    /** All rows of all tables, with rowids and storage classes. */
    public static List<String> content(Connection connection) throws SQLException {
        List<String> content = new ArrayList<>();
        for (TableDefinition table : TableDefinition.readAll(connection)) {
            String columns = (table.rowidName() == null ? "" : table.rowidName() + ",")
                    + SqlIdentifier.quoteAll(table.columns());
            content.add(table.name() + "(" + columns + ")");
            List<String> rows = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(
                            "SELECT " + columns + " FROM main." + SqlIdentifier.quote(table.name()));
                    ResultSet result = statement.executeQuery()) {
                int width = result.getMetaData().getColumnCount();
                while (result.next()) {
                    StringJoiner row = new StringJoiner("|");
                    for (int i = 1; i <= width; i++) {
                        row.add(exact(result.getObject(i)));
                    }
                    rows.add(row.toString());
                }
            }
            rows.sort(null);
            content.addAll(rows);
        }
        return content;
    }

    private static String exact(Object value) {
        if (value instanceof byte[] bytes) {
            return "x'" + HexFormat.of().formatHex(bytes) + "'";
        }
        return value instanceof String text ? "'" + text + "'" : String.valueOf(value);
    }
}
