package io.github.hasqlite.core.sqlite;

import java.sql.SQLException;

/** Runs a statement through sqlite-jdbc. */
@FunctionalInterface
public interface SqlCall<T> {
    T run() throws SQLException;
}
