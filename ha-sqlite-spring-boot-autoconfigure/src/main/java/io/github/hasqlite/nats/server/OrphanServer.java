package io.github.hasqlite.nats.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that an earlier run of the application left on a store folder. */
final class OrphanServer {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedNatsServer.class);

    /** What a server needs to end in order; afterwards it is killed. */
    private static final long ORPHAN_SECONDS = 5;

    private OrphanServer() {}

    /**
     * Ends it, if there is one: nobody else can have started it, as the folder is locked.
     *
     * @param pidFile where its number is; deleted
     * @param binary the program that it runs, unless that has been moved since
     * @throws IOException if it does not end
     */
    static void end(Path pidFile, Path binary) throws IOException {
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
}
