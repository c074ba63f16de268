package io.github.hasqlite;

/** Replication to this node goes on after a {@link ReplicationHalted}. */
public record ReplicationResumed(String database) implements ReplicationEvent {}
