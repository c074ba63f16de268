package io.github.hasqlite.core.changeset;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetSerializer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The message of a large change set in a temporary file, packed as its parts carry it. Where the
 * operating system allows that (everywhere but on Windows, which deletes it when the process ends) the
 * file has no name any more once it is open, so nothing is left of it after a crash. Not thread-safe.
 */
public final class MessageFile implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(MessageFile.class);

    private static final int BUFFER = 256 << 10;

    private final FileChannel channel;

    private MessageFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Creates an empty file that only this user can read.
     *
     * @param folder where
     */
    public static MessageFile create(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "ha-sqlite-", ".changes");
        return new MessageFile(FileChannel.open(file, Set.of(READ, WRITE, DELETE_ON_CLOSE)));
    }

    /**
     * Writes the message of a change set into the empty file.
     *
     * @return the message, good until the file is closed
     * @throws IllegalArgumentException if it is more than any node would read
     */
    public CompressedMessage write(ChangeSet changeSet, ChangeSetSerializer serializer) throws IOException {
        CompressingOutputStream packed = write(changeSet, serializer, true);
        boolean compressed = packed.isWorthwhile();
        if (!compressed) {
            channel.truncate(0);
            packed = write(changeSet, serializer, false);
        }
        return new CompressedMessage(compressed, packed.size(), new Bytes(channel.size()));
    }

    private CompressingOutputStream write(ChangeSet changeSet, ChangeSetSerializer serializer, boolean compressed)
            throws IOException {
        try (CompressingOutputStream out =
                new CompressingOutputStream(new BufferedOutputStream(new Unclosed(channel), BUFFER), compressed)) {
            serializer.serialize(changeSet, out);
            out.close();
            return out;
        }
    }

    /** Writes on where the channel is, which stays open. */
    private static final class Unclosed extends OutputStream {

        private final OutputStream out;

        Unclosed(FileChannel channel) {
            this.out = Channels.newOutputStream(channel);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            out.write(bytes, offset, count);
        }
    }

    private final class Bytes implements ByteSource {

        private final long length;

        Bytes(long length) {
            this.length = length;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public InputStream open() {
            return new Input();
        }
    }

    /** Reads at a place of its own. */
    private final class Input extends InputStream {

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

        @Override
        public long skip(long count) throws IOException {
            long skipped = Math.max(0, Math.min(count, channel.size() - position));
            position += skipped;
            return skipped;
        }
    }

    /** Deletes the file. Does not fail: what was published from it is published. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            logger.warn("The temporary file of a large transaction could not be deleted", e);
        }
    }
}
