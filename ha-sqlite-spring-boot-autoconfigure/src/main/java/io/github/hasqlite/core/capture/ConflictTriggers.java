package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TriggerText;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Writes the triggers that report which rows are in the way of one that is about to be written; see
 * {@link ReplacedRows}. They cost a search in each unique index, and call the function only for what
 * they find.
 *
 * <p>A key that is computed from an automatic rowid is not known before the row is written, so rows
 * that have it are not found. As with any BEFORE trigger, a value of the wrong type for a STRICT table is
 * noticed before other constraints are.
 */
final class ConflictTriggers {

    /** What the names of these triggers begin with. */
    static final String PREFIX = CapturedSchema.TRIGGER_PREFIX + "before_";

    private final CapturedSchema schema;
    private final Set<String> tablesWithBefore;

    private ConflictTriggers(CapturedSchema schema, Set<String> tablesWithBefore) {
        this.schema = schema;
        this.tablesWithBefore = tablesWithBefore;
    }

    /**
     * The statements that create the triggers of all captured tables.
     *
     * @throws SQLException if the schema cannot be read
     */
    static List<String> create(Connection connection, CapturedSchema schema) throws SQLException {
        ConflictTriggers triggers = new ConflictTriggers(schema, tablesWithBefore(connection));
        List<String> statements = new ArrayList<>();
        for (TableDefinition table : TableDefinition.readAll(connection)) {
            int index = schema.indexOf(table.name());
            List<UniqueKey> keys = index < 0 ? List.of() : UniqueKey.readAll(connection, table);
            if (!keys.isEmpty()) {
                statements.add(triggers.onInsert(index, keys));
                statements.add(triggers.onUpdate(index, table, keys));
            }
        }
        return statements;
    }

    /** The tables, in lower case, that may have BEFORE triggers of the application. */
    private static Set<String> tablesWithBefore(Connection connection) throws SQLException {
        Set<String> tables = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT tbl_name, sql FROM main.sqlite_schema WHERE type ="
                        + " 'trigger' UNION ALL SELECT tbl_name, sql FROM temp.sqlite_schema WHERE type = 'trigger'"
                        + " AND name NOT GLOB 'ha_*'")) {
            while (rows.next()) {
                if (!TriggerText.isAfter(rows.getString(2))) {
                    tables.add(SqlIdentifier.fold(rows.getString(1)));
                }
            }
        }
        return tables;
    }

    private String onInsert(int index, List<UniqueKey> keys) {
        StringBuilder body = begun(index, RowOperation.INSERT);
        for (UniqueKey key : keys) {
            body.append(search(index, RowOperation.INSERT, key.condition()));
        }
        return trigger(index, RowOperation.INSERT, "INSERT", body);
    }

    private String onUpdate(int index, TableDefinition table, List<UniqueKey> keys) {
        StringBuilder body = begun(index, RowOperation.UPDATE);
        if (keys.stream().anyMatch(key -> key.columns().isEmpty())) {
            // SQLite computes generated columns from those columns only that the trigger names
            body.append("SELECT ")
                    .append(String.join(",", schema.table(index).valueNames("NEW.")))
                    .append("; ");
        }
        for (UniqueKey key : keys) {
            body.append(search(index, RowOperation.UPDATE, key.condition() + exceptItself(table)));
        }
        Set<String> columns = new TreeSet<>();
        keys.forEach(key -> columns.addAll(key.columns()));
        String of = keys.stream().anyMatch(key -> key.columns().isEmpty())
                ? ""
                : " OF " + columns.stream().map(SqlIdentifier::quote).collect(Collectors.joining(","));
        return trigger(index, RowOperation.UPDATE, "UPDATE" + of, body);
    }

    private static String exceptItself(TableDefinition table) {
        String rowid = table.rowidAlias() == null ? table.rowidName() : SqlIdentifier.quote(table.rowidAlias());
        if (!table.withoutRowid() && rowid != null) {
            return " AND " + rowid + " <> OLD." + rowid;
        }
        if (table.primaryKey().isEmpty()) {
            return "";
        }
        List<String> key = table.primaryKey().stream().map(SqlIdentifier::quote).toList();
        return " AND (" + key.stream().map(column -> column + " COLLATE BINARY").collect(Collectors.joining(","))
                + ") IS NOT (" + key.stream().map(column -> "OLD." + column).collect(Collectors.joining(",")) + ")";
    }

    /** Reports the beginning where triggers may write before the row is, and so put rows in its way. */
    private StringBuilder begun(int index, RowOperation operation) {
        CapturedTable table = schema.table(index);
        if (!tablesWithBefore.contains(SqlIdentifier.fold(table.name()))) {
            return new StringBuilder();
        }
        return new StringBuilder("SELECT ")
                .append(CapturedSchema.calls(WriteStage.BEGUN.code(index, operation), table.valueNames(row(operation))))
                .append("; ");
    }

    private String search(int index, RowOperation operation, String condition) {
        CapturedTable table = schema.table(index);
        List<String> values = new ArrayList<>(table.valueNames(""));
        values.addAll(table.valueNames(row(operation)));
        return "SELECT " + CapturedSchema.calls(WriteStage.CONFLICT.code(index, operation), values) + " FROM main."
                + SqlIdentifier.quote(table.name()) + " WHERE " + condition + "; ";
    }

    private static String row(RowOperation operation) {
        return operation == RowOperation.INSERT ? "NEW." : "OLD.";
    }

    private String trigger(int index, RowOperation operation, String event, CharSequence body) {
        return "CREATE TEMP TRIGGER " + PREFIX
                + operation.name().toLowerCase(Locale.ROOT) + '_' + index + " BEFORE " + event + " ON main."
                + SqlIdentifier.quote(schema.table(index).name()) + " BEGIN " + body + "END";
    }
}
