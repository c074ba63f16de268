package io.github.hasqlite.core.apply;

import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A table of replication's own that is part of the canonical state. Databases of earlier versions lack it.
 *
 * @param name it begins with {@code ha_}
 * @param columns their definitions, a primary key included
 */
record StateTable(String name, String columns) {

    /**
     * Creates the table if it is not there: without rowid, because an author writes to it on the application's
     * own connection, whose {@code last_insert_rowid()} stays what it was.
     */
    void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main." + name + "(" + columns + ") WITHOUT ROWID");
        }
    }

    boolean exists(Connection connection) throws SQLException {
        return TableDefinition.exists(connection, name);
    }
}
