package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.core.file.TemporaryFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The message of a large change set in a {@linkplain TemporaryFile temporary file}, packed as its parts carry it. Not
 * thread-safe.
 */
public final class MessageFile implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(MessageFile.class);

    private static final int BUFFER = 256 << 10;

    private final TemporaryFile file;

    private MessageFile(TemporaryFile file) {
        this.file = file;
    }

    /**
     * Creates an empty file that only this user can read.
     *
     * @param folder where
     */
    public static MessageFile create(Path folder) throws IOException {
        return new MessageFile(TemporaryFile.create(folder));
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
            file.clear();
            packed = write(changeSet, serializer, false);
        }
        return new CompressedMessage(compressed, packed.size(), new Bytes(file.size()));
    }

    private CompressingOutputStream write(ChangeSet changeSet, ChangeSetSerializer serializer, boolean compressed)
            throws IOException {
        try (CompressingOutputStream out =
                new CompressingOutputStream(new BufferedOutputStream(file.output(), BUFFER), compressed)) {
            serializer.serialize(changeSet, out);
            out.close();
            return out;
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
            return file.input();
        }
    }

    /** Deletes the file. Does not fail: what was published from it is published. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            logger.warn("The temporary file of a large transaction could not be deleted", e);
        }
    }
}
