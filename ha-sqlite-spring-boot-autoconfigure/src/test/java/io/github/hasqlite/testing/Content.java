package io.github.hasqlite.testing;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** All that an application sees in a database: its schema and, exactly, its rows. */
public final class Content {

    private Content() {}

    /** Rows by table, and the schema under the empty name. */
    public static Map<String, List<String>> of(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            return of(connection);
        }
    }

    /** Rows by table, and the schema under the empty name. */
    public static Map<String, List<String>> of(Connection connection) throws SQLException {
        Map<String, List<String>> content = new LinkedHashMap<>();
        content.put(
                "",
                strings(
                        connection,
                        "SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema"
                                + " WHERE name NOT GLOB 'ha_*' AND tbl_name NOT GLOB 'ha_*' ORDER BY type, name"));
        for (TableDefinition table : TableDefinition.readAll(connection)) {
            content.put(table.name(), rows(connection, table));
        }
        return content;
    }

    private static List<String> rows(Connection connection, TableDefinition table) throws SQLException {
        List<String> values = new ArrayList<>();
        for (String column : table.columns()) {
            String name = SqlIdentifier.quote(column);
            // texts by their bytes, too, which need not be characters
            values.add(
                    "quote(" + name + ") || CASE typeof(" + name + ") WHEN 'text' THEN hex(" + name + ") ELSE '' END");
        }
        List<String> rows = strings(
                connection,
                "SELECT " + String.join(" || '|' || ", values) + " FROM " + SqlIdentifier.quote(table.name()));
        Collections.sort(rows);
        return rows;
    }

    private static List<String> strings(Connection connection, String query) throws SQLException {
        List<String> strings = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                strings.add(rows.getString(1));
            }
        }
        return strings;
    }
}
