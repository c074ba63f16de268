package io.github.hasqlite.core.replay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Single values of the table {@code ha_state}. */
final class StateValues {

    private StateValues() {}

    static void forget(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("DELETE FROM main.ha_state WHERE name = ?")) {
            statement.setString(1, name);
            statement.executeUpdate();
        }
    }

    static void set(Connection connection, String name, Object value) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT OR REPLACE INTO main.ha_state(name, value) VALUES(?,?)")) {
            statement.setString(1, name);
            statement.setObject(2, value);
            statement.executeUpdate();
        }
    }
}
