package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.NatsStartException;
import org.jspecify.annotations.Nullable;

/** The embedded server cannot listen where it should. */
public final class PortInUseException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final String host;
    private final int port;

    PortInUseException(String host, int port, @Nullable Throwable cause) {
        super(
                "The embedded NATS server cannot listen on " + host + ":" + port
                        + ": another program does already. End it, or configure another port.",
                cause);
        this.host = host;
        this.port = port;
    }

    /** The address it should have listened on. */
    public String host() {
        return host;
    }

    /** The port that is taken. */
    public int port() {
        return port;
    }
}
