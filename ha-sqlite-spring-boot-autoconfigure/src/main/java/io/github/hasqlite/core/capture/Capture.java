package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TemporaryTriggers;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * Capturing on one connection: its triggers, its function and its buffer. Not thread-safe; the write
 * lock is held whenever triggers are created or dropped.
 */
public final class Capture {

    private static final long NOT_INSTALLED = 0;
    /** The schema of a transaction that changed it, until it commits. */
    private static final long PRIVATE = -1;

    private final SQLiteConnection connection;
    private final SchemaCatalog catalog;
    private final CaptureBuffer buffer;
    private final StoredRows stored;
    private final TextEncoding encoding;
    private final ReplacedRows replaced;
    private final CaptureFunction function;
    private final VirtualWrites virtual;
    private final BoundCapture bound;
    private @Nullable CapturedSchema installed;
    /** No row that an INSERT adds to an ordinary table has any effect but itself. */
    private boolean simple;

    private long installedEpoch = NOT_INSTALLED;
    private boolean installedInTransaction;
    /** The schema that the triggers were made for was found to be the present one. */
    private boolean certain;

    private boolean updatesReplace;
    private boolean schemaTouched;
    /** The application wants triggers to be recursive. */
    private boolean recursive;
    /** Counts the times that triggers were installed. */
    private long installations;

    /**
     * Registers the capture function.
     *
     * @throws SQLException if SQLite refuses it
     */
    public Capture(SQLiteConnection connection, SchemaCatalog catalog) throws SQLException {
        this.connection = connection;
        this.buffer = new CaptureBuffer(TemporaryFolder.of(connection));
        this.catalog = catalog;
        this.stored = new StoredRows(connection);
        this.encoding = TextEncoding.of(connection);
        this.virtual = new VirtualWrites(connection, encoding);
        this.replaced = new ReplacedRows(buffer, stored, virtual::mustKeep);
        this.function = new CaptureFunction(connection.getDatabase(), encoding, buffer, true);
        Function.create(connection, CapturedSchema.FUNCTION, function);
        this.bound = new BoundCapture(connection, this, function);
    }

    public CaptureBuffer buffer() {
        return buffer;
    }

    /** Whether the triggers are the right ones for the schema that this connection sees. */
    public boolean isCurrent() {
        return installedEpoch == (schemaTouched ? PRIVATE : catalog.epoch());
    }

    /**
     * Makes the triggers fit the schema that this connection sees.
     *
     * @param inTransaction whether a transaction is open, with whose rollback the triggers would go
     * @throws SQLException if the schema cannot be read or a trigger not be created
     */
    public void install(boolean inTransaction) throws SQLException {
        if (isCurrent()) {
            return;
        }
        dropTriggers();
        stored.close();
        CapturedSchema schema = schemaTouched ? CapturedSchema.read(connection, PRIVATE) : catalog.current(connection);
        try (Statement statement = connection.createStatement()) {
            // so that REPLACE shows the rows it deletes; with triggers of the application it would
            // change which of those fire, and an UPDATE OR REPLACE that meets two keys would fail (SQLite
            // takes the row itself for one that is in the way), so more triggers have to look for those rows
            boolean others = hasOtherTriggers();
            boolean unseen =
                    !recursive && (updatesReplace || schema.replacesByItself() || schema.hasUserTriggers() || others);
            statement.executeUpdate("PRAGMA recursive_triggers = " + (unseen ? "OFF" : "ON"));
            for (String trigger : schema.triggers()) {
                statement.executeUpdate(trigger);
            }
            if (unseen) {
                for (String trigger : ConflictTriggers.create(connection, schema)) {
                    statement.executeUpdate(trigger);
                }
            }
            if (others) {
                new TriggerOrder(connection, schema).putCaptureFirst();
            }
            function.use(schema, unseen ? replaced : null);
            simple = !unseen
                    && !others
                    && !schema.replacesByItself()
                    && !schema.hasUserTriggers()
                    && !schema.hasVirtualTables()
                    && encoding == TextEncoding.UTF_8;
        }
        installations++;
        certain = schemaTouched;
        installed = schema;
        installedEpoch = schema.epoch();
        installedInTransaction |= inTransaction;
    }

    /** Whether {@link #requirePresent} has nothing to do. */
    public boolean isCertain() {
        return certain;
    }

    /**
     * Makes sure that the triggers fit the present schema, once for each time that they were made: the connection may
     * have looked at the past when it read the schema. To be called in a transaction that has begun to write, which
     * looks at the present.
     *
     * @throws SQLException if the schema cannot be read or a trigger not be created
     */
    public void requirePresent() throws SQLException {
        CapturedSchema schema = installed;
        if (certain || schema == null || schemaTouched || !isCurrent()) {
            return;
        }
        if (!schema.isOf(connection)) {
            catalog.forget(schema);
            installedEpoch = NOT_INSTALLED;
            install(true);
        }
        certain = true;
    }

    /** Captures rows from what is bound to large INSERTs. */
    public BoundCapture bound() {
        return bound;
    }

    @Nullable
    CapturedSchema installed() {
        return installed;
    }

    /** Whether the triggers fit, the schema is committed, and no trigger, REPLACE or virtual table has any part. */
    boolean isSimple() {
        return simple && !schemaTouched && isCurrent();
    }

    /** Whether the application has TEMP triggers on this connection; replication's own begin with ha_. */
    private boolean hasOtherTriggers() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT EXISTS (SELECT 1 FROM temp.sqlite_schema WHERE type ="
                        + " 'trigger' AND name NOT GLOB 'ha_*')")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    /** Says that statements of a kind are coming whose replaced rows must be looked for. */
    public void lookForReplacedRows() {
        if (!updatesReplace) {
            updatesReplace = true;
            installedEpoch = NOT_INSTALLED;
        }
    }

    /** How many rows the triggers have reported as changed since the connection was opened. */
    public long reported() {
        return function.reported();
    }

    /** Changes whenever the triggers were installed anew. */
    public long installations() {
        return installations;
    }

    /** Whether changes of this table, given as stored in the main schema, are captured. */
    public boolean isCaptured(String table) {
        CapturedSchema schema = installed;
        return schema != null && schema.isCaptured(table);
    }

    /** Whether the main schema has virtual tables. */
    public boolean hasVirtualTables() {
        CapturedSchema schema = installed;
        return schema != null && schema.hasVirtualTables();
    }

    /**
     * Whether all capture triggers are where they should be.
     *
     * @throws SQLException if the schema cannot be read
     */
    public boolean isComplete() throws SQLException {
        CapturedSchema schema = installed;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM temp.sqlite_schema WHERE type = 'trigger'")) {
            int found = 0;
            while (rows.next()) {
                found += isReport(rows.getString(1)) ? 1 : 0;
            }
            return schema != null && found == schema.triggers().size();
        }
    }

    private static boolean isReport(String trigger) {
        return trigger.startsWith(CapturedSchema.TRIGGER_PREFIX)
                && !trigger.startsWith(ConflictTriggers.PREFIX)
                && !trigger.startsWith(VirtualWrites.PREFIX);
    }

    /**
     * The application has said whether triggers are to be recursive; as in SQLite REPLACE then fires DELETE
     * triggers.
     */
    public void recursiveTriggers(boolean on) {
        recursive = on;
        installedEpoch = NOT_INSTALLED;
    }

    /** Says that the schema may have been changed by somebody who did not say so, another process for example. */
    public void schemaUnknown() {
        catalog.changed();
        installedEpoch = NOT_INSTALLED;
    }

    /** Says that the triggers must be looked at again before the next write. */
    public void outdated() {
        installedEpoch = NOT_INSTALLED;
    }

    /** Says that the open transaction ran a schema command, so that triggers no longer fit. */
    public void schemaTouched() {
        schemaTouched = true;
        installedEpoch = NOT_INSTALLED;
    }

    /**
     * Drops the triggers, because SQLite refuses to alter what they name. They come back with the
     * next {@link #install} or with the transaction's rollback.
     */
    public void suspend() throws SQLException {
        dropTriggers();
        installedEpoch = NOT_INSTALLED;
        installedInTransaction = true;
    }

    private void dropTriggers() throws SQLException {
        TemporaryTriggers.drop(connection, CapturedSchema.TRIGGER_PREFIX);
        virtual.forget();
    }

    /** Lets the triggers report, while a statement of the application runs. */
    public void arm() {
        buffer.statementBegins();
        replaced.clear();
        function.arm(true);
    }

    /** Lets the triggers refuse: the connection is used behind the data source's back. */
    public void disarm() {
        function.arm(false);
        virtual.end();
    }

    /**
     * The statement failed, but what it did until then stays.
     *
     * @throws SQLException if the database cannot be asked for what that is
     */
    public void keptDespiteFailure() throws SQLException {
        replaced.failed();
        virtual.keptDespiteFailure(buffer);
    }

    /** Whether statements may write to virtual tables. */
    public boolean mayWriteVirtual() {
        CapturedSchema schema = installed;
        return schema != null && schema.hasVirtualTables();
    }

    /**
     * A statement is about to run that may write to virtual tables.
     *
     * @param target the name of what it writes, as its text has it
     * @param inTransaction whether a transaction is open, with whose rollback triggers would go
     * @throws SQLException if what it writes there cannot be sent to other nodes: it must not run then
     */
    public void beginVirtual(String target, String sql, boolean inTransaction) throws SQLException {
        if (virtual.begin(target, sql)) {
            installedInTransaction |= inTransaction;
        }
    }

    /**
     * Whether a statement writes to virtual tables and travels as its text, because every node computes the same
     * from it.
     */
    public boolean travelsAsVirtualText(String target, String sql) throws SQLException {
        return virtual.travelsAsText(target, sql);
    }

    /** The statement begun so has succeeded: adds what it wrote to virtual tables. */
    public void addVirtual(String sql, List<@Nullable Object> values) throws SQLException {
        virtual.succeeded(sql, values, buffer);
    }

    /** The transaction is over, or rolled back to a savepoint. */
    public void transactionEnded(boolean committed) {
        if (installedInTransaction && !committed) {
            installedEpoch = NOT_INSTALLED;
        }
        if (schemaTouched) {
            installedEpoch = NOT_INSTALLED;
        }
        installedInTransaction = false;
        schemaTouched = false;
    }

    /** A savepoint was rolled back: triggers created after it are gone. */
    public void rolledBackToSavepoint() {
        if (installedInTransaction || schemaTouched) {
            installedEpoch = NOT_INSTALLED;
        }
    }

    /**
     * Adds all rows of a table that CREATE TABLE … AS SELECT made, behind the command that creates it
     * without them.
     */
    public void addCopiedTable(String table) throws SQLException {
        for (TableDefinition definition : TableDefinition.readAll(connection)) {
            if (SqlIdentifier.isSame(definition.name(), table)) {
                buffer.add(Change.sql(createStatement(definition.name()), List.of()));
                addRows(definition);
            }
        }
    }

    private String createStatement(String table) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT sql FROM main.sqlite_schema WHERE name = ?")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private void addRows(TableDefinition table) throws SQLException {
        CapturedTable captured = CapturedTable.of(table);
        String rowid = captured.rowidName();
        String columns = (rowid == null ? "" : rowid + ",") + SqlIdentifier.quoteAll(table.columns());
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT " + columns + " FROM main." + SqlIdentifier.quote(table.name()))) {
            int width = captured.valuesOf(RowOperation.INSERT);
            while (rows.next()) {
                @Nullable Object[] values = new @Nullable Object[width];
                for (int i = 0; i < width; i++) {
                    values[i] = encoding.read(rows, i + 1);
                }
                buffer.add(captured.change(RowOperation.INSERT, values));
            }
        }
    }
}
