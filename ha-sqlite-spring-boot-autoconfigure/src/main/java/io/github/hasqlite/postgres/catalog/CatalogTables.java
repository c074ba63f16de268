package io.github.hasqlite.postgres.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of a catalog's database. Not thread-safe. */
final class CatalogTables {

    private final Connection connection;

    CatalogTables(Connection connection) {
        this.connection = connection;
    }

    /** Makes all anew, without rows. */
    void clear() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String schema : new String[] {"information_schema", "pg_catalog"}) {
                statement.execute("DETACH DATABASE " + schema);
            }
            attach(statement);
        }
        run("pg_catalog.sql");
    }

    static void attach(Statement statement) throws SQLException {
        statement.execute("ATTACH DATABASE ':memory:' AS pg_catalog");
        statement.execute("ATTACH DATABASE ':memory:' AS information_schema");
    }

    /** Runs the statements of a resource. */
    void run(String resource) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : lines(resource)) {
                statement.execute(sql);
            }
        }
    }

    private static List<String> lines(String resource) {
        try (InputStream in = CatalogTables.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("The resource " + resource + " of the catalog is missing");
            }
            List<String> lines = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (!line.isBlank() && !line.startsWith("--")) {
                    lines.add(line);
                }
            }
            return lines;
        } catch (IOException e) {
            throw new IllegalStateException("The resource " + resource + " of the catalog cannot be read", e);
        }
    }

    /** @param columns names and values in turns; what is not named has its default */
    void insert(String table, @Nullable Object... columns) throws SQLException {
        StringBuilder names = new StringBuilder();
        StringBuilder marks = new StringBuilder();
        for (int i = 0; i < columns.length; i += 2) {
            names.append(i == 0 ? "" : ", ").append(columns[i]);
            marks.append(i == 0 ? "?" : ", ?");
        }
        String sql = "INSERT INTO pg_catalog." + table + " (" + names + ") VALUES (" + marks + ")";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 1; i < columns.length; i += 2) {
                statement.setObject(i / 2 + 1, columns[i]);
            }
            statement.executeUpdate();
        }
    }

    /** Takes all rows out. */
    void empty(String table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM pg_catalog." + table);
        }
    }

    /** Sets a column of the row with a number. */
    void update(String table, String column, long value, long oid) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE pg_catalog." + table + " SET " + column + " = ? WHERE oid = ?")) {
            statement.setLong(1, value);
            statement.setLong(2, oid);
            statement.executeUpdate();
        }
    }

    /** Sets something of a column of a relation. */
    void updateColumn(String what, Object value, long relation, int number) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "UPDATE pg_catalog.pg_attribute SET " + what + " = ? WHERE attrelid = ? AND attnum = ?")) {
            statement.setObject(1, value);
            statement.setLong(2, relation);
            statement.setInt(3, number);
            statement.executeUpdate();
        }
    }
}
