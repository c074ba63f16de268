package io.github.hasqlite.core.changeset;

import java.io.OutputStream;
import java.util.Arrays;

/**
 * Collects what the generator writes. A message that fits the generator's own buffer arrives in one
 * piece and is copied once, into an array of its exact size.
 */
final class MessageSink extends OutputStream {

    private byte[] bytes = {};
    private int length;

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        if (length == 0) {
            bytes = Arrays.copyOfRange(source, offset, offset + count);
        } else {
            long needed = (long) length + count;
            if (needed > Limits.MESSAGE) {
                throw new IllegalArgumentException("a change set of more than " + Limits.MESSAGE + " bytes");
            }
            if (needed > bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(Limits.MESSAGE, Math.max(needed, 2L * bytes.length)));
            }
            System.arraycopy(source, offset, bytes, length, count);
        }
        length += count;
    }

    byte[] message() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}
