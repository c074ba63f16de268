package io.github.hasqlite;

import java.io.IOException;

/**
 * A message was not stored, because the stream's last sequence was not the expected one: somebody
 * else's message had come first.
 */
public class WrongLastSequenceException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public WrongLastSequenceException(String message) {
        super(message);
    }
}
