package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlTokens;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Which tables of the main schema a statement reads, by the program that SQLite compiles it to.
 *
 * @param tables their names, in lower case; without SQLite's own
 * @param roots the root pages that are opened to be read
 * @param columns the positions of the columns that are read
 * @param elsewhere whether it reads TEMP, attached or virtual tables
 */
record StatementSources(Set<String> tables, List<Long> roots, Set<Integer> columns, boolean elsewhere) {

    /** A query with one of these does not simply go through one table from its first row to its last. */
    private static final Set<String> SELECTIVE =
            Set.of("WHERE", "JOIN", "ORDER", "GROUP", "DISTINCT", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "WITH");

    /**
     * Compiles a statement.
     *
     * @return {@code null} if SQLite refuses that
     */
    static @Nullable StatementSources of(SQLiteConnection connection, String sql) {
        Set<String> tables = new HashSet<>();
        List<Long> roots = new ArrayList<>();
        Set<Integer> columns = new HashSet<>();
        boolean elsewhere = false;
        try (PreparedStatement statement = connection.prepareStatement("EXPLAIN " + sql);
                ResultSet rows = statement.executeQuery()) {
            boolean own = false;
            boolean begun = false;
            while (rows.next()) {
                String opcode = rows.getString(2);
                if (opcode.equals("Init") && rows.getInt(1) == 0) {
                    String comment = rows.getString(6);
                    // programs of replication's own triggers
                    own = begun && comment != null && comment.startsWith("-- TRIGGER ha_");
                    begun = true;
                }
                elsewhere |= !own && (opcode.equals("VOpen") || (opcode.equals("OpenRead") && rows.getInt(5) != 0));
                if (!own && opcode.equals("OpenRead") && rows.getInt(5) == 0 && rows.getInt(4) > 1) {
                    roots.add(rows.getLong(4));
                } else if (!own && opcode.equals("Column")) {
                    columns.add(rows.getInt(4));
                }
            }
            for (long root : roots) {
                tables.addAll(names(connection, "SELECT tbl_name FROM main.sqlite_schema WHERE rootpage = ?", root));
            }
        } catch (SQLException e) {
            return null;
        }
        tables.removeIf(table -> table.startsWith("sqlite_") || table.startsWith("ha_"));
        return new StatementSources(tables, roots, columns, elsewhere);
    }

    /** Whether it reads no rows at all. */
    boolean isEmpty() {
        return tables.isEmpty() && !elsewhere;
    }

    private static List<String> names(SQLiteConnection connection, String query, Object parameter) throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setObject(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(SqlIdentifier.fold(rows.getString(1)));
                }
            }
        }
        return names;
    }

    /**
     * Whether its rows come in the order of one table, on every node: whatever else their planners know, there
     * is no other way to read them.
     */
    boolean inOrderOfOneTable(SQLiteConnection connection, String sql) throws SQLException {
        if (tables.size() != 1 || roots.size() != 1) {
            return false;
        }
        SqlTokens tokens = new SqlTokens(sql);
        while (tokens.advance()) {
            if (SELECTIVE.contains(tokens.word())) {
                return false;
            }
        }
        String table = tables.iterator().next();
        for (String index : names(
                connection,
                "SELECT name FROM main.sqlite_schema WHERE type = 'index' AND tbl_name = ? COLLATE NOCASE",
                table)) {
            List<String> covered = names(connection, "SELECT cid FROM pragma_index_xinfo(?)", index);
            if (columns.stream().allMatch(column -> covered.contains(String.valueOf(column)))) {
                return false;
            }
        }
        return names(
                                connection,
                                "SELECT name FROM main.sqlite_schema WHERE rootpage = ? AND type = 'table'",
                                roots.get(0))
                        .size()
                == 1;
    }
}
