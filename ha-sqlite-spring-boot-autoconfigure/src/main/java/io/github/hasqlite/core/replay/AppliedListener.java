package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.core.outbox.Pending;
import org.jspecify.annotations.Nullable;

/** Told what was applied, with the write lock held. */
public interface AppliedListener {

    /** What a transaction has changed. */
    enum Effect {
        /** Replication's own tables alone. */
        NOTES,
        /** Rows of the application's, and no schema. */
        ROWS,
        SCHEMA
    }

    /**
     * A transaction of the applier was committed.
     *
     * @param pages about how many pages of the database it wrote
     */
    void committed(long pages, Effect effect);

    /** A change set that says it is this node's is in the stream, and was not in the outbox. */
    void notPending(long counter);

    /** The outbox up to and including this row is in the stream. */
    void echoed(long outboxId);

    /**
     * Gives a change set another place among this node's own, because somebody else's message has
     * taken the one it had.
     *
     * @param taken the newest place among this node's own that the stream has a message for
     * @param ahead how many were given a new place in the same transaction before
     */
    ChangeSet renumber(ChangeSet changeSet, long taken, int ahead);

    /**
     * The database is what it is at a place in the stream where all nodes are compared. Must neither wait nor
     * throw.
     *
     * @param id the verification's
     */
    default void verify(String id, long sequence) {}

    /**
     * Writers are to wait for a moment. Must neither wait nor throw.
     *
     * @param id the message's
     */
    default void pause(String id) {}

    /** Whether {@link #applied} is to be called; asked once for each transaction. */
    default boolean followsChangeSets() {
        return false;
    }

    /** A change set is committed here at its place; in the order of the stream. Must neither wait nor throw. */
    default void applied(AppliedChangeSet applied) {}

    /**
     * Nothing is applied any more, or applying goes on. Called without the write lock; must neither wait nor throw.
     *
     * @param reason why; {@code null} if it goes on
     */
    default void halted(@Nullable String reason) {}

    /** Something was overwritten unseen, and its place in the stream is certain. */
    void conflict(Conflict conflict);

    /**
     * A renumbered change set is in the outbox and can be published.
     *
     * @param message {@code null} if it is large
     */
    void reissued(Pending pending, ChangeSet changeSet, byte @Nullable [] message);
}
