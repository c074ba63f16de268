package io.github.hasqlite.nats;

import org.jspecify.annotations.Nullable;

/** The server answers but has no JetStream: it was started without it, or the account may not use it. */
public final class JetStreamUnavailableException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final String servers;

    public JetStreamUnavailableException(String servers, String reason, @Nullable Throwable cause) {
        super(
                "NATS at " + servers + " has no JetStream for this node: " + reason
                        + ". Start nats-server with -js or a jetstream block in its configuration,"
                        + " and enable JetStream for the account.",
                cause);
        this.servers = servers;
    }

    /** The servers' URLs, without user info. */
    public String servers() {
        return servers;
    }
}
