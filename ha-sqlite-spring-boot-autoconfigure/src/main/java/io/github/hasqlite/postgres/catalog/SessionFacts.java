package io.github.hasqlite.postgres.catalog;

import java.util.Map;

/**
 * What functions answer about the session that asks.
 *
 * @param user who has come in
 * @param database the name that clients see
 * @param pid the number by which requests to cancel name the connection
 * @param settings by their names
 */
public record SessionFacts(String user, String database, int pid, Map<String, String> settings) {}
