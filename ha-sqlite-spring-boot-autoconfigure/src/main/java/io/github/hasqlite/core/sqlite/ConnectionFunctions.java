package io.github.hasqlite.core.sqlite;

import java.sql.Connection;
import java.sql.SQLException;

/** SQL functions that statements of a protocol's clients call. Thread-safe; compared by identity. */
@FunctionalInterface
public interface ConnectionFunctions {

    /** No function. */
    ConnectionFunctions NONE = connection -> {};

    /**
     * Makes them known to a connection, once.
     *
     * @throws SQLException if SQLite refuses them
     */
    void register(Connection connection) throws SQLException;
}
