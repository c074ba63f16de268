package io.github.hasqlite;

import java.util.Map;

/**
 * One message of the stream as it was received.
 *
 * @param sequence its place in the stream, from 1
 * @param timestampNs when the stream stored it, nanoseconds since 1970-01-01T00:00Z by the server's
 *     clock
 * @param data the serialized change set; not to be modified
 * @param headers what its publisher sent along, in which the context of a trace may be; what is applied does not depend
 *     on them
 */
public record StreamMessage(long sequence, long timestampNs, byte[] data, Map<String, String> headers) {

    public StreamMessage {
        headers = Map.copyOf(headers);
    }

    /** A message without headers. */
    public StreamMessage(long sequence, long timestampNs, byte[] data) {
        this(sequence, timestampNs, data, Map.of());
    }
}
