package io.github.hasqlite.simulation;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The marks of transactions that are in one database.
 *
 * @param columns of the table that they are in
 * @param there the marks
 */
record Marks(List<String> columns, Set<String> there) {

    static Marks in(Connection connection) throws SQLException {
        List<String> columns =
                SimulatedCluster.query(connection, "SELECT name FROM pragma_table_info('log') ORDER BY cid");
        return new Marks(
                columns,
                columns.isEmpty()
                        ? Set.of()
                        : new HashSet<>(SimulatedCluster.query(connection, "SELECT " + columns.get(0) + " FROM log")));
    }

    /** Those in a file that no node has open. */
    static Marks in(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            return in(connection);
        }
    }

    boolean has(Ledger.Entry entry) {
        return there.contains(String.valueOf(entry.mark));
    }

    /** What a transaction, whose mark is there, has written and is not there. */
    void complain(Ledger.Entry entry, Connection connection, List<String> broken) throws SQLException {
        for (String column : entry.columns) {
            if (!columns.contains(column)) {
                broken.add("no column " + column);
            } else if (isMissing(
                    "log WHERE " + columns.get(0) + " = " + entry.mark + " AND " + column, entry, connection)) {
                broken.add(column + " of " + entry);
            }
        }
        if (entry.keyed && isMissing("g WHERE mark", entry, connection)) {
            broken.add("the row with a key of " + entry);
        }
    }

    private static boolean isMissing(String where, Ledger.Entry entry, Connection connection) throws SQLException {
        return SimulatedCluster.query(connection, "SELECT 1 FROM " + where + " = " + entry.mark)
                .isEmpty();
    }
}
