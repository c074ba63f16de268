package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.capture.BoundCapture;
import io.github.hasqlite.core.capture.BoundRows;
import io.github.hasqlite.core.sqlite.NativeStatement;
import io.github.hasqlite.core.sqlite.ParsedSql;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Finds the batches whose rows can be captured from the values that are bound to them. Belongs to one connection. */
final class BoundInserts {

    private final PhysicalConnection connection;
    private final Transaction transaction;
    private final Recorder recorder;
    private final ChangeAudit audit;
    private final @Nullable KeyedInserts keys;
    private final NativeTransaction sqlite;
    private final NativeStatement lastInsertRowid;

    private BoundInserts(
            PhysicalConnection connection,
            Transaction transaction,
            Recorder recorder,
            ChangeAudit audit,
            @Nullable KeyedInserts keys)
            throws SQLException {
        this.connection = connection;
        this.transaction = transaction;
        this.recorder = recorder;
        this.audit = audit;
        this.keys = keys;
        this.sqlite = new NativeTransaction(connection);
        this.lastInsertRowid = new NativeStatement(connection, "SELECT last_insert_rowid()");
    }

    /** {@code null} if nothing is replicated. */
    static @Nullable BoundInserts of(
            PhysicalConnection connection, Transaction transaction, @Nullable KeyedInserts keys) throws SQLException {
        Recorder recorder = transaction.recorder();
        ChangeAudit audit = transaction.audit();
        return recorder == null || audit == null
                ? null
                : new BoundInserts(connection, transaction, recorder, audit, keys);
    }

    /**
     * A batch that is about to be written, in a transaction that writes.
     *
     * @return {@code null} if its rows are to be captured by their trigger
     */
    @Nullable
    BoundBatch of(ParsedSql sql, PreparedBatch batch) throws SQLException {
        if (!sql.insert() || batch.parameters() == 0 || transaction.access().isLent()) {
            return null;
        }
        BoundCapture capture = recorder.boundCapture();
        if (capture == null || batch.rows() < capture.worthwhile()) {
            return null;
        }
        KeyedInserts.Plan plan = batch.plan();
        boolean keyed = plan != null && plan.key() != null;
        @Nullable BoundRows[] rows = new @Nullable BoundRows[1];
        transaction.counters().own(() -> rows[0] = capture.rows(sql.text(), keyed, batch.parameters()));
        BoundRows known = rows[0];
        return known == null ? null : new BoundBatch(this, capture, known, sql, batch, plan);
    }

    Transaction transaction() {
        return transaction;
    }

    /** How many rows statements of this connection have changed, the session's own included. */
    long counted() throws SQLException {
        return connection.getDatabase().total_changes();
    }

    long lastInsertRowid() throws SQLException {
        return lastInsertRowid.queryLong();
    }

    /** Whether SQLite has rolled the transaction back. */
    boolean endedByItself() throws SQLException {
        return sqlite.endedByItself();
    }

    /** How many keys have been given that were not looked up first. */
    long uncheckedKeys() {
        return keys == null ? 0 : keys.unchecked();
    }

    /**
     * A row was refused.
     *
     * @param unchecked {@link #uncheckedKeys} before its key was given
     * @return whether it can be tried again with another key, in the same transaction
     */
    boolean collided(ParsedSql sql, SQLException e, long unchecked) throws SQLException {
        if (keys == null || !keys.collided(e, unchecked) || !transaction.statementFailed(sql, recorder.mark())) {
            return false;
        }
        audit.statementBegins();
        return true;
    }

    /** What to tell the application of a row that was refused. */
    SQLException cause(SQLException e) {
        return keys == null ? e : keys.cause(e);
    }
}
