package io.github.hasqlite.core.snapshot;

import com.github.luben.zstd.ZstdOutputStream;
import io.github.hasqlite.core.file.ChunkInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The bytes of a stream, compressed with Zstandard as they are read. Not thread-safe. */
final class CompressedChunks implements ChunkInputStream.Source {

    /** The fastest regular level: faster than a network, and half the size of typical rows. */
    private static final int LEVEL = 1;

    private static final int CHUNK = 1 << 18;

    private final InputStream source;
    private final ByteArrayOutputStream packed = new ByteArrayOutputStream(CHUNK);
    private final ZstdOutputStream packer;
    private final byte[] chunk = new byte[CHUNK];
    private boolean ended;

    private CompressedChunks(InputStream source) throws IOException {
        this.source = source;
        this.packer = new ZstdOutputStream(packed, LEVEL);
    }

    /** Compresses a stream, which is closed with the one that is returned. */
    static InputStream of(InputStream source) throws IOException {
        return new ChunkInputStream(new CompressedChunks(source));
    }

    @Override
    public byte @Nullable [] chunk(int number) throws IOException {
        if (ended) {
            return null;
        }
        int read = source.read(chunk);
        if (read >= 0) {
            packer.write(chunk, 0, read);
        } else {
            packer.close();
            ended = true;
        }
        byte[] ready = packed.toByteArray();
        packed.reset();
        return ready;
    }

    @Override
    public void close() throws IOException {
        try (source) {
            packer.close();
        }
    }
}
