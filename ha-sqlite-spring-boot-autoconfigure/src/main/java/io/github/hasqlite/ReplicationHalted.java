package io.github.hasqlite;

/**
 * Nothing more is applied on this node until somebody intervenes, or until what it waits for is there (room on its disk,
 * a snapshot). Told again when the reason is another one. Whoever begins to listen while it is so is told at once.
 *
 * @param reason why, as health says it
 */
public record ReplicationHalted(String database, String reason) implements ReplicationEvent {}
