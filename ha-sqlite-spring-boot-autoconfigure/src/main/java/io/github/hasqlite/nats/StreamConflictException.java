package io.github.hasqlite.nats;

import org.jspecify.annotations.Nullable;

/** The stream cannot be used or created as configured: it exists for something else, or overlaps. */
public final class StreamConflictException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final String servers;
    private final String stream;
    private final String subject;

    StreamConflictException(String servers, String stream, String subject, String reason, @Nullable Throwable cause) {
        super(
                "Stream '" + stream + "' at " + servers + " cannot carry the subject '" + subject + "': " + reason
                        + ". Choose another stream name, or change or delete the one that is there.",
                cause);
        this.servers = servers;
        this.stream = stream;
        this.subject = subject;
    }

    /** The servers' URLs, without user info. */
    public String servers() {
        return servers;
    }

    /** The stream's name. */
    public String stream() {
        return stream;
    }

    /** The subject this node publishes on. */
    public String subject() {
        return subject;
    }
}
