package io.github.hasqlite.core.changeset;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Packs a message while it is written, as its parts will carry it. Not thread-safe. */
public final class CompressingOutputStream extends FilterOutputStream {

    private final Counted packed;
    private long size;

    /**
     * Starts a message.
     *
     * @param target gets what the parts will carry; closed with this
     * @param compressed whether to compress it
     * @throws IOException from {@code target}
     */
    public CompressingOutputStream(OutputStream target, boolean compressed) throws IOException {
        this(new Counted(target), compressed);
    }

    private CompressingOutputStream(Counted packed, boolean compressed) throws IOException {
        super(compressed ? new ZstdOutputStreamNoFinalizer(packed, CompressedBytes.LEVEL) : packed);
        this.packed = packed;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Takes bytes of the message; {@link IllegalArgumentException} is thrown where it becomes too large. */
    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        size += count;
        if (size > Limits.MESSAGE) {
            throw new IllegalArgumentException("a change set of more than " + Limits.MESSAGE + " bytes");
        }
        out.write(bytes, offset, count);
    }

    /** How many bytes the message has. */
    public int size() {
        return (int) size;
    }

    /** Whether compressing was worth it, and nobody can take it for an attack. Ask when it is closed. */
    public boolean isWorthwhile() {
        return packed.count < size && CompressedBytes.isPlausible(packed.count, size);
    }

    private static final class Counted extends FilterOutputStream {

        private long count;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count += length;
        }
    }
}
