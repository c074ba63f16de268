package io.github.hasqlite.nats;

/** The stream is not the one any more that was read before. */
final class StreamResetException extends Exception {

    private static final long serialVersionUID = 1L;

    StreamResetException(String reason) {
        super(reason);
    }
}
