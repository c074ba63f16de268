package io.github.hasqlite;

import java.io.IOException;

/**
 * A position in the stream was not reached in time. The message says which, how far this node is, and what to do. Nothing
 * is lost by it: what is committed stays so, and waiting may be tried again.
 */
public final class PositionNotReachedException extends IOException {

    private static final long serialVersionUID = 1L;

    public PositionNotReachedException(String message) {
        super(message);
    }

    /** The same because the waiting thread was interrupted, which it is afterwards, too. */
    public PositionNotReachedException(String message, InterruptedException cause) {
        super(message, cause);
    }
}
