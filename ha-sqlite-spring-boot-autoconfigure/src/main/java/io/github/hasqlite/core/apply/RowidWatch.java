package io.github.hasqlite.core.apply;

/**
 * Notes, while that matters, whether a row could not have the rowid its author gave it, because
 * another row has that. Not thread-safe.
 */
final class RowidWatch {

    private boolean on;
    private boolean missed;

    void start() {
        on = true;
        missed = false;
    }

    void stop() {
        on = false;
    }

    boolean isOn() {
        return on;
    }

    void miss() {
        missed = true;
    }

    /** Whether there was one since the start. */
    boolean missed() {
        return missed;
    }
}
