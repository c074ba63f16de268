package io.github.hasqlite.core.jdbc;

import java.sql.SQLException;
import org.sqlite.SQLiteLimits;

/** A connection on which values are no larger than somebody may make them, since each is in memory as a whole. */
final class BoundedConnection extends SqlStateConnection {

    private final int maxValueBytes;

    BoundedConnection(ReplicatingDataSource dataSource, boolean neverWrites, int maxValueBytes) throws SQLException {
        super(dataSource);
        this.maxValueBytes = maxValueBytes;
        if (neverWrites) {
            super.setReadOnly(true);
        }
    }

    @Override
    void borrowed(PhysicalConnection connection) throws SQLException {
        connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, maxValueBytes);
    }

    @Override
    void returning(PhysicalConnection connection) throws SQLException {
        connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, Integer.MAX_VALUE);
    }
}
