package io.github.hasqlite;

/**
 * This node leads the cluster from now on; also an event of the application context.
 *
 * @param node this node's name
 * @param token the fencing token, greater than that of everybody who led before
 */
public record LeadershipGained(String node, long token) {}
