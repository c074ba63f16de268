package io.github.hasqlite.core.gateway;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a statement answers: rows, one after the other, or counts. Rows of a statement outside of a transaction keep a
 * connection for reading until they are read or closed, for as long as a statement may run; then their end is an error
 * (57014). Rows of a transaction end with it. Rows of statements that write are in memory. Not thread-safe.
 */
public final class GatewayResult implements AutoCloseable {

    private final List<GatewayColumn> columns;
    private final RowSource rows;
    private final long rowsAffected;
    private final long lastInsertId;
    private @Nullable Object @Nullable [] row;

    GatewayResult(List<GatewayColumn> columns, RowSource rows, long rowsAffected, long lastInsertId) {
        this.columns = columns;
        this.rows = rows;
        this.rowsAffected = rowsAffected;
        this.lastInsertId = lastInsertId;
    }

    /** Nothing but counts. */
    static GatewayResult of(long rowsAffected, long lastInsertId) {
        return new GatewayResult(List.of(), RowSource.EMPTY, rowsAffected, lastInsertId);
    }

    /** Of its rows; empty if it answers none. */
    public List<GatewayColumn> columns() {
        return columns;
    }

    /**
     * Goes to the next row; {@code false} behind the last one.
     *
     * @throws SQLException if it cannot be read, or the rows were ended (57014, 34000)
     */
    public boolean next() throws SQLException {
        row = rows.next();
        return row != null;
    }

    /**
     * A value of the row.
     *
     * @param column from 0
     * @return Long, Double, String, byte[] or null: as SQLite stores it
     * @throws IllegalStateException if there is no row
     */
    public @Nullable Object value(int column) {
        @Nullable Object[] present = row;
        if (present == null) {
            throw new IllegalStateException("there is no row: next() has to be called first, and to answer true");
        }
        return present[column];
    }

    /** How many rows were inserted, updated or deleted by the statement itself; 0 for others. */
    public long rowsAffected() {
        return rowsAffected;
    }

    /** The rowid of the row that an INSERT has inserted last; 0 for other statements. */
    public long lastInsertId() {
        return lastInsertId;
    }

    /** Gives back the connection, unless a transaction is open. Idempotent. */
    @Override
    public void close() throws SQLException {
        rows.close();
    }
}
