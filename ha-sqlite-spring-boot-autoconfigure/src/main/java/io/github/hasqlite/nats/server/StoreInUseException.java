package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.NatsStartException;
import java.nio.file.Path;

/** Another JVM, or another server of this one, runs on the same store folder. */
public final class StoreInUseException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final transient Path storeDir;

    StoreInUseException(Path storeDir) {
        super(
                "Another embedded NATS server runs on the folder " + storeDir
                        + ". Give each its own store folder, or end the other.",
                null);
        this.storeDir = storeDir;
    }

    /** The folder. */
    public Path storeDir() {
        return storeDir;
    }
}
