package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.NatsStartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a store folder for this JVM, as nats-server itself does not notice a second one on the same
 * files. Released by the operating system at the latest when the JVM ends.
 */
final class StoreLock implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedNatsServer.class);

    /** What a server needs to end in order; afterwards it is killed. */
    private static final long ORPHAN_SECONDS = 5;

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Locks the folder.
     *
     * @throws NatsStartException if another JVM, or another server of this one, has it
     */
    static StoreLock acquire(Path storeDir) throws IOException {
        FileChannel channel = FileChannel.open(
                storeDir.resolve("ha-sqlite.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            log.debug("locked by another server of this JVM");
        }
        if (lock == null) {
            channel.close();
            throw new NatsStartException(new NatsStartException.StoreInUse(storeDir), null);
        }
        return new StoreLock(channel);
    }

    /**
     * Ends a server that an earlier run left on the folder: nobody else can have started it, as the
     * folder is locked.
     */
    static void endOrphan(Path pidFile, Path binary) throws IOException {
        ProcessHandle orphan = running(pidFile, binary);
        if (orphan != null) {
            log.info("Ending nats-server {} that an earlier run left", orphan.pid());
            orphan.destroy();
            if (!awaitExit(orphan)) {
                orphan.destroyForcibly();
                if (!awaitExit(orphan)) {
                    throw new IOException("Could not end nats-server " + orphan.pid() + " of an earlier run");
                }
            }
        }
        Files.deleteIfExists(pidFile);
    }

    private static @Nullable ProcessHandle running(Path pidFile, Path binary) throws IOException {
        if (!Files.exists(pidFile)) {
            return null;
        }
        try {
            long pid = Long.parseLong(Files.readString(pidFile).trim());
            // the number may be another program's by now
            Optional<ProcessHandle> process = ProcessHandle.of(pid)
                    .filter(handle -> handle.info()
                            .command()
                            .map(command -> isServer(Path.of(command), binary))
                            .orElse(false));
            return process.orElse(null);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static boolean isServer(Path command, Path binary) {
        return String.valueOf(command.getFileName()).contains("nats-server")
                || command.getFileName().equals(binary.getFileName());
    }

    private static boolean awaitExit(ProcessHandle process) {
        try {
            process.onExit().get(ORPHAN_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return !process.isAlive();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("releasing the lock", e);
        }
    }
}
