package io.github.hasqlite.core.gateway;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows of the driver. */
final class RowReader {

    private RowReader() {}

    /** The row at which it is, each value as SQLite stores it. */
    static @Nullable Object[] row(ResultSet rows, int columns) throws SQLException {
        @Nullable Object[] row = new @Nullable Object[columns];
        for (int i = 0; i < columns; i++) {
            Object value = rows.getObject(i + 1);
            row[i] = value instanceof Integer number ? (Object) number.longValue() : value;
        }
        return row;
    }

    /**
     * All rows.
     *
     * @param maxBytes how many bytes they may have
     * @throws SQLException if they have more (54000)
     */
    static List<@Nullable Object[]> all(ResultSet rows, int columns, long maxBytes) throws SQLException {
        List<@Nullable Object[]> all = new ArrayList<>();
        long left = maxBytes;
        while (rows.next()) {
            @Nullable Object[] row = row(rows, columns);
            for (Object value : row) {
                left -= size(value);
            }
            if (left < 0) {
                throw new SQLException(
                        "the statement answers more than the " + maxBytes
                                + " bytes that the rows of a statement that writes may have; return less of them",
                        SqlStates.LIMIT_EXCEEDED);
            }
            all.add(row);
        }
        return all;
    }

    private static long size(@Nullable Object value) {
        long header = 16;
        if (value instanceof byte[] bytes) {
            return header + bytes.length;
        }
        return header + (value instanceof String text ? 2L * text.length() : 0);
    }
}
