package io.github.hasqlite.core.jdbc;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The rows of a batch of a prepared statement while it is executed. Not thread-safe. */
final class PreparedBatch {

    private static final Object[] NONE = {};

    private final SessionPreparedStatement statement;
    private final @Nullable Object @Nullable [] values;
    private final int parameters;
    private final long[] changes;

    /**
     * A batch of which nothing has run.
     *
     * @param values bound to all rows, one row's behind the other's; {@code null} if there are no parameters
     * @param parameters of a row
     */
    PreparedBatch(SessionPreparedStatement statement, @Nullable Object @Nullable [] values, int rows, int parameters) {
        this.statement = statement;
        this.values = values;
        this.parameters = parameters;
        this.changes = new long[rows];
    }

    int rows() {
        return changes.length;
    }

    int parameters() {
        return parameters;
    }

    /** The values bound to all rows. */
    @Nullable
    Object[] values() {
        return values == null ? NONE : values;
    }

    /** The update counts so far. */
    long[] changes() {
        return changes;
    }

    /** How the statement is compiled now; {@code null} if as it is written. */
    KeyedInserts.@Nullable Plan plan() throws SQLException {
        return statement.renewedPlan();
    }

    /** Runs one row as a batch of its own, which the driver binds and steps. */
    Boolean call(int row) throws SQLException {
        int from = row * parameters;
        @Nullable Object[] own = values == null ? null : Arrays.copyOfRange(values, from, from + parameters);
        statement.runsRow(own);
        KeyedInserts.Plan plan = plan();
        KeyColumn key = plan == null ? null : plan.key();
        @Nullable
        Object[] bound = key != null ? key.behind(values, from, parameters) : own == null ? null : own.clone();
        try {
            changes[row] = statement.runRows(bound, 1)[0];
        } catch (BatchUpdateException e) {
            throw new BatchUpdateException(
                    "batch entry " + row + ": query returns results",
                    null,
                    0,
                    Arrays.stream(changes).mapToInt(count -> (int) count).toArray(),
                    null);
        }
        return Boolean.TRUE;
    }

    /**
     * Runs many rows at once.
     *
     * @param bound the values of all of them
     */
    void run(@Nullable Object[] bound, int rows) throws SQLException {
        statement.runRows(bound, rows);
    }

    /** Rows have been inserted so, each of them one. */
    void inserted(int from, int rows) {
        Arrays.fill(changes, from, from + rows, 1);
    }
}
