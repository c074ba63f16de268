package io.github.hasqlite.core.apply;

import java.sql.SQLException;

/**
 * A change set failed that was applied without a savepoint: part of it is in the database. Roll the
 * transaction back and do it again with savepoints, so that how it failed has its effect.
 */
public final class HalfAppliedException extends SQLException {

    private static final long serialVersionUID = 1L;

    HalfAppliedException(Exception cause) {
        super("part of a change set was applied: " + cause.getMessage(), cause);
    }
}
