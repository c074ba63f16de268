package io.github.hasqlite.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * The key that a statement's last INSERT generated. Where sqlite-jdbc runs a query after every
 * INSERT, this remembers a number and makes a result set of it when one is asked for.
 */
final class GeneratedKey {

    private final SQLiteConnection connection;
    private @Nullable Long key;
    private @Nullable Statement statement;
    private @Nullable ResultSet rows;

    GeneratedKey(SQLiteConnection connection) {
        this.connection = connection;
    }

    void set(@Nullable Long newKey) throws SQLException {
        close();
        key = newKey;
    }

    /** The key as sqlite-jdbc would show it, or {@code null} if there is none. */
    @Nullable
    ResultSet resultSet() throws SQLException {
        if (key != null && rows == null) {
            Statement query = connection.createStatement();
            statement = query;
            rows = query.executeQuery("SELECT " + key + " AS \"last_insert_rowid()\"");
        }
        return rows;
    }

    void close() throws SQLException {
        if (statement != null) {
            statement.close();
            statement = null;
            rows = null;
        }
        key = null;
    }
}
