package io.github.hasqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The switches of a connection that decide on what a schema command does or whether it succeeds. They travel
 * with it, so that it does the same on every node.
 */
public final class SchemaPragmas {

    /** A renamed table or column stays what it was in triggers, views and keys of other tables. */
    public static final String LEGACY_ALTER_TABLE = "legacy_alter_table";

    /** Rows are not tested against CHECK constraints, neither new ones nor those that are there. */
    public static final String IGNORE_CHECK_CONSTRAINTS = "ignore_check_constraints";

    private static final List<String> ALL = List.of(LEGACY_ALTER_TABLE, IGNORE_CHECK_CONSTRAINTS);

    private SchemaPragmas() {}

    /**
     * Those that are on.
     *
     * @throws SQLException if the connection cannot be asked
     */
    public static List<String> read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM pragma_" + String.join(", pragma_", ALL))) {
            List<String> on = new ArrayList<>();
            rows.next();
            for (int i = 0; i < ALL.size(); i++) {
                if (rows.getBoolean(i + 1)) {
                    on.add(ALL.get(i));
                }
            }
            return List.copyOf(on);
        }
    }

    /** The first of these names that is not one of the switches, or an empty text. */
    public static String unknownAmong(List<String> names) {
        for (String name : names) {
            if (!ALL.contains(name)) {
                return name;
            }
        }
        return "";
    }

    /**
     * Switches these on and the others off.
     *
     * @param on no others than {@link #read} answers
     * @throws SQLException if SQLite refuses
     */
    public static void set(Connection connection, List<String> on) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String name : ALL) {
                statement.executeUpdate("PRAGMA " + name + " = " + (on.contains(name) ? "ON" : "OFF"));
            }
        }
    }
}
