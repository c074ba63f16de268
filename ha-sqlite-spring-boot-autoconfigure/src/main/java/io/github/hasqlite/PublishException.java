package io.github.hasqlite;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A message is not known to be stored in the stream. Unless {@link Reason} says otherwise, it may be. */
public final class PublishException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Why a message is not known to be stored. */
    public enum Reason {
        /** There was no connection, so it was not sent. */
        NOT_CONNECTED,
        /** The connection was lost before the acknowledgement came. */
        DISCONNECTED,
        /** No acknowledgement came in time. */
        TIMEOUT,
        /** No stream listens on the subject: the stream has no leader at the moment, or is gone. */
        NO_STREAM,
        /** The stream refused it; it is not stored. */
        REJECTED,
        /** It is larger than the server takes; sending it again does not help. */
        TOO_LARGE,
        /** Too much is on the way already, so it was not sent. */
        WINDOW_FULL,
        /** The publisher was closed. */
        CLOSED
    }

    private final Reason reason;

    public PublishException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Says why, where nothing else went wrong. */
    public PublishException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
