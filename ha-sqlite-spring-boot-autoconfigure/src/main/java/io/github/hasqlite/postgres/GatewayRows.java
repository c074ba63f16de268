package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.postgres.infer.Insight;
import io.github.hasqlite.postgres.type.ColumnType;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the database answers, and what the text of the statement says about it. */
record GatewayRows(GatewayResult result, Insight insight) implements Rows {

    @Override
    public List<GatewayColumn> columns() {
        return result.columns();
    }

    @Override
    public List<@Nullable ColumnType> hints() {
        return insight.types(result.columns().size());
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
