package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.jdbc4.JDBC4Statement;

/** The rarely used methods of sqlite-jdbc's statement, with SQLStates in what they throw. */
class SqlStateStatement extends JDBC4Statement implements LimitedStatement {

    private final PhysicalConnection connection;
    private final ConnectionUse use;
    /** Of the last execution, whose rows may still be fetched. */
    private @Nullable QueryTimeout timeout;

    SqlStateStatement(PhysicalConnection connection, ConnectionUse use) {
        super(connection);
        this.connection = connection;
        this.use = use;
    }

    /**
     * Runs what executes the statement. As in the driver its query timeout is how long it waits for a lock,
     * here with that of other writers included; and then it is how long SQLite may run it.
     */
    final <T> T stated(SqlCall<T> call) throws SQLException {
        return use.call(() -> limitedTo(call));
    }

    private <T> T limitedTo(SqlCall<T> call) throws SQLException {
        timeout = QueryTimeout.begin(connection, getQueryTimeout());
        try {
            return timeout == null ? call.run() : withConnectionTimeout(call::run);
        } catch (SQLException e) {
            throw QueryTimeout.explain(timeout, e);
        }
    }

    /** Runs what may be interrupted: by the query timeout, or by {@link #cancel}. */
    final <T> T limited(ParsedSql sql, SqlCall<T> call) throws SQLException {
        if (sql.kind().endsTransaction()) {
            return call.run();
        }
        return sql.kind() == StatementKind.READ
                ? QueryTimeout.limited(timeout, call)
                : connection.shield().lifted(() -> QueryTimeout.limited(timeout, call));
    }

    @Override
    public final @Nullable QueryTimeout timeout() {
        return timeout;
    }

    @Override
    protected SQLException unsupported() {
        return SqlStates.complete(super.unsupported());
    }

    @Override
    public int getUpdateCount() throws SQLException {
        return SqlStateTranslation.call(() -> super.getUpdateCount());
    }

    @Override
    public long getLargeUpdateCount() throws SQLException {
        return SqlStateTranslation.call(() -> super.getLargeUpdateCount());
    }

    @Override
    public boolean getMoreResults(int current) throws SQLException {
        return SqlStateTranslation.call(() -> super.getMoreResults(current));
    }

    @Override
    public void clearBatch() throws SQLException {
        SqlStateTranslation.run(() -> super.clearBatch());
    }

    @Override
    public void cancel() throws SQLException {
        SqlStateTranslation.run(() -> connection.shield().interrupt(super::cancel));
    }

    @Override
    public void setQueryTimeout(int seconds) throws SQLException {
        SqlStateTranslation.run(() -> super.setQueryTimeout(seconds));
    }

    @Override
    public void setMaxRows(int max) throws SQLException {
        SqlStateTranslation.run(() -> super.setMaxRows(max));
    }

    @Override
    public void setLargeMaxRows(long max) throws SQLException {
        SqlStateTranslation.run(() -> super.setLargeMaxRows(max));
    }

    @Override
    public void setMaxFieldSize(int max) throws SQLException {
        SqlStateTranslation.run(() -> super.setMaxFieldSize(max));
    }

    @Override
    public void setFetchSize(int rows) throws SQLException {
        SqlStateTranslation.run(() -> super.setFetchSize(rows));
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        SqlStateTranslation.run(() -> super.setFetchDirection(direction));
    }

    @Override
    public void closeOnCompletion() throws SQLException {
        SqlStateTranslation.run(() -> super.closeOnCompletion());
    }

    @Override
    public boolean isCloseOnCompletion() throws SQLException {
        return SqlStateTranslation.call(() -> super.isCloseOnCompletion());
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        SqlStateTranslation.run(() -> super.addBatch(sql));
    }
}
