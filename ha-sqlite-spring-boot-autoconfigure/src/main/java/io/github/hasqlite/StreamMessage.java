package io.github.hasqlite;

/**
 * One message of the stream as it was received.
 *
 * @param sequence its place in the stream, from 1
 * @param timestampNs when the stream stored it, nanoseconds since 1970-01-01T00:00Z by the server's
 *     clock
 * @param data the serialized change set; not to be modified
 */
public record StreamMessage(long sequence, long timestampNs, byte[] data) {}
