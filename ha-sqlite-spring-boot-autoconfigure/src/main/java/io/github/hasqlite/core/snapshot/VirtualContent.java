package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.core.sqlite.ModuleText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What queries of a virtual table can see of it, as queries whose rows are the same on nodes with the same
 * content: the rows with their numbers, and for full-text tables every word with its places, as SQLite's
 * fts5vocab and fts4aux tables tell, however the index is cut into segments. Of modules that are not
 * SQLite's own nothing is known.
 */
public final class VirtualContent {

    private static final String WORDS = "ha_verified_words";

    private final Connection connection;
    private final TableDefinition table;
    private final String module;
    private final boolean keepsRows;

    /**
     * Looks at one table.
     *
     * @param declaration the statement that created it
     */
    public VirtualContent(Connection connection, TableDefinition table, String declaration) {
        this.connection = connection;
        this.table = table;
        ModuleText text = ModuleText.parse(declaration);
        this.module = text.module();
        this.keepsRows = !text.options().contains("content");
    }

    /** Takes the rows of a query. */
    @FunctionalInterface
    public interface Rows {
        public void read(ResultSet rows, int columns) throws SQLException;
    }

    /** Runs all queries. */
    public void read(Rows rows) throws SQLException {
        String name = "main." + SqlIdentifier.quote(table.name());
        switch (module) {
            case "fts5" -> {
                if (keepsRows) {
                    query("SELECT rowid, " + columns() + " FROM " + name, rows);
                }
                query(
                        "SELECT v FROM main." + SqlIdentifier.quote(table.name() + "_config") + " WHERE k = 'rank'",
                        rows);
                words("fts5vocab(main, " + literal() + ", 'instance')", "1", rows);
            }
            case "fts3", "fts4" -> {
                if (keepsRows) {
                    query("SELECT rowid, " + columns() + " FROM " + name, rows);
                }
                // words whose rows are all deleted are forgotten by and by
                words("fts4aux(main, " + literal() + ")", "documents > 0", rows);
            }
            case "rtree", "rtree_i32", "geopoly" -> query("SELECT rowid, " + columns() + " FROM " + name, rows);
            default -> {
                // its declaration is all that is known of it
            }
        }
    }

    private String literal() {
        return "'" + table.name().replace("'", "''") + "'";
    }

    /** The visible columns: hidden ones are commands and results. */
    private String columns() throws SQLException {
        List<String> columns = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0 ORDER BY cid")) {
            statement.setString(1, table.name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.add(SqlIdentifier.quote(rows.getString(1)));
                }
            }
        }
        return String.join(", ", columns);
    }

    private void words(String vocabulary, String condition, Rows rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("DROP TABLE IF EXISTS temp." + WORDS);
            statement.executeUpdate("CREATE VIRTUAL TABLE temp." + WORDS + " USING " + vocabulary);
            try {
                query("SELECT * FROM temp." + WORDS + " WHERE " + condition, rows);
            } finally {
                statement.executeUpdate("DROP TABLE IF EXISTS temp." + WORDS);
            }
        }
    }

    private void query(String sql, Rows rows) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            rows.read(result, result.getMetaData().getColumnCount());
        }
    }
}
