package io.github.hasqlite.core.changeset;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.github.hasqlite.ChangeSetFormatException;

/**
 * The bytes of a message as its parts carry them: compressed with Zstandard, unless that makes them
 * no smaller, or so much smaller that nobody who receives them could tell them from an attack on his
 * memory.
 *
 * @param compressed whether they are compressed
 * @param bytes the bytes
 */
record CompressedBytes(boolean compressed, byte[] bytes) {

    /** The fastest regular level: base64 of blobs shrinks to three quarters with it, rows to a tenth. */
    static final int LEVEL = 1;

    /** A few bytes may become this many at most. */
    private static final int HARMLESS = 64 << 20;

    /** Beyond {@link #HARMLESS}, each byte may become this many at most. */
    private static final int MAX_RATIO = 128;

    static CompressedBytes of(byte[] message) {
        byte[] smaller = Zstd.compress(message, LEVEL);
        return smaller.length < message.length && isPlausible(smaller.length, message.length)
                ? new CompressedBytes(true, smaller)
                : new CompressedBytes(false, message);
    }

    /**
     * The message again.
     *
     * @param size how many bytes it must have
     */
    byte[] message(int size) throws ChangeSetFormatException {
        if (!compressed) {
            return ofSize(bytes, size);
        }
        if (!isPlausible(bytes.length, size)) {
            throw new ChangeSetFormatException(
                    "size: " + size + " is more than " + bytes.length + " bytes may become when decompressed");
        }
        try {
            return ofSize(Zstd.decompress(bytes, size), size);
        } catch (ZstdException e) {
            throw new ChangeSetFormatException("data: cannot be decompressed: " + e.getMessage(), e);
        }
    }

    /** Whether so many bytes may become so many when they are decompressed. */
    static boolean isPlausible(long packed, long size) {
        return size <= HARMLESS || size <= MAX_RATIO * packed;
    }

    private static byte[] ofSize(byte[] message, int size) throws ChangeSetFormatException {
        if (message.length != size) {
            throw new ChangeSetFormatException(
                    "size: all parts together make " + message.length + " bytes, not the " + size + " that they say");
        }
        return message;
    }
}
