package io.github.hasqlite.core.snapshot;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of another stream, compressed with Zstandard as they are read. Not thread-safe. */
final class CompressingInputStream extends InputStream {

    /** The fastest regular level: faster than a network, and half the size of typical rows. */
    private static final int LEVEL = 1;

    private static final int CHUNK = 1 << 18;

    private final InputStream source;
    private final ByteArrayOutputStream packed = new ByteArrayOutputStream(CHUNK);
    private final ZstdOutputStream packer;
    private final byte[] chunk = new byte[CHUNK];
    private byte[] ready = {};
    private int position;
    private boolean ended;

    CompressingInputStream(InputStream source) throws IOException {
        this.source = source;
        this.packer = new ZstdOutputStream(packed, LEVEL);
    }

    @Override
    public int read() throws IOException {
        return fill() ? ready[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, ready.length - position);
        System.arraycopy(ready, position, target, offset, count);
        position += count;
        return count;
    }

    /** Makes sure that there is something to hand out, if anything is left. */
    private boolean fill() throws IOException {
        while (position == ready.length && !ended) {
            int read = source.read(chunk);
            if (read >= 0) {
                packer.write(chunk, 0, read);
            } else {
                packer.close();
                ended = true;
            }
            ready = packed.toByteArray();
            packed.reset();
            position = 0;
        }
        return position < ready.length;
    }

    @Override
    public void close() throws IOException {
        try (source) {
            packer.close();
        }
    }
}
