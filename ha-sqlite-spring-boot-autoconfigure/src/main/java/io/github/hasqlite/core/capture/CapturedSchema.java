package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TableDefinition.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The tables whose changes are captured, as they were at one moment, with the triggers that do it.
 * Immutable, shared by all connections.
 */
final class CapturedSchema {

    /** sqlite-jdbc's SQLite passes at most 100 arguments to a function; the first one is the code. */
    private static final int VALUES_PER_CALL = 99;

    static final String FUNCTION = "ha_capture";
    static final String TRIGGER_PREFIX = "ha_capture_";

    private final long epoch;
    private final long version;
    private final CapturedTable[] tables;
    private final List<String> triggers;
    private final boolean virtualTables;
    private final boolean userTriggers;
    private final boolean replaces;
    private final boolean foreignKeys;

    private CapturedSchema(
            long epoch,
            long version,
            List<CapturedTable> tables,
            boolean virtualTables,
            boolean userTriggers,
            boolean replaces,
            boolean foreignKeys) {
        this.epoch = epoch;
        this.version = version;
        this.tables = tables.toArray(new CapturedTable[0]);
        this.virtualTables = virtualTables;
        this.userTriggers = userTriggers;
        this.replaces = replaces;
        this.foreignKeys = foreignKeys;
        this.triggers = triggers(tables);
    }

    /**
     * Reads the schema that the connection sees.
     *
     * @throws SQLException if the schema cannot be read
     */
    static CapturedSchema read(Connection connection, long epoch) throws SQLException {
        // first, so that it is older than what follows if somebody changes the schema meanwhile
        long version = version(connection);
        List<CapturedTable> captured = new ArrayList<>();
        List<TableDefinition> all = TableDefinition.readAll(connection);
        for (TableDefinition table : all) {
            if (table.kind() == Kind.ORDINARY) {
                captured.add(CapturedTable.of(table));
            }
        }
        boolean virtual = all.stream().anyMatch(table -> table.kind() == Kind.VIRTUAL);
        return new CapturedSchema(
                epoch,
                version,
                List.copyOf(captured),
                virtual,
                hasTriggers(connection),
                replaces(connection),
                hasForeignKeys(connection));
    }

    /** Whether it is the one that a connection sees. */
    boolean isOf(Connection connection) throws SQLException {
        return version == version(connection);
    }

    private static long version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA main.schema_version")) {
            return rows.getLong(1);
        }
    }

    private static boolean hasTriggers(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger')")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private static boolean replaces(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                // not LIKE, whose meaning the application may change
                ResultSet rows = statement.executeQuery("SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type ="
                        + " 'table' AND lower(sql) GLOB '*conflict*replace*')")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private static boolean hasForeignKeys(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT EXISTS (SELECT 1 FROM main.sqlite_schema AS t,"
                        + " pragma_foreign_key_list(t.name, 'main') WHERE t.type = 'table')")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    /** Which state of the schema this is; see {@link SchemaCatalog}. */
    long epoch() {
        return epoch;
    }

    /** SQLite's number of that state. */
    long version() {
        return version;
    }

    int size() {
        return tables.length;
    }

    CapturedTable table(int index) {
        return tables[index];
    }

    /** The statements that create the capture triggers. */
    List<String> triggers() {
        return triggers;
    }

    /** Whether a table may replace rows without the statement saying so: ON CONFLICT REPLACE. */
    boolean replacesByItself() {
        return replaces;
    }

    /** Whether the main schema has triggers of the application. */
    boolean hasUserTriggers() {
        return userTriggers;
    }

    /** Whether a statement may change a row, and a trigger or foreign-key action the same row, too. */
    boolean touchesRowsTwice() {
        return userTriggers || foreignKeys;
    }

    /** Whether the main schema has virtual tables. */
    boolean hasVirtualTables() {
        return virtualTables;
    }

    /** Whether a table of this name, as stored in the schema, is captured. */
    boolean isCaptured(String table) {
        return indexOf(table) >= 0;
    }

    private static List<String> triggers(List<CapturedTable> tables) {
        List<String> statements = new ArrayList<>(tables.size() * 3);
        for (int i = 0; i < tables.size(); i++) {
            CapturedTable table = tables.get(i);
            for (RowOperation operation : RowOperation.values()) {
                statements.add(trigger(i, table, operation));
            }
        }
        return List.copyOf(statements);
    }

    private static String trigger(int index, CapturedTable table, RowOperation operation) {
        return trigger(triggerName(index, operation), index, table, operation);
    }

    /** The name of a capture trigger, unless another one had to be found for it. */
    static String triggerName(int index, RowOperation operation) {
        return TRIGGER_PREFIX + operation.name().toLowerCase(Locale.ROOT) + '_' + index;
    }

    /** The statement that creates a capture trigger under another name. */
    String trigger(String name, int index, RowOperation operation) {
        return trigger(name, index, tables[index], operation);
    }

    private static String trigger(String name, int index, CapturedTable table, RowOperation operation) {
        return "CREATE TEMP TRIGGER " + name + " AFTER " + operation.name() + " ON main."
                + SqlIdentifier.quote(table.name()) + " BEGIN " + report(index, table, operation) + "END";
    }

    /** The statements of a trigger that pass a row to the function. */
    private static String report(int index, CapturedTable table, RowOperation operation) {
        List<String> values = new ArrayList<>();
        if (operation.hasOld()) {
            values.addAll(table.valueNames("OLD."));
        }
        if (operation.hasNew()) {
            values.addAll(table.valueNames("NEW."));
        }
        return "SELECT " + calls(WriteStage.DONE.code(index, operation), values) + "; ";
    }

    /** The function's calls that pass these values, as the columns of one SELECT. */
    static String calls(long code, List<String> values) {
        StringJoiner calls = new StringJoiner(",");
        for (int from = 0; from < values.size(); from += VALUES_PER_CALL) {
            List<String> chunk = values.subList(from, Math.min(from + VALUES_PER_CALL, values.size()));
            calls.add(FUNCTION + "(" + code + "," + String.join(",", chunk) + ")");
        }
        return calls.toString();
    }

    /** The same for one table, which must be captured. */
    String report(String table, RowOperation operation) {
        int index = indexOf(table);
        if (index < 0) {
            throw new IllegalArgumentException("table " + table + " is not captured");
        }
        return report(index, tables[index], operation);
    }

    /** The number of a table, or -1 if it is not captured. */
    int indexOf(String table) {
        for (int i = 0; i < tables.length; i++) {
            if (tables[i].name().equals(table)) {
                return i;
            }
        }
        return -1;
    }
}
