package io.github.hasqlite.core.gateway;

import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the rows of an answer come from. */
interface RowSource extends AutoCloseable {

    /** No rows. */
    RowSource EMPTY = of(List.of());

    /** The next row; {@code null} behind the last one. */
    @Nullable
    Object @Nullable [] next() throws SQLException;

    @Override
    void close() throws SQLException;

    /** Rows in memory. */
    static RowSource of(List<@Nullable Object[]> rows) {
        Iterator<@Nullable Object[]> left = rows.iterator();
        return new RowSource() {
            @Override
            public @Nullable Object @Nullable [] next() {
                return left.hasNext() ? left.next() : null;
            }

            @Override
            public void close() {}
        };
    }
}
