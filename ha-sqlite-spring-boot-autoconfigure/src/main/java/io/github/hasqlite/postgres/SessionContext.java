package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.catalog.SessionFacts;

/**
 * Who the session is for. Immutable.
 *
 * @param user who has come in
 * @param database the name that clients see
 * @param pid the number by which requests to cancel name the connection
 * @param settings of the session
 */
record SessionContext(String user, String database, int pid, SessionSettings settings) {

    /** What the catalog's functions are to answer. */
    SessionFacts facts() {
        return new SessionFacts(user, database, pid, settings.all());
    }
}
