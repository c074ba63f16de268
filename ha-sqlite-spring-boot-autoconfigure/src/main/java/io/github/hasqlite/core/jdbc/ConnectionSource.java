package io.github.hasqlite.core.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** How a pool gets its physical connections. */
final class ConnectionSource implements DataSource {

    private static final org.slf4j.Logger logger = LoggerFactory.getLogger(ConnectionSource.class);

    private final SqlCall<PhysicalConnection> open;
    private @Nullable PrintWriter logWriter;
    private int loginTimeout;

    private ConnectionSource(SqlCall<PhysicalConnection> open) {
        this.open = open;
    }

    /**
     * A connection of a pool, as soon as there is one.
     *
     * @param property says how many the pool has
     * @throws PoolExhaustedException if there is none in time
     */
    static Connection take(HikariDataSource pool, String property) throws SQLException {
        try {
            return pool.getConnection();
        } catch (SQLTransientConnectionException e) {
            throw new PoolExhaustedException(property, e);
        }
    }

    /**
     * A pool of connections.
     *
     * @param suffix of its name, behind the one that the settings give
     * @param size how many there are at most
     * @param open opens one
     */
    static HikariDataSource pool(PoolSettings settings, String suffix, int size, SqlCall<PhysicalConnection> open) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(settings.name() + suffix);
        config.setDataSource(new ConnectionSource(open));
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(settings.connectionTimeout().toMillis());
        // local connections do not grow old, and what they have prepared is worth keeping
        config.setMaxLifetime(0);
        config.setMinimumIdle(Math.min(size, 2));
        logger.debug(
                "Opening the pool {} of at most {} connections to {}", config.getPoolName(), size, settings.path());
        return new HikariDataSource(config);
    }

    @Override
    public Connection getConnection() throws SQLException {
        return open.run();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return open.run();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return logWriter;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {
        logWriter = out;
    }

    @Override
    public void setLoginTimeout(int seconds) {
        loginTimeout = seconds;
    }

    @Override
    public int getLoginTimeout() {
        return loginTimeout;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("sqlite-jdbc does not log through java.util.logging");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
