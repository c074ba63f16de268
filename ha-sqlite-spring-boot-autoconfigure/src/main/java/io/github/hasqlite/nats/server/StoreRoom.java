package io.github.hasqlite.nats.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a server could store anything in its folder. */
final class StoreRoom {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedNatsServer.class);

    /** Bytes that a server needs at least to be of use again. */
    private static final int ENOUGH = 4 << 20;

    private StoreRoom() {}

    /** Whether there is room, as writing shows. */
    static boolean isThere(Path storeDir) {
        Path probe = storeDir.resolve("room");
        try {
            Files.write(probe, new byte[ENOUGH]);
            return true;
        } catch (IOException e) {
            log.debug("There is no room in {}", storeDir, e);
            return false;
        } finally {
            try {
                Files.deleteIfExists(probe);
            } catch (IOException e) {
                log.debug("{} stays behind", probe, e);
            }
        }
    }
}
