package io.github.hasqlite;

/**
 * Another node is no member of the cluster any more; also an event of the application context.
 *
 * @param member as it has described itself last
 */
public record MemberLeft(ClusterMember member) {}
