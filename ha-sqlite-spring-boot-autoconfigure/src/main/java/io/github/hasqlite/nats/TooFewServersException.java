package io.github.hasqlite.nats;

import org.jspecify.annotations.Nullable;

/** More replicas are configured than there are JetStream servers to hold them. */
public final class TooFewServersException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final String servers;
    private final String stream;
    private final int replicas;

    TooFewServersException(
            String servers, String stream, int replicas, @Nullable String reason, @Nullable Throwable cause) {
        super(
                "Stream '" + stream + "' cannot have " + replicas + " replicas at " + servers
                        + (reason == null ? "" : " (" + reason + ")")
                        + ". Configure no more replicas than the NATS cluster has servers with JetStream.",
                cause);
        this.servers = servers;
        this.stream = stream;
        this.replicas = replicas;
    }

    /** The servers' URLs, without user info. */
    public String servers() {
        return servers;
    }

    /** The stream's name. */
    public String stream() {
        return stream;
    }

    /** How many replicas were asked for. */
    public int replicas() {
        return replicas;
    }
}
