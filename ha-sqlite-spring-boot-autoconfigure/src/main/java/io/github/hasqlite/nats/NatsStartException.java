package io.github.hasqlite.nats;

import org.jspecify.annotations.Nullable;

/**
 * Replication cannot start. Each subclass is one way to fail and carries what an explanation needs;
 * the message says what was attempted, on what, and what to do.
 */
public abstract class NatsStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NatsStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
