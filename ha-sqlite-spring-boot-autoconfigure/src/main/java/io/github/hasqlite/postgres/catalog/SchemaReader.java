package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.TransactionState;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the schema of the database, as the session's transaction sees it. */
final class SchemaReader {

    private static final String COLUMNS =
            "SELECT m.name, x.cid, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden"
                    + " FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) x WHERE m.type = 'table' ORDER BY m.rowid, x.cid";
    private static final String VIEW_COLUMNS =
            "SELECT ?1, x.cid, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden"
                    + " FROM pragma_table_xinfo(?1) x ORDER BY x.cid";
    private static final String INDEXES =
            "SELECT m.name, l.name, l.\"unique\", l.origin, l.partial, x.cid, x.name, x.\"desc\""
                    + " FROM sqlite_schema m JOIN pragma_index_list(m.name) l JOIN pragma_index_xinfo(l.name) x"
                    + " WHERE m.type = 'table' AND x.key = 1 ORDER BY m.rowid, l.seq DESC, x.seqno";
    private static final String FOREIGN_KEYS =
            "SELECT m.name, f.id, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete"
                    + " FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
                    + " ORDER BY m.rowid, f.id DESC, f.seq";

    private static final String SAVEPOINT = "ha_catalog";

    private final GatewaySession session;

    SchemaReader(GatewaySession session) {
        this.session = session;
    }

    /** Type, name, table and text of all that there is; when it is the same, all else is. */
    List<List<@Nullable Object>> objects() throws SQLException {
        return rows("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid");
    }

    SchemaRows all(List<List<@Nullable Object>> objects) throws SQLException {
        List<List<@Nullable Object>> columns = new ArrayList<>(rows(COLUMNS));
        for (List<@Nullable Object> object : objects) {
            if ("view".equals(object.get(0))) {
                columns.addAll(ofView(object.get(1)));
            }
        }
        return new SchemaRows(
                visible(objects, 2), visible(columns, 0), visible(rows(INDEXES), 0), visible(rows(FOREIGN_KEYS), 0));
    }

    /**
     * A view that cannot be read, because what it names is not there, has no columns. The error of that must not be one of
     * the client's transaction.
     */
    private List<List<@Nullable Object>> ofView(@Nullable Object name) throws SQLException {
        boolean saved = session.state() != TransactionState.NONE;
        if (saved) {
            rows("SAVEPOINT " + SAVEPOINT);
        }
        List<List<@Nullable Object>> columns;
        try {
            columns = rows(VIEW_COLUMNS, name);
        } catch (SQLException e) {
            if (SqlStates.CANCELLED.equals(e.getSQLState())) {
                throw e;
            }
            columns = List.of();
            if (saved) {
                rows("ROLLBACK TO " + SAVEPOINT);
            }
        }
        if (saved) {
            rows("RELEASE " + SAVEPOINT);
        }
        return columns;
    }

    private static List<List<@Nullable Object>> visible(List<List<@Nullable Object>> rows, int table) {
        return rows.stream()
                .filter(row -> row.get(table) instanceof String name && !TableDefinition.isInternal(name))
                .toList();
    }

    private List<List<@Nullable Object>> rows(String sql, @Nullable Object... values) throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        try (GatewayResult result = session.prepare(sql).execute(Arrays.asList(values))) {
            int width = result.columns().size();
            while (result.next()) {
                @Nullable Object[] row = new @Nullable Object[width];
                for (int i = 0; i < width; i++) {
                    row[i] = result.value(i);
                }
                rows.add(Collections.unmodifiableList(Arrays.asList(row)));
            }
        }
        return rows;
    }

    /** What was read: rows of the queries above. */
    record SchemaRows(
            List<List<@Nullable Object>> objects,
            List<List<@Nullable Object>> columns,
            List<List<@Nullable Object>> indexes,
            List<List<@Nullable Object>> foreignKeys) {}
}
