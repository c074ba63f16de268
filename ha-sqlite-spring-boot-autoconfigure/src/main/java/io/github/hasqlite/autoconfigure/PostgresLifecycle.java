package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.postgres.PostgresServer;
import java.io.IOException;
import org.springframework.context.SmartLifecycle;

/** Lets clients in when everything else has started, and sends them away before anything stops. */
final class PostgresLifecycle implements SmartLifecycle {

    /** As a web server's: the last to start and the first to stop. */
    private static final int PHASE = Integer.MAX_VALUE - 2048;

    private final PostgresServer server;
    private volatile boolean running;

    PostgresLifecycle(PostgresServer server) {
        this.server = server;
    }

    @Override
    public void start() {
        try {
            server.start();
            running = true;
        } catch (IOException e) {
            throw new ReplicationStartException(
                    "PostgreSQL's protocol " + e.getMessage(),
                    "Set ha.sqlite.postgres.port to a free port, and ha.sqlite.postgres.host to an address of this"
                            + " machine.",
                    e);
        }
    }

    @Override
    public void stop() {
        running = false;
        server.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
