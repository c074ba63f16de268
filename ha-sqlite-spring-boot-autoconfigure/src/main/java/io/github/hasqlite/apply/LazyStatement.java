package io.github.hasqlite.apply;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** A statement that is prepared when it is first needed and then kept. */
final class LazyStatement {

    private final SQLiteConnection connection;
    private final Supplier<String> sql;
    private @Nullable PreparedStatement prepared;

    LazyStatement(SQLiteConnection connection, Supplier<String> sql) {
        this.connection = connection;
        this.sql = sql;
    }

    PreparedStatement get() throws SQLException {
        PreparedStatement statement = prepared;
        if (statement == null) {
            statement = connection.prepareStatement(sql.get());
            prepared = statement;
        }
        return statement;
    }

    void close() throws SQLException {
        PreparedStatement statement = prepared;
        prepared = null;
        if (statement != null) {
            statement.close();
        }
    }
}
