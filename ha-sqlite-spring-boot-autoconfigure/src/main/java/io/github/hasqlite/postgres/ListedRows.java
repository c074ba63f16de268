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
    private final List<@Nullable ColumnType> hints;
    private int at = -1;

    ListedRows(List<GatewayColumn> columns, List<? extends List<? extends @Nullable Object>> rows) {
        this(columns, rows, Insight.NONE.types(columns.size()));
    }

    /** @param hints what is known of the columns; {@code null} for those of which nothing is */
    ListedRows(
            List<GatewayColumn> columns,
            List<? extends List<? extends @Nullable Object>> rows,
            List<@Nullable ColumnType> hints) {
        this.hints = hints;
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
    public List<@Nullable ColumnType> hints() {
        return hints;
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
