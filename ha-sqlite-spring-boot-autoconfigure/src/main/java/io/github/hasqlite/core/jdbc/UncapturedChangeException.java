package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;

/**
 * SQLite has changed more than was captured, so that the nodes would have become different. The
 * transaction has been rolled back. Its SQLState is {@code 0A000}, feature not supported.
 */
final class UncapturedChangeException extends SQLException {

    private static final long serialVersionUID = 1L;

    private static final int MAX_TEXT = 200;

    UncapturedChangeException(String reason, String statement) {
        super(
                "changes would not be replicated: " + reason + "; the transaction was rolled back: "
                        + (statement.length() <= MAX_TEXT ? statement : statement.substring(0, MAX_TEXT) + "…"),
                SqlStates.FEATURE_NOT_SUPPORTED);
    }
}
