package io.github.hasqlite.core.apply;

import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sqlite.SQLiteConnection;

/**
 * The unique indexes of one table, primary key included where it has an index.
 *
 * @param columns the columns of each index; partial indexes count as if they held all rows
 * @param computed whether there is one whose key cannot be told from the row alone: it is over an
 *     expression or compares texts in the application's own way
 */
record UniqueIndexes(List<List<String>> columns, boolean computed) {

    /** SQLite's own ways of comparing texts. */
    private static final Set<String> COLLATIONS = Set.of("BINARY", "NOCASE", "RTRIM");

    /**
     * Reads them from the schema.
     *
     * @throws SQLException if the schema cannot be read
     */
    static UniqueIndexes read(SQLiteConnection connection, TableDefinition table) throws SQLException {
        List<List<String>> columns = new ArrayList<>();
        boolean computed = false;
        try (PreparedStatement statement = connection.prepareStatement("SELECT i.seq, x.name, x.coll FROM"
                + " pragma_index_list(?, 'main') AS i, pragma_index_xinfo(i.name, 'main') AS x"
                + " WHERE i.\"unique\" AND x.key ORDER BY i.seq, x.seqno")) {
            statement.setString(1, table.name());
            try (ResultSet rows = statement.executeQuery()) {
                int index = -1;
                while (rows.next()) {
                    if (rows.getInt(1) != index) {
                        index = rows.getInt(1);
                        columns.add(new ArrayList<>());
                    }
                    String column = rows.getString(2);
                    if (column == null
                            || !table.columns().contains(column)
                            || !COLLATIONS.contains(rows.getString(3))) {
                        computed = true;
                    } else {
                        columns.get(columns.size() - 1).add(column);
                    }
                }
            }
        }
        return new UniqueIndexes(columns, computed);
    }
}
