package io.github.hasqlite.postgres;

import java.util.function.BiConsumer;

/**
 * Who the session is for. Immutable.
 *
 * @param user who has come in
 * @param database the name that clients see
 * @param pid the number by which requests to cancel name the connection
 * @param settings of the session
 * @param activity what others can learn about it
 * @param end ends the connection, with an SQLState and a message; from any thread
 */
record SessionContext(
        String user,
        String database,
        int pid,
        SessionSettings settings,
        Activity activity,
        BiConsumer<String, String> end) {}
