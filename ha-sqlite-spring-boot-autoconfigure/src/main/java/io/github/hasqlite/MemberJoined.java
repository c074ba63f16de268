package io.github.hasqlite;

/**
 * Another node is a member of the cluster; also an event of the application context.
 *
 * @param member as it has described itself
 */
public record MemberJoined(ClusterMember member) {}
