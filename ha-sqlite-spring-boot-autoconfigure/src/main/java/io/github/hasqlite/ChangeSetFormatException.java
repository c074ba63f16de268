package io.github.hasqlite;

import org.jspecify.annotations.Nullable;

/** A message is not a change set. Says what was wrong and where. */
public final class ChangeSetFormatException extends Exception {

    private static final long serialVersionUID = 1L;

    public ChangeSetFormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public ChangeSetFormatException(String message) {
        super(message);
    }
}
