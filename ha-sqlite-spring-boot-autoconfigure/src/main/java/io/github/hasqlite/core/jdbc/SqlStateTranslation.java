package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;

/** Runs calls of the driver so that what they throw has an SQLState; costs nothing if they do not throw. */
final class SqlStateTranslation {

    private SqlStateTranslation() {}

    /** A call without a result. */
    @FunctionalInterface
    interface Action {
        void run() throws SQLException;
    }

    static <T> T call(SqlCall<T> call) throws SQLException {
        try {
            return call.run();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    static void run(Action action) throws SQLException {
        try {
            action.run();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }
}
