package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.ModuleText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A virtual table of the main schema, as far as it must be known to send its rows as values.
 *
 * @param name as stored in the schema
 * @param key the name by which a row's number is read and written
 * @param columns what else a row has, in table order
 * @param shadow the table in which the module keeps one row for each row of this one, or {@code null} if
 *     it does not keep what was written (an index on other content), or is not known here
 * @param shadowKey the row's number there
 */
record VirtualTable(
        String name,
        String key,
        List<String> columns,
        @Nullable String shadow,
        String shadowKey) {

    /** Options by which a full-text table does not keep its rows, or not all there is to know of them. */
    private static final Set<String> FOREIGN_CONTENT = Set.of("content", "locale");

    /** Hidden columns of the full-text modules that are commands or results. */
    private static final List<String> NO_DATA = List.of("rank", "docid", "__langid");

    /** Whether what is written to it can be read back, row by row. */
    boolean keepsRows() {
        return shadow != null;
    }

    /** Reads what is known of a virtual table. */
    static VirtualTable read(Connection connection, String name) throws SQLException {
        ModuleText text = ModuleText.parse(declaration(connection, name));
        List<String> columns = columns(connection, name);
        return switch (text.module()) {
            case "fts3", "fts4" -> new VirtualTable(name, "rowid", columns, content(name, text), "docid");
            case "fts5" -> new VirtualTable(name, "rowid", columns, content(name, text), "id");
            case "rtree", "rtree_i32" ->
                new VirtualTable(
                        name,
                        SqlIdentifier.quote(columns.get(0)),
                        List.copyOf(columns.subList(1, columns.size())),
                        name + "_rowid",
                        "rowid");
            default -> new VirtualTable(name, "rowid", columns, null, "");
        };
    }

    private static @Nullable String content(String name, ModuleText text) {
        return Collections.disjoint(text.options(), FOREIGN_CONTENT) ? name + "_content" : null;
    }

    private static String declaration(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "";
            }
        }
    }

    private static List<String> columns(Connection connection, String name) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT name, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String column = rows.getString(1);
                    boolean data = rows.getInt(2) == 0
                            || !(SqlIdentifier.isSame(column, name) || NO_DATA.contains(SqlIdentifier.fold(column)));
                    if (data) {
                        columns.add(column);
                    }
                }
            }
        }
        return columns;
    }

    /** The triggers that report which rows are written. */
    List<String> triggers(String prefix, int number) {
        if (shadow == null) {
            return List.of();
        }
        String on = " ON main." + SqlIdentifier.quote(shadow) + " BEGIN SELECT " + TouchedRows.FUNCTION + "(" + number;
        return List.of(
                "CREATE TEMP TRIGGER " + prefix + number + "_insert AFTER INSERT" + on + ", 1, NEW." + shadowKey
                        + "); END",
                "CREATE TEMP TRIGGER " + prefix + number + "_delete AFTER DELETE" + on + ", 0, OLD." + shadowKey
                        + "); END");
    }

    /** A query for one row by its number. */
    String select() {
        return "SELECT " + SqlIdentifier.quoteAll(columns) + " FROM main." + SqlIdentifier.quote(name) + " WHERE " + key
                + " = ?";
    }

    /** Adds rows; the values of each are its number and its columns. */
    String insert(boolean replace, int rows) {
        String row = "(?" + ",?".repeat(columns.size()) + ")";
        return (replace ? "INSERT OR REPLACE INTO " : "INSERT INTO ") + SqlIdentifier.quote(name) + "(" + key
                + (columns.isEmpty() ? "" : ",") + SqlIdentifier.quoteAll(columns) + ") VALUES " + row
                + ("," + row).repeat(rows - 1);
    }

    /** Deletes rows by their numbers. */
    String delete(int rows) {
        return "DELETE FROM " + SqlIdentifier.quote(name) + " WHERE " + key + " IN (?" + ",?".repeat(rows - 1) + ")";
    }
}
