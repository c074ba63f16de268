package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.NatsStartException;

/** The embedded server was to listen on an address others can reach, without credentials. */
public final class InsecureListenerException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final String host;

    InsecureListenerException(String host) {
        super(
                "The embedded NATS server does not listen on " + host
                        + " without credentials: anybody who reaches it could change the database."
                        + " Configure a user and a password for it, or listen on 127.0.0.1.",
                null);
        this.host = host;
    }

    /** The address. */
    public String host() {
        return host;
    }
}
