package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.ColumnAffinity;
import io.github.hasqlite.core.sqlite.InsertText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of which it can be said what a row holds that was inserted with bound values. Immutable.
 *
 * @param definition the table
 * @param affinities of its columns
 * @param constants what those columns get that are given nothing, or {@link ColumnAffinity#UNCERTAIN}
 * @param counts whether it is {@code AUTOINCREMENT}
 */
record BoundTable(
        TableDefinition definition, List<ColumnAffinity> affinities, List<@Nullable Object> constants, boolean counts) {

    private static final int MAX_DIGITS = 15;

    /**
     * Reads a table's definition.
     *
     * @param name an ordinary table of the main schema; letters A to Z in any case
     * @return {@code null} if more than its values decides on what it holds
     * @throws SQLException if the schema cannot be read
     */
    static @Nullable BoundTable read(Connection connection, String name) throws SQLException {
        TableDefinition definition = TableDefinition.find(connection, name);
        if (definition == null || isHidden(connection, definition.name())) {
            return null;
        }
        boolean strict;
        boolean counts;
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT strict, s.sql FROM pragma_table_list AS l, main.sqlite_schema AS s WHERE l.schema = 'main'"
                        + " AND l.name = ?1 AND s.type = 'table' AND s.name = ?1")) {
            statement.setString(1, definition.name());
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return null;
                }
                strict = rows.getBoolean(1);
                String text = SqlIdentifier.fold(rows.getString(2));
                if (text.contains("conflict")) {
                    return null;
                }
                counts = text.contains("autoincrement");
            }
        }
        return columns(connection, definition, strict, counts);
    }

    /** Whether a statement that does not say which one means another table of this name. */
    private static boolean isHidden(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT 1 FROM temp.sqlite_schema WHERE name = ? COLLATE NOCASE")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static @Nullable BoundTable columns(
            Connection connection, TableDefinition definition, boolean strict, boolean counts) throws SQLException {
        List<ColumnAffinity> affinities = new ArrayList<>();
        List<@Nullable Object> constants = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT type, dflt_value, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid")) {
            statement.setString(1, definition.name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (rows.getInt(3) != 0) {
                        return null;
                    }
                    ColumnAffinity affinity = ColumnAffinity.of(rows.getString(1), strict);
                    affinities.add(affinity);
                    constants.add(affinity.stored(literal(rows.getString(2))));
                }
            }
        }
        boolean counting = counts && definition.rowidAlias() != null;
        return affinities.size() == definition.columns().size()
                ? new BoundTable(definition, List.copyOf(affinities), constants, counting)
                : null;
    }

    /** The value of a default that is a short whole number or a plain text. */
    private static @Nullable Object literal(@Nullable String text) {
        if (text == null || text.equalsIgnoreCase("NULL")) {
            return null;
        }
        if (text.length() <= MAX_DIGITS && text.matches("-?[0-9]+")) {
            return Long.valueOf(text);
        }
        return text.matches("'[^'\\x00]*'") ? text.substring(1, text.length() - 1) : ColumnAffinity.UNCERTAIN;
    }

    /** The number of the INTEGER PRIMARY KEY among the columns, or -1. */
    int alias() {
        String alias = definition.rowidAlias();
        return alias == null ? -1 : definition.columns().indexOf(alias);
    }

    /** Whether it is certain what a row holds to which these {@linkplain InsertText#parameters parameters} are bound. */
    boolean isCertain(int[] parameters) {
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i] == InsertText.NO_VALUE && i != alias() && constants.get(i) == ColumnAffinity.UNCERTAIN) {
                return false;
            }
        }
        return true;
    }
}
