package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.capture.Capture;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * In which tables a statement changes rows that SQLite counts, its triggers and foreign-key actions
 * included, as the compiled statement tells: what the text seems to say does not matter.
 *
 * @param captured rows of captured tables are among them
 * @param elsewhere rows of TEMP tables, of attached databases or of SQLite's own tables are,
 *     which stay on this node
 * @param virtual rows of virtual tables are, of which SQLite counts any number
 * @param uncaptured a table of the main schema of which nothing is captured, or {@code null}
 */
record CountedTables(
        boolean captured,
        boolean elsewhere,
        boolean virtual,
        @Nullable String uncaptured) {

    private static final int MAIN = 0;
    private static final int SCHEMA_ROOT = 1;
    /** The flag on Insert, Delete and IdxInsert with which they count. */
    private static final int COUNTS = 1;

    private record Cursor(int database, int root) {}

    /**
     * Compiles the statement and reads the program.
     *
     * @throws SQLException if it cannot be compiled any more
     */
    static CountedTables of(SQLiteConnection connection, Capture capture, String sql) throws SQLException {
        Map<Integer, String> roots = new HashMap<>();
        CountedTables found = new CountedTables(false, false, false, null);
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows =
                    statement.executeQuery("SELECT rootpage, name FROM main.sqlite_schema WHERE rootpage > 0")) {
                while (rows.next()) {
                    roots.put(rows.getInt(1), rows.getString(2));
                }
            }
            // the key of a table WITHOUT ROWID is where the table is
            try (ResultSet rows = statement.executeQuery(
                    "SELECT rootpage, name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0")) {
                while (rows.next()) {
                    roots.put(rows.getInt(1), rows.getString(2));
                }
            }
            Map<Integer, Cursor> cursors = new HashMap<>();
            try (ResultSet rows = statement.executeQuery("EXPLAIN " + sql)) {
                while (rows.next()) {
                    if (rows.getInt(1) == 0) {
                        // the next trigger
                        cursors.clear();
                    }
                    found = found.with(rows, cursors, roots, capture);
                }
            }
        }
        return found;
    }

    private CountedTables with(ResultSet op, Map<Integer, Cursor> cursors, Map<Integer, String> roots, Capture capture)
            throws SQLException {
        int first = op.getInt(3);
        int second = op.getInt(4);
        int third = op.getInt(5);
        int flags = op.getInt(7);
        switch (op.getString(2)) {
            case "OpenWrite" -> cursors.put(first, new Cursor(third, second));
            case "VUpdate" -> {
                return new CountedTables(captured, elsewhere, true, uncaptured);
            }
            case "Clear" -> {
                if (third != 0) {
                    return with(new Cursor(second, first), roots, capture);
                }
            }
            case "Insert", "IdxInsert" -> {
                if ((flags & COUNTS) != 0) {
                    return with(cursors.get(first), roots, capture);
                }
            }
            case "Delete" -> {
                if ((second & COUNTS) != 0) {
                    return with(cursors.get(first), roots, capture);
                }
            }
            default -> {}
        }
        return this;
    }

    private CountedTables with(@Nullable Cursor cursor, Map<Integer, String> roots, Capture capture) {
        if (cursor == null) {
            // a table that exists only while the statement runs
            return this;
        }
        if (cursor.database() != MAIN) {
            return new CountedTables(captured, true, virtual, uncaptured);
        }
        String table = cursor.root() == SCHEMA_ROOT
                ? "sqlite_schema"
                : roots.getOrDefault(cursor.root(), "the table at page " + cursor.root());
        if (capture.isCaptured(table)) {
            return new CountedTables(true, elsewhere, virtual, uncaptured);
        }
        boolean ofSqlite =
                cursor.root() != SCHEMA_ROOT && TableDefinition.isInternal(table) && !ReservedNames.isReserved(table);
        return ofSqlite
                ? new CountedTables(captured, true, virtual, uncaptured)
                : new CountedTables(captured, elsewhere, virtual, table);
    }
}
