package io.github.hasqlite;

/**
 * What is known of one snapshot: a copy of the database exactly as the stream makes it up to one
 * sequence, with nothing that is pending on the node that took it.
 *
 * @param sequence the stream sequence up to which it holds everything; 0 if it is what a history begins
 *     with
 * @param streamCreatedNs when that stream was created, nanoseconds since 1970-01-01T00:00Z: sequences of
 *     two streams with the same name have nothing to do with each other
 * @param takenAtNs when it was taken by the clock of the node that took it, nanoseconds since
 *     1970-01-01T00:00Z
 * @param node the name of the node that took it
 * @param bytes the size of the database file
 * @param sha256 the SHA-256 digest of the database file, 64 lower-case hexadecimal digits
 */
public record Snapshot(long sequence, long streamCreatedNs, long takenAtNs, String node, long bytes, String sha256) {}
