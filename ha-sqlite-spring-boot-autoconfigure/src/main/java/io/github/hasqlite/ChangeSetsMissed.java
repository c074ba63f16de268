package io.github.hasqlite;

/**
 * Change sets up to a position have taken effect on this node of which listeners were not told one by one, nor of their
 * conflicts. Whoever keeps something that follows from the database, such as a cache, makes all of it anew.
 *
 * @param position the place in the stream up to which that may be so
 * @param reason why, for people
 */
public record ChangeSetsMissed(String database, long position, String reason) implements ReplicationEvent {}
