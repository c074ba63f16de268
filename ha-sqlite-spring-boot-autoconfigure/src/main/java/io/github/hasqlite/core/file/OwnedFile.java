package io.github.hasqlite.core.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock file that one owner has at a time, in this process or in another one. The operating system takes it away when
 * the process ends, however that ends. The file stays: who removed it could remove it under a new owner. Thread-safe.
 */
public final class OwnedFile implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(OwnedFile.class);

    private final FileChannel channel;

    private OwnedFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes a lock file, which is created if need be.
     *
     * @param file in a folder that exists
     * @return {@code null} if another owner has it
     * @throws IOException if it cannot be opened for writing
     */
    public static @Nullable OwnedFile tryOwn(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean owned = false;
        try {
            owned = isLocked(channel);
            return owned ? new OwnedFile(channel) : null;
        } finally {
            if (!owned) {
                channel.close();
            }
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // somebody in this process has it
            return false;
        }
    }

    /** Gives it up. Does not fail: the operating system takes it away where closing does not. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            logger.debug("Closing a lock file failed", e);
        }
    }
}
