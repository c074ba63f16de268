package io.github.hasqlite;

import java.io.IOException;

/** The servers answer, and the stream does not exist. */
public final class StreamGoneException extends IOException {

    private static final long serialVersionUID = 1L;

    public StreamGoneException(String message, Throwable cause) {
        super(message, cause);
    }
}
