package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/** Which keys a table has, as a transaction sees it that writes. Belongs to one connection. */
final class KeyLookup {

    private final SQLiteConnection connection;
    private final String table;
    private final String from;
    private final String key;
    private final JDBC4PreparedStatement one;

    /**
     * Looks into a table of the main schema.
     *
     * @param column its INTEGER PRIMARY KEY
     * @throws SQLException if there is no such table
     */
    KeyLookup(SQLiteConnection connection, String table, String column) throws SQLException {
        this.connection = connection;
        this.table = table;
        this.key = SqlIdentifier.quote(column);
        this.from = " FROM main." + SqlIdentifier.quote(table);
        this.one = new JDBC4PreparedStatement(connection, "SELECT 1" + from + " WHERE " + key + " = ?");
    }

    /** Whether there is a row with this key. */
    boolean has(long number) throws SQLException {
        one.setLong(1, number);
        try (ResultSet rows = one.executeQuery()) {
            return rows.next();
        }
    }

    /** The greatest key from one number to another, both included; 0 if there is none. */
    long greatest(long from, long to) throws SQLException {
        return query("SELECT coalesce(max(" + key + "), 0)" + this.from + " WHERE " + key + " BETWEEN " + from + " AND "
                + to);
    }

    /** The number from which SQLite would count on: the greatest key, or one that AUTOINCREMENT has had; not below 0. */
    long countedTo() throws SQLException {
        long greatest = greatest(1, Long.MAX_VALUE);
        if (!TableDefinition.exists(connection, "sqlite_sequence")) {
            return greatest;
        }
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT max(seq) FROM main.sqlite_sequence WHERE name = ? COLLATE NOCASE")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Math.max(greatest, rows.getLong(1)) : greatest;
            }
        }
    }

    private long query(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    void close() throws SQLException {
        one.close();
    }
}
