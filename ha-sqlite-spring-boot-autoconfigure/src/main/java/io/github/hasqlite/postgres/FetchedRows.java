package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.postgres.type.ColumnType;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The next rows of a cursor, which stays open. Not thread-safe. */
final class FetchedRows implements Rows {

    private final TypedRows cursor;
    private final long most;
    private final boolean shown;
    private long count;

    private FetchedRows(TypedRows cursor, long most, boolean shown) {
        this.cursor = cursor;
        this.most = most;
        this.shown = shown;
    }

    /** To be gone through. */
    static FetchedRows fetch(TypedRows cursor, long most) {
        return new FetchedRows(cursor, most, true);
    }

    /** Goes over rows and answers none. */
    static FetchedRows move(TypedRows cursor, long most) throws SQLException {
        FetchedRows rows = new FetchedRows(cursor, most, false);
        while (rows.next()) {
            // the next one
        }
        return rows;
    }

    @Override
    public List<GatewayColumn> columns() {
        return shown ? cursor.columns() : List.of();
    }

    @Override
    public List<ColumnType> types() {
        return shown ? cursor.types() : List.of();
    }

    @Override
    public boolean next() throws SQLException {
        if (count >= most || !cursor.next()) {
            return false;
        }
        count++;
        return true;
    }

    @Override
    public @Nullable Object value(int column) throws SQLException {
        return cursor.value(column);
    }

    @Override
    public long affected() {
        return count;
    }

    @Override
    public void close() {}
}
