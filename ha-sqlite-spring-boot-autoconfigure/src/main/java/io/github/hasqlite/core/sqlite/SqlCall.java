package io.github.hasqlite.core.sqlite;

import java.sql.SQLException;

/** Runs a statement through sqlite-jdbc. */
@FunctionalInterface
public interface SqlCall<T> {
    T run() throws SQLException;

    /** One that answers nothing. */
    @FunctionalInterface
    interface Step {
        void run() throws SQLException;
    }

    /** A step as a call that answers {@code true}. */
    static SqlCall<Boolean> of(Step step) {
        return () -> {
            step.run();
            return Boolean.TRUE;
        };
    }
}
