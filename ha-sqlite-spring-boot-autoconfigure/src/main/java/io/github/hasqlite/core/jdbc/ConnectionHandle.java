package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the application holds: a connection that borrows a pooled one with its first statement, so
 * that {@code setReadOnly} can still choose between the pool of writers and the pool of readers. In
 * auto-commit mode what only reads does not wait for a writer: while none is free it borrows a reader,
 * for itself alone, so that callers who wait for the stream or for each other do not keep it waiting.
 */
class ConnectionHandle implements Connection {

    private static final Logger logger = LoggerFactory.getLogger(ConnectionHandle.class);

    private final ReplicatingDataSource dataSource;
    private final List<Statement> statements = new ArrayList<>(4);
    private final ConnectionUse use;
    private @Nullable Connection pooled;
    private volatile @Nullable PhysicalConnection physical;
    /** Reads before {@link #physical} is there, see {@link #readsAnywhere}; kept until the end. */
    private @Nullable Connection pooledReader;

    private boolean readOnly;
    private boolean autoCommit = true;
    private int originalIsolation = -1;
    private int savepointNumber;

    ConnectionHandle(ReplicatingDataSource dataSource) {
        this.dataSource = dataSource;
        this.use = dataSource.use();
    }

    /** Who uses it. */
    final ConnectionUse use() {
        return use;
    }

    ParsedSql parse(String sql) {
        return dataSource.parse(sql);
    }

    SQLException explain(SQLException failure) {
        return dataSource.explain(failure);
    }

    void closed(Statement statement) {
        for (int i = statements.size() - 1; i >= 0; i--) {
            if (statements.get(i) == statement) {
                statements.remove(i);
                return;
            }
        }
    }

    private PhysicalConnection physical() throws SQLException {
        PhysicalConnection borrowed = physical;
        if (borrowed != null) {
            return borrowed;
        }
        checkOpen();
        return use(dataSource.borrow(readOnly));
    }

    private PhysicalConnection use(Connection connection) throws SQLException {
        pooled = connection;
        PhysicalConnection borrowed = connection.unwrap(PhysicalConnection.class);
        physical = borrowed;
        borrowed.session().setAutoCommit(autoCommit);
        borrowed(borrowed);
        return borrowed;
    }

    /** It is this one's from now on. */
    void borrowed(PhysicalConnection connection) throws SQLException {}

    /** It will be somebody else's. */
    void returning(PhysicalConnection connection) throws SQLException {}

    /** Whether what is read now is the same on every connection: nothing has been done on one of them yet. */
    boolean readsAnywhere() {
        return physical == null && autoCommit && !readOnly && !use.isEnded();
    }

    /** Whether to wait for no connection, because the one to be used is here. */
    private boolean hasConnection() throws SQLException {
        if (!readsAnywhere()) {
            return true;
        }
        Connection free = dataSource.borrowFreeWriter();
        if (free == null) {
            return false;
        }
        use(free);
        return true;
    }

    /** The reader that stands in for a writer. */
    PhysicalConnection reader() throws SQLException {
        Connection connection = pooledReader;
        if (connection == null) {
            checkOpen();
            connection = dataSource.borrow(true);
            pooledReader = connection;
            connection.unwrap(PhysicalConnection.class).session().setAutoCommit(true);
        }
        return connection.unwrap(PhysicalConnection.class);
    }

    private void checkOpen() throws SQLException {
        if (use.isEnded()) {
            throw new SQLException("database connection closed");
        }
    }

    // ---- statements

    private <S extends Statement> S opened(S statement) {
        statements.add(statement);
        return statement;
    }

    @Override
    public Statement createStatement() throws SQLException {
        return createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        return createStatement(type, concurrency, ResultSet.CLOSE_CURSORS_AT_COMMIT);
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        return hasConnection()
                ? statement(physical(), type, concurrency, holdability)
                : StandInStatement.of(this, type, concurrency, holdability);
    }

    /** A statement on the connection of the application's transactions. */
    Statement ownStatement(int type, int concurrency, int holdability) throws SQLException {
        return statement(physical(), type, concurrency, holdability);
    }

    Statement statement(PhysicalConnection connection, int type, int concurrency, int holdability) throws SQLException {
        return opened(connection.statement(this, type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return prepareStatement(sql, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return prepareStatement(sql, type, concurrency, ResultSet.CLOSE_CURSORS_AT_COMMIT);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        return parse(sql).kind() != StatementKind.READ || hasConnection()
                ? ownPrepared(sql, type, concurrency, holdability)
                : StandInStatement.of(this, sql, type, concurrency, holdability);
    }

    /** A prepared statement on the connection of the application's transactions. */
    SessionPreparedStatement ownPrepared(String sql, int type, int concurrency, int holdability) throws SQLException {
        return prepared(physical(), sql, type, concurrency, holdability);
    }

    SessionPreparedStatement prepared(
            PhysicalConnection connection, String sql, int type, int concurrency, int holdability) throws SQLException {
        String shown = SchemaQuery.shown(parse(sql), sql);
        return opened(connection.prepared(this, shown, type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        return prepareStatement(sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        return prepareStatement(sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        return prepareStatement(sql);
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return physical().prepareCall(sql);
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return physical().prepareCall(sql, type, concurrency);
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        return physical().prepareCall(sql, type, concurrency, holdability);
    }

    // ---- transactions

    @Override
    public void setAutoCommit(boolean on) throws SQLException {
        checkOpen();
        autoCommit = on;
        if (physical != null) {
            physical.session().setAutoCommit(on);
        }
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        checkOpen();
        return physical == null ? autoCommit : physical.session().isAutoCommit();
    }

    @Override
    public void commit() throws SQLException {
        checkOpen();
        if (physical != null) {
            physical.session().commit();
        } else {
            requireManual();
        }
    }

    @Override
    public void rollback() throws SQLException {
        checkOpen();
        if (physical != null) {
            physical.session().rollback();
        } else {
            requireManual();
        }
    }

    private void requireManual() throws SQLException {
        if (autoCommit) {
            throw new SQLException("database in auto-commit mode");
        }
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        return setSavepoint(new NamedSavepoint(++savepointNumber, null));
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return setSavepoint(new NamedSavepoint(++savepointNumber, name));
    }

    private Savepoint setSavepoint(NamedSavepoint savepoint) throws SQLException {
        PhysicalConnection connection = physical();
        connection.session().leaveAutoCommit();
        autoCommit = false;
        control(connection, "SAVEPOINT " + savepoint.getSavepointName());
        return savepoint;
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        PhysicalConnection connection = physical();
        connection.session().requireManual();
        control(connection, "RELEASE SAVEPOINT " + savepoint.getSavepointName());
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        PhysicalConnection connection = physical();
        connection.session().requireManual();
        control(connection, "ROLLBACK TO SAVEPOINT " + savepoint.getSavepointName());
    }

    private void control(PhysicalConnection connection, String sql) throws SQLException {
        try (SessionStatement statement = new SessionStatement(this, connection)) {
            statement.execute(sql);
        }
    }

    /** A reader never learns to write, since it captures nothing: it is exchanged for a writer. */
    @Override
    public void setReadOnly(boolean on) throws SQLException {
        checkOpen();
        PhysicalConnection connection = physical;
        if (connection != null && on != readOnly) {
            Session session = connection.session();
            if (!session.isReader()) {
                control(connection, "PRAGMA query_only = " + (on ? "ON" : "OFF"));
            } else if (!on) {
                if (session.inTransaction()) {
                    throw new SQLException("a read-only transaction cannot begin to write; end it first");
                }
                autoCommit = session.isAutoCommit();
                giveBack();
            }
        }
        readOnly = on;
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        checkOpen();
        return readOnly;
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        PhysicalConnection connection = physical();
        if (originalIsolation < 0) {
            originalIsolation = connection.getTransactionIsolation();
        }
        connection.setTransactionIsolation(level);
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        checkOpen();
        return physical == null ? TRANSACTION_SERIALIZABLE : physical.getTransactionIsolation();
    }

    // ---- the end

    /** Whoever else uses it is interrupted, unless that is a COMMIT, and waited for. */
    @Override
    public void close() throws SQLException {
        if (use.end()) {
            use.whenFree(this::interrupt, this::giveBackAll);
        }
    }

    private void interrupt() throws SQLException {
        PhysicalConnection connection = physical;
        if (connection != null) {
            connection.interrupt();
        }
    }

    private void giveBackAll() throws SQLException {
        Connection reader = pooledReader;
        pooledReader = null;
        if (reader == null) {
            giveBack();
            return;
        }
        try (reader) {
            closeStatements();
            reader.unwrap(PhysicalConnection.class).session().reset();
        } finally {
            giveBack();
        }
    }

    private void closeStatements() throws SQLException {
        for (Statement statement : List.copyOf(statements)) {
            statement.close();
        }
    }

    private void giveBack() throws SQLException {
        PhysicalConnection connection = physical;
        Connection borrowed = pooled;
        if (connection == null || borrowed == null) {
            return;
        }
        physical = null;
        pooled = null;
        boolean reader = connection.session().isReader();
        try (borrowed) {
            closeStatements();
            if (connection.isClosed()) {
                // the data source was closed meanwhile
                return;
            }
            returning(connection);
            try {
                connection.session().reset();
            } finally {
                if (originalIsolation >= 0) {
                    connection.setTransactionIsolation(originalIsolation);
                    originalIsolation = -1;
                }
            }
        } finally {
            dataSource.returned(reader);
        }
    }

    @Override
    public boolean isClosed() {
        return use.isEnded();
    }

    /** Waits for nobody: while somebody else uses it, it is the executor that waits, and gives it back. */
    @Override
    public void abort(Executor executor) throws SQLException {
        if (!use.isOfOthers()) {
            close();
        } else if (use.end()) {
            executor.execute(() -> {
                try {
                    use.whenFree(this::interrupt, this::giveBackAll);
                } catch (SQLException e) {
                    logger.warn("A connection that was aborted was given back with an error", e);
                }
            });
        }
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        return !use.isEnded() && (readsAnywhere() ? reader() : physical()).isValid(timeout);
    }

    // ---- everything else is the driver's affair

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        PhysicalConnection connection = physical();
        connection.session().beforeUnwrapping();
        return connection.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || physical().isWrapperFor(type);
    }

    @Override
    public String nativeSQL(String sql) throws SQLException {
        return physical().nativeSQL(sql);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        checkOpen();
        return Metadata.of(this, this::driverMetaData);
    }

    /** What the driver says about the database, asked anew for each question. */
    private DatabaseMetaData driverMetaData() throws SQLException {
        if (readsAnywhere()) {
            return reader().driverMetaData();
        }
        physical().session().readsSchema();
        return physical().driverMetaData();
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        physical().setCatalog(catalog);
    }

    @Override
    public @Nullable String getCatalog() throws SQLException {
        return physical().getCatalog();
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        return physical().getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        physical().clearWarnings();
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        return physical().getTypeMap();
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        physical().setTypeMap(map);
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        physical().setHoldability(holdability);
    }

    @Override
    public int getHoldability() throws SQLException {
        return physical().getHoldability();
    }

    @Override
    public Clob createClob() throws SQLException {
        return physical().createClob();
    }

    @Override
    public Blob createBlob() throws SQLException {
        return physical().createBlob();
    }

    @Override
    public NClob createNClob() throws SQLException {
        return physical().createNClob();
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return physical().createSQLXML();
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        // sqlite-jdbc ignores it, too
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        // sqlite-jdbc ignores it, too
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        return physical().getClientInfo(name);
    }

    @Override
    public @Nullable Properties getClientInfo() throws SQLException {
        return physical().getClientInfo();
    }

    @Override
    public @Nullable Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return physical().createArrayOf(typeName, elements);
    }

    @Override
    public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        return physical().createStruct(typeName, attributes);
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        physical().setSchema(schema);
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        return physical().getSchema();
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        physical().setNetworkTimeout(executor, milliseconds);
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        return physical().getNetworkTimeout();
    }
}
