package io.github.hasqlite.jdbc;

import java.sql.SQLException;

/** Runs a statement through sqlite-jdbc. */
@FunctionalInterface
interface SqlCall<T> {
    T run() throws SQLException;
}
