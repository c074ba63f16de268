package io.github.hasqlite.core.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Removes the TEMP triggers that this library created on a connection. */
public final class TemporaryTriggers {

    private TemporaryTriggers() {}

    /**
     * Drops all TEMP triggers whose name begins with a prefix, those of tables that are gone included.
     *
     * <p>If another connection drops a table, SQLite keeps the text of this one's triggers on it but can
     * neither fire nor drop them, and revives them with the next table of that name. Their text is
     * deleted.
     *
     * @param prefix without characters that mean something to GLOB
     * @throws SQLException if SQLite refuses
     */
    public static void drop(Connection connection, String prefix) throws SQLException {
        List<String> names = names(connection, prefix);
        if (names.isEmpty()) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            for (String name : names) {
                statement.executeUpdate("DROP TRIGGER IF EXISTS temp." + SqlIdentifier.quote(name));
            }
            if (!names(connection, prefix).isEmpty()) {
                statement.executeUpdate("PRAGMA writable_schema = ON");
                try {
                    statement.executeUpdate(
                            "DELETE FROM temp.sqlite_schema WHERE type = 'trigger' AND name GLOB '" + prefix + "*'");
                } finally {
                    statement.executeUpdate("PRAGMA writable_schema = OFF");
                }
            }
        }
    }

    private static List<String> names(Connection connection, String prefix) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM temp.sqlite_schema WHERE type = 'trigger'"
                        + " AND name GLOB '" + prefix + "*'")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }
}
