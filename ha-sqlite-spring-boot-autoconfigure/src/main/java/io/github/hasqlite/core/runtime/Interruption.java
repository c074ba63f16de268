package io.github.hasqlite.core.runtime;

/**
 * Remembers that a thread was interrupted while it waited for something that must not be given up, and tells it afterwards.
 * Used by one thread.
 */
public final class Interruption {

    private boolean noted;

    /** None so far. */
    public Interruption() {}

    /** The calling thread was interrupted, and goes on waiting. */
    public void note() {
        noted = true;
    }

    /** The wait is over: the calling thread is interrupted again, if it was. */
    public void restore() {
        if (noted) {
            Thread.currentThread().interrupt();
        }
    }
}
