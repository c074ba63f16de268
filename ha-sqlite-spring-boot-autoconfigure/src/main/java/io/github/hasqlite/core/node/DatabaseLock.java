package io.github.hasqlite.core.node;

import io.github.hasqlite.ReplicationStartException;
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
 * Keeps a second node off a database file: two would each take the other's commits for their own. The
 * lock is on a file beside the database and ends with the process at the latest.
 */
final class DatabaseLock implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(DatabaseLock.class);

    private final FileChannel channel;

    private DatabaseLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Locks a database.
     *
     * @param path the database file
     * @throws ReplicationStartException if a node has it already, here or in another process, or the
     *     lock file cannot be written
     */
    static DatabaseLock acquire(String path) {
        Path file = Path.of(path + "-ha-lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new ReplicationStartException(
                        "another node is using the database file " + path,
                        "Give each node a file of its own (ha.sqlite.path), or end the other process.",
                        null);
            }
            return new DatabaseLock(channel);
        } catch (IOException e) {
            throw new ReplicationStartException(
                    "the lock file " + file + " cannot be written: " + e.getMessage(),
                    "Let the application write into the folder of ha.sqlite.path.",
                    e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            logger.debug("Releasing the lock failed", e);
        }
    }
}
