package io.github.hasqlite.core.apply;

import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** Finds a row by all of its values, bit for bit. */
final class FullRowLookup {

    private final RowLayout layout;
    private final boolean reachesRowid;
    private final ValueStatement atRowid;
    private final ValueStatement scan;

    FullRowLookup(SQLiteConnection connection, RowLayout layout, RowSql sql) {
        this.layout = layout;
        this.reachesRowid = sql.reachesRowid();
        this.atRowid = new ValueStatement(connection, () -> sql.find(true));
        this.scan = new ValueStatement(connection, () -> sql.find(false));
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
            ValueStatement statement = atRowid;
            statement.set(layout.width() + 1, hint);
            Long found = first(statement, row);
            if (found != null) {
                return found;
            }
        }
        return first(scan, row);
    }

    private @Nullable Long first(ValueStatement statement, List<@Nullable Object> row) throws SQLException {
        for (int i = 0; i < layout.width(); i++) {
            statement.set(i + 1, layout.value(row, i));
        }
        try (ResultSet rows = statement.query()) {
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
