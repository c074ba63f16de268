package io.github.hasqlite.postgres.sql;

import java.sql.SQLException;
import java.util.List;

/** Tells what columns have where nothing is said. */
@FunctionalInterface
public interface ColumnDefaults {

    /**
     * A column.
     *
     * @param sql an expression; {@code NULL} if the definition has none
     * @param counts whether it is the number of the row, which the database gives
     */
    record Column(String name, String sql, boolean counts) {}

    /**
     * Of a table, in their order, without those that are generated.
     *
     * @throws SQLException if it cannot be read
     */
    List<Column> of(String table) throws SQLException;
}
