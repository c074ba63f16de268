package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.NatsStartException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** There is no nats-server program to run, or the configured one is not one. */
public final class NatsBinaryNotFoundException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Path configured;
    private final transient List<String> searched;

    NatsBinaryNotFoundException(@Nullable Path configured, List<String> searched) {
        super(
                configured != null
                        ? "There is no program at " + configured + ", configured as the nats-server to run."
                                + " Correct the path or leave it out to have one looked for."
                        : "No nats-server program found. Looked in " + String.join(", ", searched)
                                + ". Install nats-server 2.9 or later there, or configure its path.",
                null);
        this.configured = configured;
        this.searched = searched;
    }

    /** The path that was configured, or {@code null}. */
    public @Nullable Path configured() {
        return configured;
    }

    /** Where it was looked for; empty if a path was configured. */
    public List<String> searched() {
        return searched;
    }
}
