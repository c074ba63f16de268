package io.github.hasqlite.differential;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Empties the databases of a cluster after a script, through the connections that the script used. */
final class Cleaner {

    private Cleaner() {}

    /** Drops everything on the node and on plain SQLite alike. */
    static void clean(Cluster cluster) throws SQLException {
        for (int i = 0; i < cluster.nodeConnections().size(); i++) {
            dropTemporary(cluster.nodeConnections().get(i));
            dropTemporary(cluster.plainConnections().get(i));
        }
        String script = script(cluster.plainReader(), cluster.kind().foreignKeys());
        run(cluster.nodeConnections().get(0), script);
        run(cluster.plainConnections().get(0), script);
    }

    private static void dropTemporary(Connection connection) throws SQLException {
        List<String> drops = drops(
                connection,
                "SELECT type, name FROM temp.sqlite_schema WHERE type IN ('table','view') AND name NOT LIKE 'sqlite_%'"
                        + " AND name NOT LIKE 'ha_%' UNION ALL SELECT type, name FROM temp.sqlite_schema WHERE type = 'trigger'"
                        + " AND name NOT LIKE 'ha_%'",
                "temp");
        for (String drop : drops) {
            run(connection, drop);
        }
    }

    private static String script(Connection plain, boolean foreignKeys) throws SQLException {
        List<String> statements = new ArrayList<>();
        if (foreignKeys) {
            statements.add("PRAGMA foreign_keys = OFF");
        }
        statements.add("BEGIN");
        statements.addAll(drops(
                plain,
                "SELECT type, name FROM main.sqlite_schema WHERE type IN ('view', 'trigger')"
                        + " UNION ALL SELECT 'table', name FROM pragma_table_list WHERE schema = 'main'"
                        + " AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%'",
                "main"));
        statements.add("PRAGMA user_version = 0");
        statements.add("PRAGMA application_id = 0");
        statements.add("COMMIT");
        if (foreignKeys) {
            statements.add("PRAGMA foreign_keys = ON");
        }
        return String.join(";", statements);
    }

    private static List<String> drops(Connection connection, String query, String schema) throws SQLException {
        List<String> drops = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                drops.add("DROP " + rows.getString(1) + " IF EXISTS " + schema + "."
                        + Sql.quoted(Objects.requireNonNull(rows.getString(2))));
            }
        }
        return drops;
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
