package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.ModuleText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** The names behind the numbers in programs of SQLite: tables, virtual tables and functions, as they are at one time. */
final class ProgramSchema {

    private final SQLiteConnection connection;
    /** Tables of the main schema by their root page; those of replication and of SQLite have no definition. */
    private final Map<Long, MainTable> tables = new HashMap<>();

    private final Map<String, String> virtualTables = new HashMap<>();
    /** Virtual tables whose first column is the rowid. */
    private final Set<String> spatial = new HashSet<>();
    /** FTS3 and FTS4, whose hidden column docid is another name of the rowid. */
    private final Set<String> withDocid = new HashSet<>();

    private final Set<String> builtIn = new HashSet<>();
    private final Set<String> registered = new HashSet<>();

    /**
     * A table of the main schema.
     *
     * @param internal whether it is not replicated
     * @param hiddenRowid whether its rowid is no column
     */
    record MainTable(String name, boolean internal, boolean hiddenRowid) {}

    /**
     * Reads the schema as the connection sees it.
     *
     * @param connection of sqlite-jdbc itself; statements are only compiled on it
     * @throws SQLException if the schema cannot be read
     */
    ProgramSchema(SQLiteConnection connection) throws SQLException {
        this.connection = connection;
        Map<String, TableDefinition> definitions = new HashMap<>();
        for (TableDefinition definition : TableDefinition.readAll(connection)) {
            definitions.put(definition.name(), definition);
        }
        tables.put(1L, new MainTable("sqlite_schema", true, false));
        query("SELECT name, rootpage, tbl_name FROM main.sqlite_schema WHERE rootpage > 0", rows -> {
            TableDefinition definition = definitions.get(rows.getString(3));
            tables.put(
                    rows.getLong(2),
                    new MainTable(
                            rows.getString(3),
                            definition == null || definition.kind() == TableDefinition.Kind.SHADOW,
                            definition != null && !definition.withoutRowid() && definition.rowidAlias() == null));
        });
        query(
                "SELECT DISTINCT name, builtin FROM pragma_function_list",
                rows -> (rows.getInt(2) == 1 ? builtIn : registered).add(SqlIdentifier.fold(rows.getString(1))));
        for (TableDefinition definition : definitions.values()) {
            if (definition.kind() == TableDefinition.Kind.VIRTUAL) {
                nameVirtual("main." + SqlIdentifier.quote(definition.name()), definition.name());
            }
        }
        query(
                // not LIKE, whose meaning the application may change
                "SELECT name, sql FROM main.sqlite_schema WHERE lower(sql) GLOB 'create virtual table*using*'",
                rows -> {
                    switch (ModuleText.parse(rows.getString(2)).module()) {
                        case "fts3", "fts4" -> withDocid.add(rows.getString(1));
                        case "rtree", "rtree_i32" -> spatial.add(rows.getString(1));
                        default -> {}
                    }
                });
        nameVirtual("json_each('[]')", "");
        nameVirtual("json_tree('[]')", "");
    }

    /** A program names a virtual table by an address, which it has in common with all programs. */
    private void nameVirtual(String source, String name) {
        try {
            query("EXPLAIN SELECT 1 FROM " + source, rows -> {
                if (rows.getString(2).equals("VOpen")) {
                    virtualTables.put(rows.getString(6), name);
                }
            });
        } catch (SQLException e) {
            // a module that is not there or a broken declaration: nothing can be written to it either
            virtualTables.remove(name);
        }
    }

    /** The table of the main schema with this root page, or {@code null}. */
    @Nullable
    MainTable table(long root) {
        return tables.get(root);
    }

    /** The virtual table at this address, empty for one without a name; {@code null} if it is not in the main schema. */
    @Nullable
    String virtualTable(String address) {
        return virtualTables.get(address);
    }

    /** Whether a virtual table's first column is its rowid. */
    boolean isSpatial(String table) {
        return spatial.contains(table);
    }

    /** Whether a virtual table has a column docid. */
    boolean hasDocid(String table) {
        return withDocid.contains(table);
    }

    /** Whether a function is one of SQLite's own, and nobody has registered another one of its name. */
    boolean isBuiltIn(String function) {
        return builtIn.contains(function) && !registered.contains(function);
    }

    /** Reads rows. */
    @FunctionalInterface
    interface RowReader {
        void read(ResultSet rows) throws SQLException;
    }

    /** Runs a query and gives each of its rows to a reader. */
    void query(String sql, RowReader reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }
}
