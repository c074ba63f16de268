package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.TransactionState;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.postgres.infer.TableColumns;
import io.github.hasqlite.postgres.infer.ViewColumns;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Columns of tables as a session sees them. What it has asked for once is known until the schema changes; a transaction
 * that changes it asks each time. Not thread-safe.
 */
final class KnownTables implements TableColumns {

    private static final int MOST = 500;

    /** Of views that read views. */
    private static final int DEEPEST = 20;

    private static final String DEFINITION =
            "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1 COLLATE NOCASE";

    private final GatewaySession gateway;
    private final Map<String, List<Column>> known = new HashMap<>();
    private long epoch = -1;
    private boolean changing;
    private int depth;

    KnownTables(GatewaySession gateway) {
        this.gateway = gateway;
    }

    /** The session may be about to change the schema. */
    void changing() {
        changing = true;
    }

    @Override
    public List<Column> of(String table) {
        if (changing && gateway.state() == TransactionState.NONE) {
            changing = false;
            known.clear();
        }
        long present = gateway.schemaEpoch();
        if (depth == 0 && (changing || present != epoch || known.size() > MOST)) {
            known.clear();
            epoch = present;
        }
        List<Column> columns = known.get(table);
        if (columns == null) {
            columns = ask(table);
            known.put(table, columns);
        }
        return columns;
    }

    private List<Column> ask(String table) {
        try {
            List<Column> columns = new ArrayList<>();
            for (GatewayColumn column : gateway.prepare("SELECT * FROM " + SqlIdentifier.quote(table) + " LIMIT 0")
                    .columns()) {
                columns.add(new Column(column.name(), DeclaredTypes.of(column.declaredType())));
            }
            boolean certain = columns.stream().allMatch(column -> column.type().certain());
            return certain || depth >= DEEPEST ? columns : byDefinition(table, columns);
        } catch (SQLException e) {
            // a name of the statement's own, perhaps; if there is no such table, running it says so
            return List.of();
        }
    }

    /** Columns of a view that are expressions have the types that its query says. */
    private List<Column> byDefinition(String table, List<Column> columns) throws SQLException {
        String definition = null;
        try (GatewayResult rows = gateway.prepare(DEFINITION).execute(List.of(table))) {
            if (rows.next()) {
                definition = String.valueOf(rows.value(0));
            }
        }
        if (definition == null) {
            return columns;
        }
        depth++;
        try {
            return ViewColumns.of(definition, columns, this);
        } finally {
            depth--;
        }
    }
}
