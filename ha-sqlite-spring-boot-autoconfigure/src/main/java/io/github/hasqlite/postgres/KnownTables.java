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

    /** Which columns take NULL, and which are generated; a key that is the number of its row takes none. */
    private static final String DETAILS =
            "SELECT name, \"notnull\" OR (pk > 0 AND lower(type) = 'integer' AND NOT EXISTS (SELECT 1 FROM"
                    + " pragma_index_list(?1) WHERE origin = 'pk')), hidden > 1 FROM pragma_table_xinfo(?1)";

    private final GatewaySession gateway;
    private final Map<String, List<Column>> known = new HashMap<>();
    private long epoch = -1;
    private boolean changing;
    private long changes;
    private int depth;

    KnownTables(GatewaySession gateway) {
        this.gateway = gateway;
    }

    /** The session may be about to change the schema. */
    void changing() {
        changing = true;
    }

    /** Differs from one before if the schema may have changed since, also by a transaction that is open. */
    Version version() {
        settle();
        changes += changing ? 1 : 0;
        return new Version(gateway.schemaEpoch(), changes);
    }

    /**
     * As which the schema was known.
     *
     * @param epoch of what is committed on the node
     * @param changes of the session's own
     */
    record Version(long epoch, long changes) {}

    private void settle() {
        if (changing && gateway.state() == TransactionState.NONE) {
            changing = false;
            changes++;
            known.clear();
        }
    }

    @Override
    public List<Column> of(String table) {
        settle();
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
            details(table, columns);
            boolean certain = columns.stream().allMatch(column -> column.type().certain());
            return certain || depth >= DEEPEST ? columns : byDefinition(table, columns);
        } catch (SQLException e) {
            // a name of the statement's own, perhaps; if there is no such table, running it says so
            return List.of();
        }
    }

    private void details(String table, List<Column> columns) throws SQLException {
        try (GatewayResult rows = gateway.prepare(DETAILS).execute(List.of(table))) {
            while (rows.next()) {
                String name = String.valueOf(rows.value(0));
                boolean required = !Long.valueOf(0).equals(rows.value(1));
                boolean generated = !Long.valueOf(0).equals(rows.value(2));
                columns.replaceAll(column ->
                        column.name().equals(name) ? new Column(name, column.type(), !required, generated) : column);
            }
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
