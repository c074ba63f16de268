package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** The prepared statements of a session, those of the protocol and those of PREPARE alike. Not thread-safe. */
final class PreparedStatements {

    /** What no client needs, and no client is to take. */
    private static final int MOST = 10_000;

    private final Map<String, Prepared> statements = new HashMap<>();

    /** @throws SQLException if there is one of that name (42P05), or too many (54000) */
    void requireFree(String name) throws SQLException {
        if (!name.isEmpty() && statements.containsKey(name)) {
            throw new SQLException("prepared statement \"" + name + "\" already exists", "42P05");
        }
        if (statements.size() >= MOST) {
            throw new SQLException("more than " + MOST + " prepared statements", SqlStates.LIMIT_EXCEEDED);
        }
    }

    void put(String name, Prepared prepared) {
        statements.put(name, prepared);
    }

    /** @throws SQLException if there is none of that name (26000) */
    Prepared get(String name) throws SQLException {
        Prepared prepared = statements.get(name);
        if (prepared == null) {
            throw missing(name);
        }
        return prepared;
    }

    /** Ends one, if there is one. */
    void remove(String name) {
        statements.remove(name);
    }

    /** DEALLOCATE and DISCARD. */
    void forget(SessionCommand command) throws SQLException {
        boolean all = command.isAll();
        boolean deallocates = command.what() == SessionCommand.What.DEALLOCATE;
        if (all && (deallocates || command.what() == SessionCommand.What.DISCARD)) {
            statements.clear();
        } else if (deallocates && statements.remove(command.name()) == null) {
            throw missing(command.name());
        }
    }

    private static SQLException missing(String name) {
        return new SQLException("prepared statement \"" + name + "\" does not exist", "26000");
    }
}
