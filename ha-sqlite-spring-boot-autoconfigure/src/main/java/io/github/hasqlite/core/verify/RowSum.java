package io.github.hasqlite.core.verify;

import io.github.hasqlite.RawText;
import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.file.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the digests of rows modulo 2<sup>256</sup>, so that their order does not matter but how often
 * each is there does. Not thread-safe.
 */
final class RowSum {

    private static final int WORDS = 4;
    private static final int TAG_AND_LONG = 1 + Long.BYTES;

    private final MessageDigest row = Sha256.digest();
    private final byte[] scratch = new byte[TAG_AND_LONG];
    private final ByteBuffer number = ByteBuffer.wrap(scratch);
    private final ByteBuffer rowDigest = ByteBuffer.allocate(WORDS * Long.BYTES);
    private final long[] sum = new long[WORDS];
    private long rows;

    /**
     * Adds a value to the row that is being read.
     *
     * @param value what a {@link io.github.hasqlite.Change} holds
     */
    void value(@Nullable Object value) {
        if (value == null) {
            row.update((byte) 'n');
        } else if (value instanceof String text) {
            bytes('t', text.getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof RawText text) {
            // those of UTF-16 might be characters in UTF-8
            bytes(text.encoding() == TextEncoding.UTF_8 ? 't' : 'u', text.bytes());
        } else if (value instanceof byte[] blob) {
            bytes('b', blob);
        } else if (value instanceof Double real) {
            number('r', Double.doubleToRawLongBits(real));
        } else {
            number('i', ((Number) value).longValue());
        }
    }

    private void bytes(char tag, byte[] bytes) {
        number(tag, bytes.length);
        row.update(bytes);
    }

    private void number(char tag, long value) {
        number.put(0, (byte) tag);
        number.putLong(1, value);
        row.update(scratch);
    }

    /** The row is complete. */
    void endRow() {
        rows++;
        rowDigest.clear();
        rowDigest.put(row.digest());
        long carry = 0;
        for (int i = WORDS - 1; i >= 0; i--) {
            long partial = sum[i] + carry;
            carry = carry == 1 && partial == 0 ? 1 : 0;
            sum[i] = partial + rowDigest.getLong(i * Long.BYTES);
            carry += Long.compareUnsigned(sum[i], partial) < 0 ? 1 : 0;
        }
    }

    long rows() {
        return rows;
    }

    /** Adds what was summed up to another digest. */
    void addTo(MessageDigest digest) {
        ByteBuffer bytes = ByteBuffer.allocate((WORDS + 1) * Long.BYTES).putLong(rows);
        for (long word : sum) {
            bytes.putLong(word);
        }
        digest.update(bytes.array());
    }
}
