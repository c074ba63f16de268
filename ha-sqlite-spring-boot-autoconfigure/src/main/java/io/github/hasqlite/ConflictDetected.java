package io.github.hasqlite;

/**
 * A change overwrote what its author had not seen. The losing row is in the table {@code ha_conflicts}.
 *
 * @param kind what met what
 * @param table the table's name as stored in the schema
 * @param node name of the node whose change won
 * @param position the winning change set's place in the stream
 */
public record ConflictDetected(String database, Conflict.Kind kind, String table, String node, long position)
        implements ReplicationEvent {}
