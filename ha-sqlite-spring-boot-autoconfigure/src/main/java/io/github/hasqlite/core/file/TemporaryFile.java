package io.github.hasqlite.core.file;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Bytes of a large transaction in a file that only this user can read. The file has no name, or none any more, once it
 * is open where the operating system allows that (everywhere but on Windows, which deletes it when the process ends),
 * so nothing is left of it after a crash either. Not thread-safe.
 */
public final class TemporaryFile implements AutoCloseable {

    private final FileChannel channel;

    private TemporaryFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Creates an empty file.
     *
     * @param folder where; it exists
     */
    public static TemporaryFile create(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "ha-sqlite-", ".changes");
        return new TemporaryFile(FileChannel.open(file, Set.of(READ, WRITE, DELETE_ON_CLOSE)));
    }

    /** How many bytes it has. */
    public long size() throws IOException {
        return channel.size();
    }

    /** Removes all bytes. */
    public void clear() throws IOException {
        channel.truncate(0);
    }

    /** Writes bytes at a place. */
    public void write(long offset, byte[] bytes) throws IOException {
        write(offset, ByteBuffer.wrap(bytes));
    }

    private void write(long offset, ByteBuffer bytes) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /**
     * Reads bytes at a place.
     *
     * @throws EOFException if there are fewer
     */
    public byte[] read(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException("the temporary file of a large transaction was cut off");
            }
        }
        return bytes.array();
    }

    /** Writes from the start. Closing it leaves the file open. */
    public OutputStream output() {
        return new OutputStream() {
            private long position;

            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int count) throws IOException {
                TemporaryFile.this.write(position, ByteBuffer.wrap(source, offset, count));
                position += count;
            }
        };
    }

    /** Reads from the start, at a place of its own. Closing it leaves the file open. */
    public InputStream input() {
        return new InputStream() {
            private long position;

            @Override
            public int read() throws IOException {
                return SingleByte.of(this);
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                int read = channel.read(ByteBuffer.wrap(target, offset, count), position);
                position += Math.max(0, read);
                return read;
            }
        };
    }

    /** Deletes it. Does nothing a second time. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
