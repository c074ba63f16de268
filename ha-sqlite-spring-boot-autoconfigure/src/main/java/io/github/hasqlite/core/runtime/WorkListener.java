package io.github.hasqlite.core.runtime;

/**
 * Told how long a node's work takes, and how much of it there is. Called by whatever thread does the work, which may hold
 * the write lock: must neither wait nor throw. Thread-safe.
 */
public interface WorkListener {

    /** What takes time. Work that fails is not among it. */
    enum Timed {
        /** A transaction's changes are made a change set and written to the outbox, inside the transaction. */
        CAPTURE,
        /** A committing thread waits for the stream. */
        COMMIT_WAIT,
        /** A transaction waits for the write lock; none that gets it at once. */
        LOCK_WAIT,
        /** From handing a message to the publisher to its acknowledgement. */
        PUBLISH,
        /** A transaction of the applier, with all change sets in it. */
        APPLY,
        /** What of such a transaction it took to take out what is pending, and to put it on top again. */
        REBASE,
        /** A snapshot is taken and stored. */
        SNAPSHOT,
        /** A node starts until it can be used, or goes on from a snapshot. */
        BOOTSTRAP
    }

    /** What is counted. */
    enum Counted {
        /** Change sets that were committed here. */
        COMMITTED_CHANGE_SETS,
        /** Changes of rows, and commands, in them. */
        COMMITTED_ROWS,
        /** Change sets that the applier brought here, of other nodes nearly always. */
        APPLIED_CHANGE_SETS,
        /** Changes of rows, and commands, in them. */
        APPLIED_ROWS,
        /** Commits of single statements that lost against others and were run again. */
        COMMIT_RETRIES,
        /** How often the publisher went back to the first message that was not acknowledged. */
        PUBLISH_RETRIES,
        /** Messages that could not be applied for a reason that may pass. */
        APPLY_RETRIES,
        /** Commits that threw an error, also those that are committed here and not acknowledged in time. */
        COMMIT_FAILURES,
        /** Messages that the stream did not acknowledge, or refused. */
        PUBLISH_FAILURES,
        /** How often applying stopped, or a message was left out. */
        APPLY_FAILURES,
        /** Snapshots that could not be taken or stored. */
        SNAPSHOT_FAILURES
    }

    /**
     * Something was done.
     *
     * @param nanos how long it took
     */
    void took(Timed what, long nanos);

    /**
     * Something happened.
     *
     * @param number how often; positive
     */
    void counted(Counted what, long number);
}
