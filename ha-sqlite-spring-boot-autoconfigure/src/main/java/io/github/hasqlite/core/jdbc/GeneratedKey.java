package io.github.hasqlite.core.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4Statement;

/**
 * The key that a statement's last INSERT generated. Where sqlite-jdbc runs a query after every
 * INSERT, this remembers a number and makes a result set of it when one is asked for.
 */
final class GeneratedKey {

    private final SQLiteConnection connection;
    private @Nullable Long key;
    private @Nullable Query statement;
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
            Query query = new Query(connection);
            statement = query;
            rows = query.rows("SELECT " + key + " AS \"last_insert_rowid()\"");
        }
        return rows;
    }

    private static final class Query extends JDBC4Statement {

        Query(SQLiteConnection connection) {
            super(connection);
        }

        Rows rows(String sql) throws SQLException {
            executeQuery(sql);
            return new Rows(this, rs).begin();
        }
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
