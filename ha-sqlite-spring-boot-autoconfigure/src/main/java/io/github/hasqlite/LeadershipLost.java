package io.github.hasqlite;

/**
 * This node does not lead the cluster any more; also an event of the application context.
 *
 * @param node this node's name
 * @param token the fencing token that it had
 */
public record LeadershipLost(String node, long token) {}
