package io.github.hasqlite;

import java.io.IOException;

/**
 * A message was not stored, because the stream's last sequence was not the expected one: somebody
 * else's message had come first.
 */
public class WrongLastSequenceException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long lastSequence;

    /** Creates the exception, where the stream's last sequence is not known. */
    public WrongLastSequenceException(String message) {
        this(message, -1);
    }

    /**
     * Creates the exception.
     *
     * @param lastSequence the stream's last sequence as the stream has said it, or -1 if it has not
     */
    public WrongLastSequenceException(String message, long lastSequence) {
        super(message);
        this.lastSequence = lastSequence;
    }

    /** The stream's last sequence when it refused the message, or -1 if that is not known. */
    public long lastSequence() {
        return lastSequence;
    }
}
