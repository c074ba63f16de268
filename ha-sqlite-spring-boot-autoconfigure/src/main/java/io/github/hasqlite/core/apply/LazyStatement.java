package io.github.hasqlite.core.apply;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** A statement that is prepared when it is first needed and then kept. */
public final class LazyStatement {

    private final SQLiteConnection connection;
    private final Supplier<String> sql;
    private @Nullable PreparedStatement prepared;

    public LazyStatement(SQLiteConnection connection, Supplier<String> sql) {
        this.connection = connection;
        this.sql = sql;
    }

    public PreparedStatement get() throws SQLException {
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
