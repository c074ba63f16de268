package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that are there already. */
final class ListedRows implements Rows {

    private final List<GatewayColumn> columns;
    private final List<? extends List<? extends @Nullable Object>> rows;
    private int at = -1;

    ListedRows(List<GatewayColumn> columns, List<? extends List<? extends @Nullable Object>> rows) {
        this.columns = columns;
        this.rows = rows;
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
