package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.postgres.sql.ColumnDefaults;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads the defaults of columns from the schema that a session sees. */
record SchemaDefaults(GatewaySession gateway) implements ColumnDefaults {

    private static final String BUILT_IN =
            "SELECT 1 FROM pragma_function_list WHERE builtin AND name = ?1 COLLATE NOCASE LIMIT 1";

    private static final String COLUMNS =
            "SELECT name, type, dflt_value, pk FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid";

    @Override
    public List<Column> of(String table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (GatewayResult rows = gateway.prepare(COLUMNS).execute(List.of(table))) {
            while (rows.next()) {
                Object text = rows.value(2);
                boolean counts = "INTEGER".equalsIgnoreCase(String.valueOf(rows.value(1)))
                        && !Long.valueOf(0).equals(rows.value(3));
                columns.add(new Column(
                        String.valueOf(rows.value(0)), text == null ? "NULL" : sql(text.toString()), counts));
            }
        }
        return columns;
    }

    /**
     * Sees that defaults call nothing that programs without this server do not have: SQLite would find out with the first
     * row.
     *
     * @throws SQLException if one does (42883)
     */
    void requireBuiltIn(Set<String> functions) throws SQLException {
        for (String function : functions) {
            try (GatewayResult rows = gateway.prepare(BUILT_IN).execute(List.of(function))) {
                if (!rows.next()) {
                    throw new SQLException(
                            "function " + function
                                    + "() does not exist in SQLite: a DEFAULT has SQLite's own functions only",
                            "42883");
                }
            }
        }
    }

    /** In a definition, SQLite takes a text in double quotes for a text. */
    private static String sql(String text) {
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return quoted
                ? "'"
                        + text.substring(1, text.length() - 1)
                                .replace("\"\"", "\"")
                                .replace("'", "''") + "'"
                : text;
    }
}
