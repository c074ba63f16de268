package io.github.hasqlite.core.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A stream over bytes that come in chunks, of which one at a time is in memory. Not thread-safe. */
public final class ChunkInputStream extends InputStream {

    private final Source source;
    private byte @Nullable [] chunk = {};
    private int position;
    private int next;

    /** Where the chunks come from. */
    @FunctionalInterface
    public interface Source extends Closeable {

        /**
         * Gets a chunk. All are asked for in order, each once, for as long as somebody reads.
         *
         * @param number which one, from 0
         * @return {@code null} after the last one; an empty one is passed over
         * @throws SQLException if the database says no, which readers get as the cause of an {@link IOException}
         */
        byte @Nullable [] chunk(int number) throws IOException, SQLException;

        @Override
        default void close() throws IOException {}
    }

    /**
     * Reads chunks.
     *
     * @param source closed with the stream
     */
    public ChunkInputStream(Source source) {
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        byte[] current = current();
        return current == null ? -1 : current[position++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        byte[] current = current();
        if (current == null) {
            return -1;
        }
        int copied = Math.min(count, current.length - position);
        System.arraycopy(current, position, target, offset, copied);
        position += copied;
        return copied;
    }

    /** The chunk that has the next byte. */
    private byte @Nullable [] current() throws IOException {
        byte[] current = chunk;
        while (current != null && position == current.length) {
            try {
                current = source.chunk(next);
            } catch (SQLException e) {
                throw new IOException(e);
            }
            chunk = current;
            next++;
            position = 0;
        }
        return current;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
