package io.github.hasqlite.core.replay;

import org.jspecify.annotations.Nullable;

/** Applying must stop: going on would lose a change or let this node differ from the others. */
class HaltException extends Exception {

    private static final long serialVersionUID = 1L;

    HaltException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
