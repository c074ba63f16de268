package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLTransientConnectionException;

/**
 * All connections of a pool are in use, and none was given back in time. SQLState 08001; nothing took effect, and it can be
 * tried again.
 */
public final class PoolExhaustedException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    PoolExhaustedException(String property, SQLTransientConnectionException cause) {
        super(
                "All connections are in use, and none was given back in time; try again later, or let the pool have more"
                        + " (" + property + "). " + cause.getMessage(),
                SqlStates.CANNOT_CONNECT,
                cause);
    }
}
