package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import io.github.hasqlite.core.capture.BoundCapture;
import io.github.hasqlite.core.capture.Capture;
import io.github.hasqlite.core.capture.CaptureBuffer;
import io.github.hasqlite.core.capture.SchemaTrace;
import io.github.hasqlite.core.sqlite.NativeStatement;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SchemaNote;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.StatementKind;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Keeps what was captured on one connection equal to what SQLite kept (rule R1), statement by
 * statement. Not thread-safe; used with the write lock held.
 */
final class Recorder {

    private final SQLiteConnection connection;
    private final Capture capture;
    private final CaptureBuffer buffer;
    private final NativeStatement schemaVersion;
    private final SchemaContext context;
    private final ComputedColumnGuard computed;
    private final SchemaTrace trace;
    private final SchemaTransaction schema;
    private boolean schemaTouched;
    private long versionBefore;
    /** The schema's version as it should be when the transaction commits, or -1 if nobody else may change it. */
    private long expectedVersion = -1;
    /** Runs next; {@code null} if it is no schema command. */
    private @Nullable ParsedSql schemaCommand;

    private int markBefore;

    /**
     * Records what one connection does.
     *
     * @param present a connection with the functions and collations that replication has
     * @param accepted whether all nodes run a statement that comes in a message
     */
    Recorder(
            SQLiteConnection connection,
            Capture capture,
            ChangeCounters counters,
            SqlCall<SQLiteConnection> present,
            Predicate<String> accepted)
            throws SQLException {
        this.connection = connection;
        this.capture = capture;
        this.buffer = capture.buffer();
        ProgramFunctions programs = new ProgramFunctions(connection, counters);
        this.context = new SchemaContext(connection, programs);
        this.computed = new ComputedColumnGuard(connection, programs, present);
        this.schemaVersion = new NativeStatement(connection, "PRAGMA main.schema_version");
        this.trace = new SchemaTrace(connection);
        this.schema = new SchemaTransaction(connection, trace, accepted);
    }

    /** Whether the triggers fit what is going to be written. */
    boolean isPrepared(ParsedSql sql) {
        boolean fires = sql.kind() == StatementKind.WRITE || sql.kind() == StatementKind.DROP;
        if (sql.updateOrReplace()) {
            capture.lookForReplacedRows();
        }
        return !fires || capture.isCurrent();
    }

    /** Whether the triggers fit the schema as it is committed. */
    boolean isCurrent() {
        return capture.isCurrent();
    }

    /** Makes the triggers fit what is going to be written. */
    void prepare(boolean inTransaction) throws SQLException {
        if (!capture.isCurrent()) {
            computed.schemaOutdated();
        }
        capture.install(inTransaction);
    }

    /** Whether {@link #requirePresent} has nothing to do. */
    boolean isCertain() {
        return capture.isCertain();
    }

    /** The transaction has begun to write: makes sure that the triggers fit the schema that it sees. */
    void requirePresent() throws SQLException {
        capture.requirePresent();
    }

    /** Takes triggers away that do not fit: SQLite compiles them into the statements that fire them. */
    void removeOutdated() throws SQLException {
        capture.suspend();
    }

    /** The application reads inside the transaction. */
    void reads(ParsedSql sql) throws SQLException {
        schema.reads(sql);
    }

    /** Whether {@link #begun} is to be called before a statement runs. */
    boolean looksAt(ParsedSql sql) {
        return sql.kind().isSchema() || (sql.kind() == StatementKind.WRITE && schema.changesSchema());
    }

    /** The transaction has begun, and a statement is about to run that changes the schema, or rows in a changed one. */
    void begun(ParsedSql sql) throws SQLException {
        if (sql.kind() == StatementKind.WRITE) {
            if (!capture.mayWriteVirtual() || !capture.travelsAsVirtualText(sql.name(), sql.text())) {
                schema.decide(sql);
            }
            return;
        }
        schema.schemaCommandBegins();
        if (sql.copiesRows()) {
            schema.decide(sql);
        }
        versionBefore = schemaVersion.queryLong();
        requireSameSchema();
        context.begun();
        schemaCommand = sql;
        trace.begun();
        if (sql.kind() == StatementKind.ALTER) {
            capture.suspend();
        }
    }

    /** Somebody may change the schema past the session from now on until the transaction ends. */
    void watchSchema() throws SQLException {
        expectedVersion = schemaVersion.queryLong();
    }

    /** Fails if somebody did. */
    void requireSameSchema() throws SQLException {
        if (expectedVersion >= 0 && schemaVersion.queryLong() != expectedVersion) {
            throw new UncapturedChangeException(
                    "the schema was changed through the driver's own connection", "(run through what was unwrapped)");
        }
    }

    /** Whether it must be found out how the statement travels before it runs. */
    boolean mayWriteVirtual(ParsedSql sql) {
        return sql.kind() == StatementKind.WRITE && capture.mayWriteVirtual();
    }

    /**
     * A statement is about to run that may write to virtual tables.
     *
     * @throws SQLException if what it writes there cannot be sent to other nodes: it must not run then
     */
    void beginVirtual(ParsedSql sql) throws SQLException {
        capture.beginVirtual(sql.name(), sql.text(), true);
    }

    int mark() {
        return buffer.mark();
    }

    /**
     * A statement is about to run.
     *
     * @throws SQLException if other nodes could not do what it does
     */
    void arm() throws SQLException {
        markBefore = buffer.mark();
        capture.arm();
        ParsedSql command = schemaCommand;
        schemaCommand = null;
        if (command != null) {
            context.requireAlike(command);
        } else if (!schemaTouched) {
            computed.check();
        }
    }

    void disarm() {
        capture.disarm();
    }

    /** The statement is done: adds it as a command if that is how it travels. */
    void succeeded(ParsedSql sql, RunningStatement statement) throws SQLException {
        if (expectedVersion >= 0 && sql.kind().isSchema()) {
            watchSchema();
        }
        switch (sql.kind()) {
            case WRITE -> {
                if (!schema.changesSchema()) {
                    schema.wrote(sql);
                    addVirtual(sql, statement);
                } else if (schema.wayOf(sql) == SchemaTransaction.Way.STATEMENT) {
                    List<@Nullable Object> values = statement.boundValues();
                    schema.bound(sql, values.size());
                    buffer.cutTo(markBefore);
                    buffer.add(Change.sql(trimmed(sql.text()), values));
                } else {
                    addVirtual(sql, statement);
                }
            }
            case HEADER_PRAGMA -> buffer.add(Change.sql(header(sql.name()), List.of()));
            case CREATE, DROP, ALTER -> {
                if (hasChangedSchema()) {
                    capture.schemaTouched();
                    if (SchemaStatement.of(sql).dropsStatistics()) {
                        return;
                    }
                    schemaTouched = true;
                    computed.schemaOutdated();
                    trace.changed(markBefore);
                    boolean asStatement = !sql.copiesRows() || schema.wayOf(sql) == SchemaTransaction.Way.STATEMENT;
                    schema.schemaChanged(markBefore);
                    if (!asStatement) {
                        capture.addCopiedTable(sql.name());
                    } else {
                        buffer.add(Change.sql(trimmed(sql.text()), List.of(), context.of(sql)));
                    }
                } else {
                    // it may have been a TEMP trigger, which decides on how to capture
                    capture.outdated();
                }
            }
            default -> {}
        }
    }

    private void addVirtual(ParsedSql sql, RunningStatement statement) throws SQLException {
        if (capture.mayWriteVirtual()) {
            capture.addVirtual(trimmed(sql.text()), statement.boundValues());
        }
    }

    /** Whether the statement that may do so has changed the main schema. */
    boolean hasChangedSchema() throws SQLException {
        return schemaVersion.queryLong() != versionBefore;
    }

    /** The pragma with the number that SQLite has made of its argument. */
    private String header(String pragma) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("PRAGMA main." + pragma);
                ResultSet value = statement.executeQuery()) {
            return "PRAGMA " + pragma + " = " + value.getInt(1);
        }
    }

    /**
     * The application has set a pragma.
     *
     * @param name in lower case
     * @return whether what was TEMP is gone
     */
    boolean pragmaSet(String name) throws SQLException {
        if (name.equals("recursive_triggers")) {
            try (PreparedStatement statement = connection.prepareStatement("PRAGMA recursive_triggers");
                    ResultSet value = statement.executeQuery()) {
                capture.recursiveTriggers(value.getBoolean(1));
            }
            return false;
        }
        boolean gone = name.startsWith("temp_store") || (capture.isCurrent() && !capture.isComplete());
        if (gone) {
            capture.outdated();
        }
        return gone;
    }

    static String trimmed(String sql) {
        String text = sql.strip();
        return text.endsWith(";") ? text.substring(0, text.length() - 1).stripTrailing() : text;
    }

    /**
     * A statement failed and the transaction goes on: forgets what the statement had changed, unless
     * it was one that keeps what it did before it failed ({@code OR FAIL}, {@code RAISE(FAIL)}).
     *
     * @param changesNow {@code sqlite3_changes} right after the failure: 0 after a statement rollback,
     *     but also if only triggers had changed something
     */
    void failed(int mark, long changesNow) throws SQLException {
        if (buffer.mark() > mark && changesNow == 0) {
            Change visible = buffer.visible(mark);
            if (visible == null || !isKept(visible)) {
                buffer.cutTo(mark);
                return;
            }
        }
        capture.keptDespiteFailure();
    }

    /** Whether the change is in the database: tells a kept change from one that was rolled back. */
    private boolean isKept(Change change) throws SQLException {
        boolean deleted = change.operation() == Operation.DELETE;
        List<@Nullable Object> values = new ArrayList<>(deleted ? change.oldValues() : change.newValues());
        StringBuilder sql = new StringBuilder("SELECT 1 FROM main.")
                .append(SqlIdentifier.quote(change.table()))
                .append(" WHERE 1");
        for (String column : change.columns()) {
            sql.append(" AND ").append(SqlIdentifier.quote(column)).append(" COLLATE BINARY IS ?");
        }
        Long rowid = deleted ? change.oldRowid() : change.newRowid();
        String rowidName = TableDefinition.freeRowidName(change.columns());
        if (rowid != null && rowidName != null) {
            // another row may have the same values
            sql.append(" AND ").append(rowidName).append(" = ?");
            values.add(rowid);
        }
        try (ValueStatement statement = new ValueStatement(connection, sql::toString)) {
            for (int i = 0; i < values.size(); i++) {
                statement.set(i + 1, values.get(i));
            }
            try (ResultSet rows = statement.query()) {
                return rows.next() != deleted;
            }
        }
    }

    void cutTo(int mark) throws SQLException {
        if (expectedVersion >= 0) {
            watchSchema();
        }
        buffer.cutTo(mark);
        trace.cutTo(mark);
        schema.cutTo(mark);
        capture.rolledBackToSavepoint();
    }

    /** Captures rows from what is bound; {@code null} while the transaction has changed the schema. */
    @Nullable
    BoundCapture boundCapture() {
        return schemaTouched || schema.changesSchema() ? null : capture.bound();
    }

    /** Says that the application may have registered functions, or changed what they do. */
    void functionsUnknown() {
        computed.functionsOutdated();
    }

    /**
     * Hands over what the transaction changed; it is to be restored or released.
     *
     * @throws SQLException if other nodes would compute something else from its rows
     */
    List<Change> drain() throws SQLException {
        computed.check();
        SchemaNote note = new SchemaNote(schema.isStale(), trace.renamed());
        if (!note.isEmpty()) {
            buffer.add(note.command());
        }
        return buffer.drain();
    }

    /** Takes it back, if the commit failed and the transaction is still open. */
    void restore(List<Change> changes) {
        buffer.restore(changes);
    }

    /** Frees what was handed over, which is not read any more. */
    void release(List<Change> changes) {
        CaptureBuffer.release(changes);
    }

    void ended(boolean committed) {
        expectedVersion = -1;
        if (schemaTouched) {
            schemaTouched = false;
            computed.schemaOutdated();
        }
        buffer.cutTo(0);
        trace.clear();
        schema.clear();
        capture.transactionEnded(committed);
    }
}
