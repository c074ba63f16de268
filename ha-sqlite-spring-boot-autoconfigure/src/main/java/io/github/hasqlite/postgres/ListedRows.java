package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.postgres.infer.Insight;
import io.github.hasqlite.postgres.type.ColumnType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that are there already. */
final class ListedRows implements Rows {

    private final List<GatewayColumn> columns;
    private final List<? extends List<? extends @Nullable Object>> rows;
    private final Insight insight;
    private int at = -1;

    ListedRows(List<GatewayColumn> columns, List<? extends List<? extends @Nullable Object>> rows) {
        this(columns, rows, Insight.NONE);
    }

    /** @param insight what the text of the statement says about the columns */
    ListedRows(List<GatewayColumn> columns, List<? extends List<? extends @Nullable Object>> rows, Insight insight) {
        this.columns = columns;
        this.rows = rows;
        this.insight = insight;
    }

    @Override
    public List<@Nullable ColumnType> hints() {
        return insight.types(columns.size());
    }

    /** No rows and no columns. */
    static ListedRows none() {
        return new ListedRows(List.of(), List.of());
    }

    @Override
    public List<GatewayColumn> columns() {
        return columns;
    }

    @Override
    public boolean next() {
        return ++at < rows.size();
    }

    @Override
    public @Nullable Object value(int column) {
        return rows.get(at).get(column);
    }

    @Override
    public long affected() {
        return 0;
    }

    @Override
    public void close() {}
}
