package io.github.hasqlite.nats.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server has stored while it was alone. A server of a cluster knows only streams that the cluster knows, and
 * deletes all others from its folder; so they are set aside before it starts.
 */
final class StandaloneStore {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedNatsServer.class);

    private static final String STORE = "jetstream";

    /** Where a server of a cluster keeps what the cluster knows, in its store. */
    private static final Path GROUP = Path.of("$SYS", "_js_", "_meta_");

    private StandaloneStore() {}

    /** Moves it away if the server is to be one of a cluster now. Its folder is locked. */
    static void setAside(EmbeddedNatsSettings settings) throws IOException {
        Path store = settings.storeDir().resolve(STORE);
        if (settings.cluster() == null || !Files.isDirectory(store) || Files.exists(store.resolve(GROUP))) {
            return;
        }
        Path aside = settings.storeDir().resolve(STORE + "-before-cluster");
        for (int i = 2; Files.exists(aside); i++) {
            aside = settings.storeDir().resolve(STORE + "-before-cluster-" + i);
        }
        Files.move(store, aside);
        log.warn(
                "nats-server '{}' was alone and is one of a cluster now, which begins with an empty stream; what it had"
                        + " stored is in {}",
                settings.name(),
                aside);
    }
}
