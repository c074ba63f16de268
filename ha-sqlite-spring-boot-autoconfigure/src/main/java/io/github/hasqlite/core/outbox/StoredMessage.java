package io.github.hasqlite.core.outbox;

import com.github.luben.zstd.Zstd;

/**
 * A message as it is stored in the outbox: compressed if it is large. Every page that a commit writes
 * costs several microseconds, so for a transaction of many rows compressing is cheaper than writing.
 *
 * @param bytes what is stored
 * @param size length of the message before compression, or 0 if it is not compressed
 */
record StoredMessage(byte[] bytes, int size) {

    /** Below two pages compression saves no page worth its time. */
    private static final int WORTHWHILE = 4_096;

    /** The fastest regular level. */
    private static final int LEVEL = 1;

    static StoredMessage of(byte[] message) {
        return message.length < WORTHWHILE
                ? new StoredMessage(message, 0)
                : new StoredMessage(Zstd.compress(message, LEVEL), message.length);
    }

    byte[] message() {
        return size == 0 ? bytes : Zstd.decompress(bytes, size);
    }
}
