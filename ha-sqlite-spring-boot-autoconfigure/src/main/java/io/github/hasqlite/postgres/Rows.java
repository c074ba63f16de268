package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.postgres.infer.Insight;
import io.github.hasqlite.postgres.type.ColumnType;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a statement answers. Not thread-safe. */
interface Rows extends AutoCloseable {

    /** Empty if it answers no rows. */
    List<GatewayColumn> columns();

    /** What its columns are, if that is known before its rows are looked at. */
    default @Nullable List<ColumnType> types() {
        return null;
    }

    /** What the statement's text says about columns; {@code null} for those of which it says nothing. */
    default List<@Nullable ColumnType> hints() {
        return Insight.NONE.types(columns().size());
    }

    /** Goes to the next row; {@code false} behind the last one. */
    boolean next() throws SQLException;

    /** Long, Double, String, byte[] or {@code null}. */
    @Nullable
    Object value(int column) throws SQLException;

    /** How many rows the statement has changed. */
    long affected();

    @Override
    void close() throws SQLException;
}
