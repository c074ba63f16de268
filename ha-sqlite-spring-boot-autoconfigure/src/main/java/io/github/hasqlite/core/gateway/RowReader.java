package io.github.hasqlite.core.gateway;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows of the driver. */
final class RowReader {

    /** Of an object in memory. */
    private static final long HEADER = 16;

    private RowReader() {}

    /**
     * The row at which it is, each value as SQLite stores it.
     *
     * @param maxBytes how many bytes it may have
     * @throws SQLException if it has more (54000)
     */
    static @Nullable Object[] row(ResultSet rows, int columns, long maxBytes) throws SQLException {
        @Nullable Object[] row = new @Nullable Object[columns];
        long left = maxBytes;
        for (int i = 0; i < columns; i++) {
            Object value = rows.getObject(i + 1);
            row[i] = value instanceof Integer number ? (Object) number.longValue() : value;
            left -= content(value);
            if (left < 0) {
                throw new SQLException(
                        "a row of the answer has more than the " + maxBytes
                                + " bytes that a row may have; ask for fewer columns, or for parts of their values",
                        SqlStates.LIMIT_EXCEEDED);
            }
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
            @Nullable Object[] row = row(rows, columns, maxBytes);
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
        return HEADER + content(value);
    }

    private static long content(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length;
        }
        return value instanceof String text ? text.length() : 0;
    }
}
