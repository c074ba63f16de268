package io.github.hasqlite.core.gateway;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection of the pool while a client has it. Used by one thread at a time. */
final class ClientConnection implements AutoCloseable {

    private final Connection connection;
    private final ConnectionBudget budget;
    private boolean closed;
    private long lockMillis;
    /** What the data source has set; unknown as long as nothing else was set. */
    private long ownLockMillis;

    ClientConnection(Connection connection, ConnectionBudget budget) {
        this.connection = connection;
        this.budget = budget;
    }

    /** Runs what controls the transaction. */
    void control(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * How long statements from now on wait for the write lock.
     *
     * @param millis at most; 0 for as long as the data source lets them
     */
    void waitForLocks(long millis) throws SQLException {
        if (millis == lockMillis) {
            return;
        }
        if (lockMillis == 0) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("PRAGMA busy_timeout")) {
                ownLockMillis = row.next() ? row.getLong(1) : 0;
            }
        }
        long wait = millis == 0 ? ownLockMillis : Math.min(millis, ownLockMillis);
        control("PRAGMA busy_timeout = " + wait);
        lockMillis = millis;
    }

    Statement statement() throws SQLException {
        return connection.createStatement();
    }

    /** A statement with its values, to be closed. */
    PreparedStatement prepare(String sql, List<@Nullable Object> values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            return statement;
        } catch (SQLException | RuntimeException | Error e) {
            try (statement) {
                throw e;
            }
        }
    }

    /** A statement to be looked at, on the connection that is given back with it. */
    List<GatewayColumn> describe(String sql) throws SQLException {
        try (PreparedStatement statement = prepare(sql, List.of())) {
            return GatewayColumns.of(statement);
        }
    }

    /** Takes back what a statement has done that failed; what fails meanwhile is added to why that was. */
    void rollback(SQLException why) {
        try {
            control("ROLLBACK");
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    /** The rowid of the row that was inserted last. */
    long lastInsertId() throws SQLException {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT last_insert_rowid()")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Gives it back; what is not committed is rolled back. */
    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try (Connection ending = connection) {
            if (!ending.isClosed()) {
                waitForLocks(0);
            }
        } finally {
            budget.giveBack();
        }
    }
}
