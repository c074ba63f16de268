package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.io.InputStream;
import java.io.Reader;
import java.sql.NClob;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import org.jspecify.annotations.Nullable;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/** The rarely used methods of sqlite-jdbc's prepared statement, with SQLStates in what they throw. */
class SqlStatePreparedStatement extends JDBC4PreparedStatement implements LimitedStatement {

    private final PhysicalConnection connection;
    private final ConnectionUse use;
    /** Of the last execution, whose rows may still be fetched. */
    private @Nullable QueryTimeout timeout;

    SqlStatePreparedStatement(PhysicalConnection connection, ConnectionUse use, String sql) throws SQLException {
        super(connection, sql);
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
    protected SQLException invalid() {
        return SqlStates.complete(super.invalid());
    }

    /** All setters come through here. */
    @Override
    protected void batch(int position, @Nullable Object value) throws SQLException {
        try {
            super.batch(position, value);
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
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
    public void addBatch() throws SQLException {
        SqlStateTranslation.run(() -> super.addBatch());
    }

    @Override
    public void clearParameters() throws SQLException {
        SqlStateTranslation.run(() -> super.clearParameters());
    }

    @Override
    public int getParameterCount() throws SQLException {
        return SqlStateTranslation.call(() -> super.getParameterCount());
    }

    @Override
    public String getParameterClassName(int index) throws SQLException {
        return SqlStateTranslation.call(() -> super.getParameterClassName(index));
    }

    @Override
    public String getParameterTypeName(int index) throws SQLException {
        return SqlStateTranslation.call(() -> super.getParameterTypeName(index));
    }

    @Override
    public int getParameterType(int index) throws SQLException {
        return SqlStateTranslation.call(() -> super.getParameterType(index));
    }

    @Override
    public void setBinaryStream(int index, @Nullable InputStream stream) throws SQLException {
        SqlStateTranslation.run(() -> super.setBinaryStream(index, stream));
    }

    @Override
    public void setBinaryStream(int index, @Nullable InputStream stream, int length) throws SQLException {
        SqlStateTranslation.run(() -> super.setBinaryStream(index, stream, length));
    }

    @Override
    public void setBinaryStream(int index, @Nullable InputStream stream, long length) throws SQLException {
        SqlStateTranslation.run(() -> super.setBinaryStream(index, stream, length));
    }

    @Override
    public void setAsciiStream(int index, @Nullable InputStream stream) throws SQLException {
        SqlStateTranslation.run(() -> super.setAsciiStream(index, stream));
    }

    @Override
    public void setAsciiStream(int index, @Nullable InputStream stream, int length) throws SQLException {
        SqlStateTranslation.run(() -> super.setAsciiStream(index, stream, length));
    }

    @Override
    public void setAsciiStream(int index, @Nullable InputStream stream, long length) throws SQLException {
        SqlStateTranslation.run(() -> super.setAsciiStream(index, stream, length));
    }

    @Override
    public void setUnicodeStream(int index, @Nullable InputStream stream, int length) throws SQLException {
        SqlStateTranslation.run(() -> super.setUnicodeStream(index, stream, length));
    }

    @Override
    public void setCharacterStream(int index, @Nullable Reader reader) throws SQLException {
        SqlStateTranslation.run(() -> super.setCharacterStream(index, reader));
    }

    @Override
    public void setCharacterStream(int index, @Nullable Reader reader, int length) throws SQLException {
        SqlStateTranslation.run(() -> super.setCharacterStream(index, reader, length));
    }

    @Override
    public void setCharacterStream(int index, @Nullable Reader reader, long length) throws SQLException {
        SqlStateTranslation.run(() -> super.setCharacterStream(index, reader, length));
    }

    @Override
    public void setNCharacterStream(int index, @Nullable Reader reader) throws SQLException {
        SqlStateTranslation.run(() -> super.setNCharacterStream(index, reader));
    }

    @Override
    public void setNCharacterStream(int index, @Nullable Reader reader, long length) throws SQLException {
        SqlStateTranslation.run(() -> super.setNCharacterStream(index, reader, length));
    }

    @Override
    public void setClob(int index, @Nullable Reader reader) throws SQLException {
        SqlStateTranslation.run(() -> super.setClob(index, reader));
    }

    @Override
    public void setClob(int index, @Nullable Reader reader, long length) throws SQLException {
        SqlStateTranslation.run(() -> super.setClob(index, reader, length));
    }

    @Override
    public void setNClob(int index, @Nullable Reader reader) throws SQLException {
        SqlStateTranslation.run(() -> super.setNClob(index, reader));
    }

    @Override
    public void setNClob(int index, @Nullable Reader reader, long length) throws SQLException {
        SqlStateTranslation.run(() -> super.setNClob(index, reader, length));
    }

    @Override
    public void setBlob(int index, @Nullable InputStream stream) throws SQLException {
        SqlStateTranslation.run(() -> super.setBlob(index, stream));
    }

    @Override
    public void setBlob(int index, @Nullable InputStream stream, long length) throws SQLException {
        SqlStateTranslation.run(() -> super.setBlob(index, stream, length));
    }

    @Override
    public void setRowId(int index, @Nullable RowId value) throws SQLException {
        SqlStateTranslation.run(() -> super.setRowId(index, value));
    }

    @Override
    public void setSQLXML(int index, @Nullable SQLXML value) throws SQLException {
        SqlStateTranslation.run(() -> super.setSQLXML(index, value));
    }

    @Override
    public void setNClob(int index, @Nullable NClob value) throws SQLException {
        SqlStateTranslation.run(() -> super.setNClob(index, value));
    }

    @Override
    public void setNString(int index, @Nullable String value) throws SQLException {
        SqlStateTranslation.run(() -> super.setNString(index, value));
    }
}
