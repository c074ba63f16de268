package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewayResult;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the database answers. */
record GatewayRows(GatewayResult result) implements Rows {

    @Override
    public List<GatewayColumn> columns() {
        return result.columns();
    }

    @Override
    public boolean next() throws SQLException {
        return result.next();
    }

    @Override
    public @Nullable Object value(int column) throws SQLException {
        return result.value(column);
    }

    @Override
    public long affected() {
        return result.rowsAffected();
    }

    @Override
    public void close() throws SQLException {
        result.close();
    }
}
