package io.github.hasqlite.core.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What replication needs to know of one table of the main schema. Immutable.
 *
 * @param name as stored in the schema, unquoted
 * @param kind ordinary, virtual, or the shadow of a virtual table
 * @param withoutRowid whether it was created {@code WITHOUT ROWID}
 * @param columns the columns that hold data, in table order; generated columns are left out
 * @param primaryKey names of the primary key's columns in key order; empty if there is none
 * @param rowidAlias the INTEGER PRIMARY KEY column that is the rowid, or {@code null}
 * @param rowidName a name by which the rowid can be reached, or {@code null} if there is no rowid or
 *     columns hide all of its names
 */
public record TableDefinition(
        String name,
        Kind kind,
        boolean withoutRowid,
        List<String> columns,
        List<String> primaryKey,
        @Nullable String rowidAlias,
        @Nullable String rowidName) {

    private static final List<String> ROWID_NAMES = List.of("rowid", "_rowid_", "oid");

    /** Hidden column kinds of {@code PRAGMA table_xinfo}: 2 is a virtual, 3 a stored generated column. */
    private static final int FIRST_GENERATED = 2;

    private static final String COLUMNS =
            "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid";
    private static final String KEY_INDEX = "SELECT 1 FROM pragma_index_list(?, 'main') WHERE origin = 'pk'";

    /** What sort of table it is. */
    public enum Kind {
        /** Holds rows itself; its changes are captured by triggers. */
        ORDINARY,
        /** Belongs to a module, a full-text index for example; it has no triggers, so what is written travels as statements. */
        VIRTUAL,
        /** Holds the data of a virtual table; never captured, never applied to. */
        SHADOW
    }

    /** Whether the table belongs to SQLite or to replication itself and is never replicated. */
    public static boolean isInternal(String table) {
        String lower = SqlIdentifier.fold(table);
        return lower.startsWith("sqlite_") || lower.startsWith("ha_");
    }

    /**
     * Reads all tables of the main schema, without views, SQLite's own tables and those of replication.
     *
     * @throws SQLException if the schema cannot be read
     */
    public static List<TableDefinition> readAll(Connection connection) throws SQLException {
        record Listed(String name, Kind kind, boolean withoutRowid) {}
        List<Listed> listed = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' ORDER BY name");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Kind kind = kind(rows.getString(2));
                if (kind != null && !isInternal(rows.getString(1))) {
                    listed.add(new Listed(rows.getString(1), kind, rows.getBoolean(3)));
                }
            }
        }
        List<TableDefinition> tables = new ArrayList<>(listed.size());
        try (PreparedStatement columns = connection.prepareStatement(COLUMNS);
                PreparedStatement keyIndex = connection.prepareStatement(KEY_INDEX)) {
            for (Listed table : listed) {
                tables.add(read(table.name, table.kind, table.withoutRowid, columns, keyIndex));
            }
        }
        return tables;
    }

    /** Whether the main schema has a table that is called exactly so. */
    public static boolean exists(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /**
     * Reads one ordinary table of the main schema.
     *
     * @param table its name; letters A to Z in any case
     * @return {@code null} if there is none of the application's
     * @throws SQLException if the schema cannot be read
     */
    public static @Nullable TableDefinition find(Connection connection, String table) throws SQLException {
        String stored = null;
        boolean withoutRowid = false;
        try (PreparedStatement statement = connection.prepareStatement("SELECT name, wr FROM pragma_table_list WHERE"
                + " schema = 'main' AND type = 'table' AND name = ? COLLATE NOCASE")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    stored = rows.getString(1);
                    withoutRowid = rows.getBoolean(2);
                }
            }
        }
        if (stored == null || isInternal(stored)) {
            return null;
        }
        try (PreparedStatement columns = connection.prepareStatement(COLUMNS);
                PreparedStatement keyIndex = connection.prepareStatement(KEY_INDEX)) {
            return read(stored, Kind.ORDINARY, withoutRowid, columns, keyIndex);
        }
    }

    /** A name by which the rowid can be reached beside these columns, or {@code null} if they hide it. */
    public static @Nullable String freeRowidName(List<String> columns) {
        for (String candidate : ROWID_NAMES) {
            if (columns.stream().noneMatch(column -> SqlIdentifier.isSame(candidate, column))) {
                return candidate;
            }
        }
        return null;
    }

    private static @Nullable Kind kind(String listedType) {
        return switch (listedType) {
            case "table" -> Kind.ORDINARY;
            case "virtual" -> Kind.VIRTUAL;
            case "shadow" -> Kind.SHADOW;
            default -> null;
        };
    }

    private static TableDefinition read(
            String name, Kind kind, boolean withoutRowid, PreparedStatement columns, PreparedStatement keyIndex)
            throws SQLException {
        record KeyColumn(int position, String name, String type) {}
        List<String> names = new ArrayList<>();
        List<String> allNames = new ArrayList<>();
        List<KeyColumn> key = new ArrayList<>();
        columns.setString(1, name);
        try (ResultSet rows = columns.executeQuery()) {
            while (rows.next()) {
                String column = rows.getString(1);
                allNames.add(column);
                if (rows.getInt(4) < FIRST_GENERATED) {
                    names.add(column);
                }
                if (rows.getInt(3) > 0) {
                    key.add(new KeyColumn(rows.getInt(3), column, rows.getString(2)));
                }
            }
        }
        key.sort(Comparator.comparingInt(KeyColumn::position));
        String alias = null;
        if (!withoutRowid
                && key.size() == 1
                && SqlIdentifier.isSame("INTEGER", key.get(0).type())) {
            // "INTEGER PRIMARY KEY DESC" is no rowid alias: it has an index of its own
            keyIndex.setString(1, name);
            try (ResultSet rows = keyIndex.executeQuery()) {
                alias = rows.next() ? null : key.get(0).name();
            }
        }
        String rowidName = withoutRowid ? null : freeRowidName(allNames);
        return new TableDefinition(
                name,
                kind,
                withoutRowid,
                List.copyOf(names),
                key.stream().map(KeyColumn::name).toList(),
                alias,
                rowidName);
    }
}
