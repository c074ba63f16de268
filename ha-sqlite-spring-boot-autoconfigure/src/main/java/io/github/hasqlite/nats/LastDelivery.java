package io.github.hasqlite.nats;

/** The message that was delivered last, by which its stream is known again. Used by one thread at a time. */
final class LastDelivery {

    private volatile long sequence;
    private volatile long timestampNs;

    /** A message was delivered. */
    void set(long at, long storedNs) {
        timestampNs = storedNs;
        sequence = at;
    }

    /** Its place in the stream; 0 if none was delivered. */
    long sequence() {
        return sequence;
    }

    /** When the stream stored it, nanoseconds since 1970-01-01T00:00Z. */
    long timestampNs() {
        return timestampNs;
    }
}
