package io.github.hasqlite.jdbc;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import io.github.hasqlite.SqlIdentifier;
import io.github.hasqlite.TableDefinition;
import io.github.hasqlite.capture.Capture;
import io.github.hasqlite.capture.CaptureBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
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
    private long versionBefore;

    Recorder(SQLiteConnection connection, Capture capture) throws SQLException {
        this.connection = connection;
        this.capture = capture;
        this.buffer = capture.buffer();
        this.schemaVersion = new NativeStatement(connection, "PRAGMA main.schema_version");
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
        capture.install(inTransaction);
    }

    /** Takes triggers away that do not fit: SQLite compiles them into the statements that fire them. */
    void removeOutdated() throws SQLException {
        capture.suspend();
    }

    /** The transaction has begun and a statement that may change the schema is about to run. */
    void begun(ParsedSql sql) throws SQLException {
        versionBefore = schemaVersion.queryLong();
        if (sql.kind() == StatementKind.ALTER) {
            capture.suspend();
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

    void arm() {
        capture.arm();
    }

    void disarm() {
        capture.disarm();
    }

    /** The statement is done: adds it as a command if that is how it travels. */
    void succeeded(ParsedSql sql, RunningStatement statement) throws SQLException {
        switch (sql.kind()) {
            case WRITE -> {
                if (capture.mayWriteVirtual()) {
                    capture.addVirtual(trimmed(sql.text()), statement.boundValues());
                }
            }
            case HEADER_PRAGMA -> buffer.add(Change.sql(trimmed(sql.text()), List.of()));
            case CREATE, DROP, ALTER -> {
                if (schemaVersion.queryLong() != versionBefore) {
                    capture.schemaTouched();
                    if (sql.copiesRows()) {
                        capture.addCopiedTable(sql.name());
                    } else {
                        buffer.add(Change.sql(trimmed(sql.text()), List.of()));
                    }
                } else {
                    // it may have been a TEMP trigger, which decides on how to capture
                    capture.outdated();
                }
            }
            default -> {}
        }
    }

    private static String trimmed(String sql) {
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
        try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() != deleted;
            }
        }
    }

    void cutTo(int mark) {
        buffer.cutTo(mark);
        capture.rolledBackToSavepoint();
    }

    /** Hands over what the transaction changed; it is to be restored or released. */
    List<Change> drain() {
        return buffer.drain();
    }

    /** Takes it back, if the commit failed and the transaction is still open. */
    void restore(List<Change> changes) {
        buffer.restore(changes);
    }

    /** Nobody will read any more what was handed over. */
    void release(List<Change> changes) {
        CaptureBuffer.release(changes);
    }

    void ended(boolean committed) {
        buffer.cutTo(0);
        capture.transactionEnded(committed);
    }
}
