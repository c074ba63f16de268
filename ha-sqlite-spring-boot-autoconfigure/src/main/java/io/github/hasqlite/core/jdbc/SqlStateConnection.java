package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The application's connection with SQLStates in what it throws. */
class SqlStateConnection extends ConnectionHandle {

    SqlStateConnection(ReplicatingDataSource dataSource) {
        super(dataSource);
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        return use().call(() -> super.createStatement(type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        return use().call(() -> super.prepareStatement(sql, type, concurrency, holdability));
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return use().call(() -> super.prepareCall(sql));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return use().call(() -> super.prepareCall(sql, type, concurrency));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        return use().call(() -> super.prepareCall(sql, type, concurrency, holdability));
    }

    @Override
    public void setAutoCommit(boolean on) throws SQLException {
        use().run(() -> super.setAutoCommit(on));
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        return use().call(() -> super.getAutoCommit());
    }

    @Override
    public void commit() throws SQLException {
        use().run(() -> super.commit());
    }

    @Override
    public void rollback() throws SQLException {
        use().run(() -> super.rollback());
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        return use().call(() -> super.setSavepoint());
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return use().call(() -> super.setSavepoint(name));
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        use().run(() -> super.releaseSavepoint(savepoint));
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        use().run(() -> super.rollback(savepoint));
    }

    @Override
    public void setReadOnly(boolean on) throws SQLException {
        use().run(() -> super.setReadOnly(on));
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return use().call(() -> super.isReadOnly());
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        use().run(() -> super.setTransactionIsolation(level));
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        return use().call(() -> super.getTransactionIsolation());
    }

    @Override
    public void close() throws SQLException {
        SqlStateTranslation.run(() -> super.close());
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        SqlStateTranslation.run(() -> super.abort(executor));
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        return use().call(() -> super.isValid(timeout));
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return use().call(() -> super.unwrap(type));
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return use().call(() -> super.isWrapperFor(type));
    }

    @Override
    public String nativeSQL(String sql) throws SQLException {
        return use().call(() -> super.nativeSQL(sql));
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        return use().call(() -> super.getMetaData());
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        use().run(() -> super.setCatalog(catalog));
    }

    @Override
    public @Nullable String getCatalog() throws SQLException {
        try {
            return super.getCatalog();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        try {
            return super.getWarnings();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public void clearWarnings() throws SQLException {
        use().run(() -> super.clearWarnings());
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        return use().call(() -> super.getTypeMap());
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        use().run(() -> super.setTypeMap(map));
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        use().run(() -> super.setHoldability(holdability));
    }

    @Override
    public int getHoldability() throws SQLException {
        return use().call(() -> super.getHoldability());
    }

    @Override
    public Clob createClob() throws SQLException {
        return use().call(() -> super.createClob());
    }

    @Override
    public Blob createBlob() throws SQLException {
        return use().call(() -> super.createBlob());
    }

    @Override
    public NClob createNClob() throws SQLException {
        return use().call(() -> super.createNClob());
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return use().call(() -> super.createSQLXML());
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        try {
            return super.getClientInfo(name);
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public @Nullable Properties getClientInfo() throws SQLException {
        try {
            return super.getClientInfo();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public @Nullable Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        try {
            return super.createArrayOf(typeName, elements);
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        return use().call(() -> super.createStruct(typeName, attributes));
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        use().run(() -> super.setSchema(schema));
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        try {
            return super.getSchema();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        use().run(() -> super.setNetworkTimeout(executor, milliseconds));
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        return use().call(() -> super.getNetworkTimeout());
    }
}
