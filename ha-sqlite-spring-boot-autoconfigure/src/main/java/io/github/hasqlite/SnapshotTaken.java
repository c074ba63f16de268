package io.github.hasqlite;

/**
 * This node has taken a snapshot for all nodes, and the store has it.
 *
 * @param snapshot what was taken
 */
public record SnapshotTaken(String database, Snapshot snapshot) implements ReplicationEvent {}
