package io.github.hasqlite.nats;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** No server answered, or the one that did does not speak as expected (TLS against plain). */
public final class NatsUnreachableException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final String servers;
    private final Duration waited;

    NatsUnreachableException(String servers, Duration waited, @Nullable Throwable cause) {
        super(
                "Could not connect to NATS at " + servers + " within " + waited.toMillis() + " ms"
                        + (cause == null ? "" : ": " + reason(cause))
                        + ". Start a nats-server there or correct the URL.",
                cause);
        this.servers = servers;
        this.waited = waited;
    }

    /** The servers' URLs, without user info. */
    public String servers() {
        return servers;
    }

    /** How long it was tried. */
    public Duration waited() {
        return waited;
    }

    private static String reason(Throwable cause) {
        String text = cause.getMessage();
        return MaskedUrl.mask(text == null ? cause.getClass().getSimpleName() : text);
    }
}
