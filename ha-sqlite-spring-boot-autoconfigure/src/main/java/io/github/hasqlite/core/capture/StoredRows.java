package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Asks the database for rows, also in the middle of a statement that changes them. Not thread-safe. */
final class StoredRows {

    private final Connection connection;
    private final Map<String, ValueStatement> queries = new HashMap<>();

    StoredRows(Connection connection) {
        this.connection = connection;
    }

    /** Whether there is a row at this place. */
    boolean contains(CapturedTable table, RowSlot slot) throws SQLException {
        ValueStatement query = queries.get(table.name());
        if (query == null) {
            String sql = "SELECT 1 FROM main." + SqlIdentifier.quote(table.name()) + " WHERE " + condition(table, slot);
            query = new ValueStatement(connection, () -> sql);
            queries.put(table.name(), query);
        }
        if (slot.rowid() != null) {
            query.set(1, slot.rowid());
        } else {
            List<@Nullable Object> values = slot.values();
            for (int i = 0; i < values.size(); i++) {
                query.set(i + 1, values.get(i));
            }
        }
        try (ResultSet rows = query.query()) {
            return rows.next();
        }
    }

    private static String condition(CapturedTable table, RowSlot slot) {
        if (slot.rowid() != null) {
            String alias = table.aliasIndex() < 0 ? null : table.columns().get(table.aliasIndex());
            String name = alias == null ? table.rowidName() : SqlIdentifier.quote(alias);
            return (name == null ? TableDefinition.freeRowidName(table.columns()) : name) + " = ?1";
        }
        // for the index, whose collation may find more, and exactly
        StringJoiner found = new StringJoiner(",");
        StringJoiner exact = new StringJoiner(",");
        StringJoiner values = new StringJoiner(",");
        for (int i = 0; i < slot.columns().size(); i++) {
            String column = SqlIdentifier.quote(slot.columns().get(i));
            found.add(column);
            exact.add(column + " COLLATE BINARY");
            values.add("?" + (i + 1));
        }
        return "(" + found + ") IS (" + values + ") AND (" + exact + ") IS (" + values + ")";
    }

    /** Forgets the tables, because the schema may be another one. */
    void close() throws SQLException {
        for (ValueStatement query : queries.values()) {
            query.close();
        }
        queries.clear();
    }
}
