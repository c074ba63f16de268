package io.github.hasqlite.core.apply;

import java.sql.SQLException;
import org.sqlite.SQLiteConnection;

/** Makes one change set all or nothing within the caller's transaction. */
final class ApplySavepoint {

    private static final String NAME = "ha_change_set";

    private final LazyStatement begin;
    private final LazyStatement release;
    private final LazyStatement rollback;

    ApplySavepoint(SQLiteConnection connection) {
        begin = new LazyStatement(connection, () -> "SAVEPOINT " + NAME);
        release = new LazyStatement(connection, () -> "RELEASE " + NAME);
        rollback = new LazyStatement(connection, () -> "ROLLBACK TO " + NAME);
    }

    void begin() throws SQLException {
        begin.get().executeUpdate();
    }

    void release() throws SQLException {
        release.get().executeUpdate();
    }

    void undo() throws SQLException {
        rollback.get().executeUpdate();
        release();
    }

    void close() throws SQLException {
        begin.close();
        release.close();
        rollback.close();
    }
}
