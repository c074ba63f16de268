package io.github.hasqlite.differential;

import io.github.hasqlite.TextEncoding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** All that a database file holds, as text: schema, rows, sequences, header values, full-text indexes. */
final class DatabaseContent {

    private final Connection connection;
    private final boolean hiddenRowids;
    private final Map<String, List<String>> parts = new TreeMap<>();

    private DatabaseContent(Connection connection, boolean hiddenRowids) {
        this.connection = connection;
        this.hiddenRowids = hiddenRowids;
    }

    /**
     * Reads it through a connection that is used for nothing else.
     *
     * @param hiddenRowids whether rowids that no column shows belong to the content
     */
    static Map<String, List<String>> read(Connection connection, boolean hiddenRowids) throws SQLException {
        DatabaseContent content = new DatabaseContent(connection, hiddenRowids);
        content.read();
        return content.parts;
    }

    /** Where two contents differ, or {@code null}. */
    static String difference(String nameA, Map<String, List<String>> a, String nameB, Map<String, List<String>> b) {
        TreeMap<String, List<String>> all = new TreeMap<>(a);
        b.forEach(all::putIfAbsent);
        StringBuilder differences = new StringBuilder();
        for (String part : all.keySet()) {
            List<String> left = a.getOrDefault(part, List.of());
            List<String> right = b.getOrDefault(part, List.of());
            if (!left.equals(right)) {
                List<String> onlyLeft = new ArrayList<>(left);
                right.forEach(onlyLeft::remove);
                List<String> onlyRight = new ArrayList<>(right);
                left.forEach(onlyRight::remove);
                differences
                        .append(part)
                        .append("\n    only ")
                        .append(nameA)
                        .append(": ")
                        .append(onlyLeft)
                        .append("\n    only ")
                        .append(nameB)
                        .append(": ")
                        .append(onlyRight)
                        .append('\n');
            }
        }
        return differences.isEmpty() ? null : differences.toString();
    }

    private void read() throws SQLException {
        parts.put("user_version", List.of(one("PRAGMA user_version")));
        parts.put("application_id", List.of(one("PRAGMA application_id")));
        readSchema();
        readTriggerOrder();
        for (String[] table : list("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'")) {
            if (!KnownDifferences.isCompared(table[0])) {
                continue;
            }
            switch (table[1]) {
                case "table" -> readTable(table[0], table[2].equals("1"));
                case "virtual" -> readIndex(table[0]);
                default -> {}
            }
        }
        parts.values().removeIf(List::isEmpty);
    }

    private void readSchema() throws SQLException {
        List<String> objects = new ArrayList<>();
        for (String[] object : list("SELECT name, type, tbl_name, sql FROM main.sqlite_schema"
                + " WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")) {
            if (KnownDifferences.isCompared(object[0])) {
                objects.add(Values.text(List.of(object[1], object[0], object[2])) + object[3]);
            }
        }
        Collections.sort(objects);
        parts.put("schema", objects);
    }

    /** Triggers fire in the order they were created in. */
    private void readTriggerOrder() throws SQLException {
        for (String[] trigger :
                list("SELECT lower(tbl_name), name FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY rowid")) {
            parts.computeIfAbsent("order of triggers on " + trigger[0], table -> new ArrayList<>())
                    .add(trigger[1]);
        }
    }

    private void readTable(String table, boolean withoutRowid) throws SQLException {
        List<String> columns = new ArrayList<>();
        String rowid = hiddenRowids && !withoutRowid ? "rowid" : null;
        for (String[] column : list("SELECT name, hidden FROM pragma_table_xinfo(" + Sql.string(table) + ", 'main')")) {
            columns.add(Sql.quoted(column[0]));
            if (column[0].toLowerCase(Locale.ROOT).equals("rowid")) {
                rowid = null;
            }
        }
        StringBuilder query = new StringBuilder("SELECT ");
        query.append(rowid == null ? "0" : rowid);
        for (String column : columns) {
            query.append(", typeof(").append(column).append("), ").append(column);
        }
        query.append(" FROM main.").append(Sql.quoted(table));
        parts.put("table " + table, rows(query.toString()));
    }

    private void readIndex(String table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE VIRTUAL TABLE temp.vocabulary_of_index USING fts5vocab(main, "
                    + Sql.string(table) + ", 'instance')");
            parts.put(
                    "full-text index " + table,
                    rows("SELECT 0, 'text', term, 'integer', doc, 'text', col, 'integer', offset"
                            + " FROM temp.vocabulary_of_index"));
            statement.executeUpdate("DROP TABLE temp.vocabulary_of_index");
        }
        parts.put("full-text table " + table, rows("SELECT rowid, * FROM main." + Sql.quoted(table)));
    }

    private List<String> rows(String query) {
        try {
            return readRows(query);
        } catch (SQLException e) {
            // an index over a table that was dropped, for instance
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private List<String> readRows(String query) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            TextEncoding encoding = TextEncoding.of(connection);
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    row.append(Values.text(encoding.read(rows, i))).append(' ');
                }
                all.add(row.toString());
            }
        }
        Collections.sort(all);
        return all;
    }

    private String one(String query) throws SQLException {
        return list(query).get(0)[0];
    }

    private List<String[]> list(String query) throws SQLException {
        List<String[]> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                String[] row = new String[columns];
                for (int i = 0; i < columns; i++) {
                    row[i] = rows.getString(i + 1);
                }
                all.add(row);
            }
        }
        return all;
    }
}
