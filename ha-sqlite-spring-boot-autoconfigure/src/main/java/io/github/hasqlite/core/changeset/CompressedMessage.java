package io.github.hasqlite.core.changeset;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.LargeMessage;
import io.github.hasqlite.core.file.SingleByte;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A message as its parts carry it, read as a stream. What is decompressed never takes more memory than
 * a few megabytes, and is never more than the message says it is.
 *
 * @param compressed whether the bytes are compressed
 * @param size bytes of the message, uncompressed
 * @param bytes what is kept
 */
public record CompressedMessage(boolean compressed, int size, ByteSource bytes) implements LargeMessage {

    /** Bytes that a decompressor keeps to refer to, as a power of two: what RFC 8878 asks of all of them. */
    private static final int MAX_WINDOW = 23;

    @Override
    public InputStream open() throws IOException {
        if (compressed && !CompressedBytes.isPlausible(bytes.length(), size)) {
            throw wrong(
                    "size: " + size + " is more than " + bytes.length() + " bytes may become when decompressed", null);
        }
        InputStream packed = bytes.open();
        return new Exact(compressed ? new ZstdInputStream(packed).setLongMax(MAX_WINDOW) : packed, size);
    }

    private static IOException wrong(String problem, @Nullable Throwable cause) {
        return new IOException(new ChangeSetFormatException(problem, cause));
    }

    /** Says so if there are more or fewer bytes than there should be. */
    private static final class Exact extends FilterInputStream {

        private final int size;
        private long count;

        Exact(InputStream in, int size) {
            super(in);
            this.size = size;
        }

        @Override
        public int read() throws IOException {
            return SingleByte.of(this);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int read;
            try {
                read = in.read(target, offset, length);
            } catch (ZstdIOException e) {
                throw wrong("data: cannot be decompressed: " + e.getMessage(), e);
            }
            count += Math.max(0, read);
            if (count > size || (read < 0 && count < size)) {
                throw wrong(
                        "size: all parts together make " + count + " bytes" + (read < 0 ? "" : " or more")
                                + ", not the " + size + " that they say",
                        null);
            }
            return read;
        }

        @Override
        public long skip(long wanted) {
            return 0;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
