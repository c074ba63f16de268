package io.github.hasqlite.core.file;

import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Cuts what is written into chunks of one size; what is left, be it nothing, becomes the last chunk when the stream is
 * closed. Not thread-safe.
 */
public final class ChunkOutputStream extends OutputStream {

    private final byte[] chunk;
    private final Target target;
    private int filled;
    private int written;
    private boolean closed;

    /** Where the chunks go. */
    @FunctionalInterface
    public interface Target {

        /**
         * Takes a chunk.
         *
         * @param number which one, from 0
         * @param chunk nobody else's from now on
         * @throws SQLException if the database says no, which writers get as the cause of an {@link IOException}
         */
        void store(int number, byte[] chunk) throws IOException, SQLException;
    }

    /**
     * Writes chunks.
     *
     * @param size bytes of each but the last
     */
    public ChunkOutputStream(int size, Target target) {
        this.chunk = new byte[size];
        this.target = target;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        int done = 0;
        while (done < count) {
            int fits = Math.min(chunk.length - filled, count - done);
            System.arraycopy(bytes, offset + done, chunk, filled, fits);
            filled += fits;
            done += fits;
            if (filled == chunk.length) {
                store();
            }
        }
    }

    private void store() throws IOException {
        try {
            target.store(written, Arrays.copyOf(chunk, filled));
        } catch (SQLException e) {
            throw new IOException(e);
        }
        written++;
        filled = 0;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            store();
        }
    }
}
