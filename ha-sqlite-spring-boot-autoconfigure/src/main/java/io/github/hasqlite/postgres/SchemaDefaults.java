package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.postgres.sql.ColumnDefaults;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads the defaults of columns from the schema that a session sees. */
record SchemaDefaults(GatewaySession gateway) implements ColumnDefaults {

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
