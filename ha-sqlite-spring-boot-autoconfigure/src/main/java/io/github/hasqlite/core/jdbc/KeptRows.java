package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.RawText;
import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/**
 * The rows of a RETURNING clause, read to their end, so that the transaction can commit, or be run
 * again, before the application sees any of them. They are shown by a query that has them as its values,
 * so that they convert as the driver converts.
 */
final class KeptRows implements AutoCloseable {

    /** SQLite takes 32,766 bound values. */
    private static final int MAX_VALUES = 32_766;

    private final SQLiteConnection connection;
    private final RowDescription description;
    private final List<String> names = new ArrayList<>();
    private final List<@Nullable Object> values = new ArrayList<>();
    private @Nullable Query statement;
    private @Nullable Rows result;

    /**
     * Reads rows.
     *
     * @throws SQLException also if there are too many
     */
    KeptRows(SQLiteConnection connection, Rows rows) throws SQLException {
        this.connection = connection;
        this.description = rows.describe();
        ResultSetMetaData columns = rows.getMetaData();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            names.add(columns.getColumnLabel(i));
        }
        TextEncoding encoding = TextEncoding.of(connection);
        while (rows.next()) {
            if (values.size() + names.size() > MAX_VALUES) {
                throw new SQLException("a RETURNING clause in auto-commit mode gave more than " + MAX_VALUES
                        + " values; run the statement in a transaction");
            }
            for (int i = 1; i <= names.size(); i++) {
                values.add(encoding.read(rows, i));
            }
        }
    }

    /** The rows; the same result set each time. */
    ResultSet rows() throws SQLException {
        Rows open = result;
        if (open == null) {
            Query query = new Query(connection, query());
            statement = query;
            for (int i = 0; i < values.size(); i++) {
                query.setObject(i + 1, values.get(i) instanceof RawText raw ? raw.bytes() : values.get(i));
            }
            open = query.rows(description);
            result = open;
        }
        return open;
    }

    /** Hands its result set out as {@link Rows} that know what they were before. */
    private static final class Query extends JDBC4PreparedStatement {

        Query(SQLiteConnection connection, String sql) throws SQLException {
            super(connection, sql);
        }

        Rows rows(RowDescription description) throws SQLException {
            executeQuery();
            return new Rows(this, rs, description).begin();
        }
    }

    private String query() {
        StringBuilder sql = new StringBuilder("SELECT ");
        for (int i = 0; i < names.size(); i++) {
            sql.append(i == 0 ? "" : ", ")
                    .append("column")
                    .append(i + 1)
                    .append(" AS ")
                    .append(SqlIdentifier.quote(names.get(i)));
        }
        sql.append(" FROM (VALUES ");
        for (int i = 0; i < values.size(); i++) {
            boolean first = i % names.size() == 0;
            sql.append(first ? (i == 0 ? "(" : "), (") : ", ")
                    // JDBC has no way to bind a text whose bytes are no characters
                    .append(values.get(i) instanceof RawText ? "CAST(? AS TEXT)" : "?");
        }
        return sql.append("))").toString();
    }

    /** See {@link Rows#interrupt}. */
    void interrupt() throws SQLException {
        if (result != null) {
            result.interrupt();
        }
    }

    @Override
    public void close() throws SQLException {
        if (statement != null) {
            statement.close();
            statement = null;
            result = null;
        }
    }
}
