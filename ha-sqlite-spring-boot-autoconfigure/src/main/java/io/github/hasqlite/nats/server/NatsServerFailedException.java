package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.NatsStartException;
import org.jspecify.annotations.Nullable;

/** The embedded server was started and ended by itself, or did not become ready in time. */
public final class NatsServerFailedException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final String logTail;

    NatsServerFailedException(String message, String logTail, @Nullable Throwable cause) {
        super(logTail.isEmpty() ? message : message + " Its last words:\n" + logTail, cause);
        this.logTail = logTail;
    }

    /** The last lines of the server's log. */
    public String logTail() {
        return logTail;
    }
}
