package io.github.hasqlite.postgres;

import java.sql.SQLException;

/** Rows of a client that cannot be taken, with the place. */
final class CopyException extends SQLException {

    private static final long serialVersionUID = 1L;

    private final String place;

    /** @param place as clients show it below the message: table, line and column */
    CopyException(String message, String state, String place) {
        super(message, state);
        this.place = place;
    }

    /** Table, line and column. */
    String place() {
        return place;
    }
}
