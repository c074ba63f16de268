package io.github.hasqlite.testing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a database holds, as lines.
 *
 * @param rows of the application, with the schema; the table {@code w} has no rowid
 * @param books of replication
 */
public record DatabaseContents(List<String> rows, List<String> books) {

    /** Those of a file that nobody writes to. */
    public static DatabaseContents of(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            return new DatabaseContents(rows(connection), books(connection));
        }
    }

    /** What a connection sees of the application's schema and rows. */
    public static List<String> rows(Connection connection) throws SQLException {
        List<String> content = new ArrayList<>();
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "SELECT type, name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND name NOT"
                            + " LIKE 'ha\\_%' ESCAPE '\\' ORDER BY name")) {
                while (rows.next()) {
                    content.add(rows.getString(3));
                    if (rows.getString(1).equals("table")) {
                        tables.add(rows.getString(2));
                    }
                }
            }
            for (String table : tables) {
                addRows(statement, table, content);
            }
        }
        return content;
    }

    private static void addRows(Statement statement, String table, List<String> content) throws SQLException {
        try (ResultSet rows = statement.executeQuery(
                "SELECT " + (table.equals("w") ? "" : "rowid,") + "* FROM main." + table + " ORDER BY 1, 2")) {
            int width = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                StringBuilder row = new StringBuilder(table);
                for (int i = 1; i <= width; i++) {
                    Object value = rows.getObject(i);
                    row.append(' ')
                            .append(
                                    value instanceof byte[] blob
                                            ? "blob" + Arrays.toString(blob)
                                            : value == null
                                                    ? "null"
                                                    : value + "/"
                                                            + value.getClass().getSimpleName());
                }
                content.add(row.toString());
            }
        }
    }

    /** The last counters that were accepted, by publisher, renames and drops, and all conflicts. */
    public static List<String> books(Connection connection) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT publisher || '=' || counter || '@' || sequence FROM ha_publishers UNION"
                                + " ALL SELECT sequence || ' ' || note FROM ha_renames UNION ALL"
                                + " SELECT sequence || ' schema of ' || publisher FROM ha_schema_changes UNION ALL"
                                + " SELECT concat_ws(' ', publisher, counter, number, change, coalesce(sequence, 'pending'),"
                                + " at_ns, node, table_name, kind, losing) FROM ha_conflicts ORDER BY 1")) {
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
        }
        return lines;
    }

    /** What one has and the other has not, or {@code null}. */
    public static @Nullable String difference(String a, List<String> left, String b, List<String> right) {
        if (left.equals(right)) {
            return null;
        }
        List<String> onlyLeft = new ArrayList<>(left);
        right.forEach(onlyLeft::remove);
        List<String> onlyRight = new ArrayList<>(right);
        left.forEach(onlyRight::remove);
        return "only " + a + ": " + onlyLeft + "\nonly " + b + ": " + onlyRight;
    }
}
