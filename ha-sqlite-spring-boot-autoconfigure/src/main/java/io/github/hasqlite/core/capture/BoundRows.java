package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.sqlite.ColumnAffinity;
import io.github.hasqlite.core.sqlite.InsertText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The rows that one INSERT adds to its table, as far as they are known from the values bound to it. Good for one state
 * of the schema and one connection. Not thread-safe.
 */
public final class BoundRows {

    /** A rowid that SQLite does not choose by counting on, or not certainly. */
    public static final long UNKNOWN_ROWID = 0;

    private final Connection connection;
    private final BoundTable table;
    private final CapturedTable captured;
    private final int number;
    private final int[] parameters;
    private final ColumnAffinity[] affinities;
    private final int start;
    private final int alias;

    /**
     * Made by {@link BoundCapture}.
     *
     * @param number of the table among the captured ones
     * @param parameters which one each column gets; see {@link InsertText#parameters}
     */
    BoundRows(Connection connection, BoundTable table, CapturedTable captured, int number, int[] parameters) {
        this.connection = connection;
        this.table = table;
        this.captured = captured;
        this.number = number;
        this.parameters = parameters;
        this.affinities = table.affinities().toArray(new ColumnAffinity[0]);
        this.start = captured.rowidName() == null ? 0 : 1;
        this.alias = captured.aliasIndex();
    }

    /** The number of its table among those that are captured. */
    int number() {
        return number;
    }

    /**
     * What a row holds, but for a rowid that SQLite chooses.
     *
     * @param bound the values of the parameters of many rows
     * @param from where those of this one begin
     * @return to be given to {@link #change}; {@code null} if it is not certain what the row holds
     */
    public @Nullable Object @Nullable [] row(@Nullable Object[] bound, int from) {
        @Nullable Object[] row = new @Nullable Object[start + affinities.length];
        for (int i = 0; i < affinities.length; i++) {
            int parameter = parameters[i];
            Object value;
            if (parameter >= 0) {
                value = affinities[i].stored(bound[from + parameter]);
            } else {
                value = parameter == InsertText.NULL_VALUE || i == alias
                        ? null
                        : table.constants().get(i);
            }
            if (value == ColumnAffinity.UNCERTAIN || (i == alias && value != null && !(value instanceof Long))) {
                return null;
            }
            row[start + i] = value;
        }
        return row;
    }

    /** Sets the INTEGER PRIMARY KEY of a row, for which there is a parameter. */
    public void key(@Nullable Object[] row, @Nullable Long key) {
        row[alias] = key;
    }

    /** Whether SQLite chooses the rowid of a row. */
    public boolean choosesRowid(@Nullable Object[] row) {
        return start == 1 || (alias >= 0 && row[alias] == null);
    }

    /**
     * The change that a row is, which has been inserted.
     *
     * @param row from {@link #row}, which is used up
     * @param rowid that SQLite has chosen; not looked at otherwise
     */
    public Change change(@Nullable Object[] row, long rowid) {
        if (choosesRowid(row)) {
            row[start == 1 ? 0 : alias] = rowid;
        }
        return captured.change(RowOperation.INSERT, row);
    }

    /**
     * The rowid that SQLite will choose for the next row; for each row behind it the next number, if nobody else
     * writes to the table and all leave theirs to SQLite.
     *
     * @param rows how many are to come
     * @return {@link #UNKNOWN_ROWID} if SQLite may choose other ones
     * @throws SQLException if the table cannot be read
     */
    public long nextRowid(int rows) throws SQLException {
        Long counted = table.counts() ? counted() : Long.valueOf(0);
        if (counted == null) {
            return UNKNOWN_ROWID;
        }
        String column = start == 1
                ? String.valueOf(captured.rowidName())
                : SqlIdentifier.quote(captured.columns().get(alias));
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT max(" + column + ") FROM main." + SqlIdentifier.quote(captured.name()));
                ResultSet result = statement.executeQuery()) {
            long last = result.next() ? result.getLong(1) : 0;
            // below the first one, and where there are no numbers left, SQLite has ways of its own
            return last < 0 || Math.max(last, counted) > Long.MAX_VALUE - rows - 1
                    ? UNKNOWN_ROWID
                    : Math.max(last, counted) + 1;
        }
    }

    /** The highest number that the table has ever had; {@code null} if somebody has changed that. */
    private @Nullable Long counted() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT count(*), coalesce(max(seq), 0),"
                + " count(*) = sum(typeof(seq) = 'integer' AND seq >= 0) FROM main.sqlite_sequence WHERE name = ?")) {
            statement.setString(1, captured.name());
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                int rows = result.getInt(1);
                return rows == 0 || (rows == 1 && result.getBoolean(3)) ? (Long) result.getLong(2) : null;
            }
        }
    }
}
