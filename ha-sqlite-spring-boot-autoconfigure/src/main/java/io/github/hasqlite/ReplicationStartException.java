package io.github.hasqlite;

import org.jspecify.annotations.Nullable;

/**
 * The node cannot start. The message says what was attempted, on what, and what to do about it.
 */
public class ReplicationStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * Creates the exception.
     *
     * @param problem what went wrong
     * @param action what to do about it
     */
    public ReplicationStartException(String problem, String action, @Nullable Throwable cause) {
        super(problem, cause);
        this.action = action;
    }

    /** What to do about it. */
    public final String action() {
        return action;
    }
}
