package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.function.PostgresFunctions;
import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A table {@code t} in memory, and what statements of PostgreSQL's clients answer of it; none of them changes it. */
final class SpelledTable implements AutoCloseable {

    private final List<TableColumns.Column> columns;
    private final Connection connection;

    /**
     * Creates the table.
     *
     * @param columns a name and a type each
     * @param insert what fills it
     */
    SpelledTable(String[] columns, String insert) throws SQLException {
        this.columns = Arrays.stream(columns)
                .map(column -> column.split(" "))
                .map(column -> new TableColumns.Column(column[0], DeclaredTypes.of(column[1])))
                .toList();
        connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        new PostgresFunctions().register(connection);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(" + String.join(", ", columns) + ")");
            statement.executeUpdate(insert);
        }
        connection.setAutoCommit(false);
    }

    /** What SQLite is given. */
    String spelled(String sql, int... types) throws SQLException {
        String spelled = Inference.of(Spelling.tokens(sql), types, table -> table.equals("t") ? columns : List.of())
                .spelled();
        return Spelling.ofDatabase(spelled == null ? sql : spelled);
    }

    /** Rows separated by blanks, of one column. */
    String values(String sql) throws SQLException {
        return values(sql, null);
    }

    /** Rows separated by blanks, of one column; the parameter is a numeric as a client sends it. */
    String values(String sql, @Nullable String numeric) throws SQLException {
        int[] types = numeric == null ? new int[0] : new int[] {PgType.NUMERIC.oid()};
        List<String> values = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(spelled(sql, types))) {
            if (numeric != null) {
                statement.setString(1, numeric);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
            }
        } finally {
            connection.rollback();
        }
        return values.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
