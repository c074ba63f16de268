package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.postgres.catalog.TableConstraint;
import io.github.hasqlite.postgres.catalog.TableConstraints;
import io.github.hasqlite.postgres.sql.ConflictNames;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Finds the columns of the constraints that a schema has by their names. */
record NamedConflicts(GatewaySession gateway) implements ConflictNames {

    private static final String TABLE =
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
    private static final String COLUMNS = "SELECT name FROM pragma_table_info(?1)";
    private static final String INDEX_COLUMNS = "SELECT x.name FROM sqlite_schema m JOIN pragma_index_info(m.name) x"
            + " WHERE m.type = 'index' AND m.tbl_name = ?1 COLLATE NOCASE AND m.name = ?2 AND m.sql LIKE 'CREATE UNIQUE %'"
            + " AND x.name IS NOT NULL";

    @Override
    public List<String> columns(String table, String constraint) throws SQLException {
        List<String> defined = strings(TABLE, table);
        if (!defined.isEmpty()) {
            List<String> all = strings(COLUMNS, table);
            for (TableConstraint known :
                    TableConstraints.of(defined.get(0), all, defined.get(1)).all()) {
                boolean key =
                        known.kind() == TableConstraint.Kind.PRIMARY || known.kind() == TableConstraint.Kind.UNIQUE;
                if (key && known.name().equals(constraint)) {
                    return known.columns();
                }
            }
        }
        return strings(INDEX_COLUMNS, table, constraint);
    }

    /** All values of all rows. */
    private List<String> strings(String sql, String... values) throws SQLException {
        List<String> found = new ArrayList<>();
        try (GatewayResult rows = gateway.prepare(sql).execute(List.of(values))) {
            int width = rows.columns().size();
            while (rows.next()) {
                for (int i = 0; i < width; i++) {
                    found.add(String.valueOf(rows.value(i)));
                }
            }
        }
        return found;
    }
}
