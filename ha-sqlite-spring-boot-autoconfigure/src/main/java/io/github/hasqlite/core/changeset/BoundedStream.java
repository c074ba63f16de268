package io.github.hasqlite.core.changeset;

import io.github.hasqlite.core.file.SingleByte;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream from which only so much may be read at times. Not thread-safe. */
final class BoundedStream extends FilterInputStream {

    private long left = Long.MAX_VALUE;
    private boolean exceeded;

    BoundedStream(InputStream in) {
        super(in);
    }

    /** Reading fails once this many more bytes, and what one call reads beyond them, have been read. */
    void allow(long bytes) {
        left = bytes;
    }

    /** Whether reading has failed because of that. */
    boolean isExceeded() {
        return exceeded;
    }

    @Override
    public int read() throws IOException {
        return SingleByte.of(this);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (left < 0) {
            exceeded = true;
            throw new IOException("more than is allowed to be read");
        }
        int count = in.read(target, offset, length);
        left -= Math.max(0, count);
        return count;
    }
}
