package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;

/**
 * A statement that SQLite would run, but that other nodes would not follow. It changed nothing.
 *
 * <p>Its SQLState is {@code 0A000}, feature not supported, {@code 42939}, reserved name, or {@code
 * 42501}, no privilege.
 */
final class RefusedStatementException extends SQLException {

    private static final long serialVersionUID = 1L;

    private static final int MAX_TEXT = 200;

    private RefusedStatementException(String reason, String state) {
        super(reason, state);
    }

    static RefusedStatementException notSupported(String statement, String reason) {
        return new RefusedStatementException(reason + ": " + excerpt(statement), SqlStates.FEATURE_NOT_SUPPORTED);
    }

    static RefusedStatementException reserved(String statement, String name) {
        return new RefusedStatementException(
                "the name " + name
                        + " is reserved: names that begin with ha_ belong to replication; choose another one: "
                        + excerpt(statement),
                SqlStates.RESERVED_NAME);
    }

    static RefusedStatementException ofReplication(String statement, String table) {
        return new RefusedStatementException(
                "table " + table + " belongs to replication: it can be read and not changed: " + excerpt(statement),
                SqlStates.NO_PRIVILEGE);
    }

    private static String excerpt(String statement) {
        String text = statement.strip();
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }
}
