package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ConnectionFunctions;
import java.sql.SQLException;
import org.sqlite.SQLiteLimits;

/**
 * A connection on which values are no larger than somebody may make them, since each is in memory as a whole; it knows
 * the functions of protocols.
 */
final class BoundedConnection extends SqlStateConnection {

    private final ConnectionFunctions functions;
    private final int maxValueBytes;

    BoundedConnection(
            ReplicatingDataSource dataSource, boolean neverWrites, int maxValueBytes, ConnectionFunctions functions)
            throws SQLException {
        super(dataSource);
        this.functions = functions;
        this.maxValueBytes = maxValueBytes;
        if (neverWrites) {
            super.setReadOnly(true);
        }
    }

    @Override
    void borrowed(PhysicalConnection connection) throws SQLException {
        connection.know(functions);
        connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, maxValueBytes);
    }

    @Override
    void returning(PhysicalConnection connection) throws SQLException {
        connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, Integer.MAX_VALUE);
    }
}
