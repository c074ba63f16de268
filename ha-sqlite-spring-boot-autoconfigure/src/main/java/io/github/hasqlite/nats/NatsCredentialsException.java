package io.github.hasqlite.nats;

/** The configured credentials cannot be read: the file is missing, or holds no JWT and seed. */
public final class NatsCredentialsException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    NatsCredentialsException(String message, Throwable cause) {
        super(message, cause);
    }
}
