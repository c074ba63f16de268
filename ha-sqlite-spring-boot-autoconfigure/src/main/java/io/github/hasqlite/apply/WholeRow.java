package io.github.hasqlite.apply;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** Finds a row by all of its values, bit for bit. */
final class WholeRow {

    private final RowLayout layout;
    private final boolean reachesRowid;
    private final LazyStatement atRowid;
    private final LazyStatement scan;

    WholeRow(SQLiteConnection connection, RowLayout layout, RowSql sql) {
        this.layout = layout;
        this.reachesRowid = sql.reachesRowid();
        this.atRowid = new LazyStatement(connection, () -> sql.find(true));
        this.scan = new LazyStatement(connection, () -> sql.find(false));
    }

    /**
     * Finds one row that is exactly as given: the one with the author's rowid if that one is, else the
     * one with the lowest rowid.
     *
     * @return its rowid, or 0 where it cannot be reached; {@code null} if there is no such row
     */
    @Nullable
    Long find(List<@Nullable Object> row, @Nullable Long hint) throws SQLException {
        if (hint != null && reachesRowid) {
            PreparedStatement statement = atRowid.get();
            statement.setObject(layout.width() + 1, hint);
            Long found = first(statement, row);
            if (found != null) {
                return found;
            }
        }
        return first(scan.get(), row);
    }

    private @Nullable Long first(PreparedStatement statement, List<@Nullable Object> row) throws SQLException {
        for (int i = 0; i < layout.width(); i++) {
            statement.setObject(i + 1, layout.value(row, i));
        }
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                if (zerosHaveSameSign(rows, row)) {
                    return rows.getLong(1);
                }
            }
            return null;
        }
    }

    /** SQLite stores the sign of zero but has no expression that tells it. */
    private boolean zerosHaveSameSign(ResultSet found, List<@Nullable Object> row) throws SQLException {
        for (int i = 0; i < layout.width(); i++) {
            if (layout.value(row, i) instanceof Double real
                    && real == 0.0
                    && Double.doubleToRawLongBits(found.getDouble(i + 2)) != Double.doubleToRawLongBits(real)) {
                return false;
            }
        }
        return true;
    }

    void close() throws SQLException {
        atRowid.close();
        scan.close();
    }
}
