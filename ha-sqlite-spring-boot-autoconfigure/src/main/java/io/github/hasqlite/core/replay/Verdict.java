package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.changeset.PauseMessage;
import io.github.hasqlite.core.changeset.VerificationMessage;
import io.github.hasqlite.core.outbox.Pending;
import org.jspecify.annotations.Nullable;

/**
 * What a message of the stream is at its place (rules R4, R6 and R9). All nodes agree on which messages
 * {@linkplain #counts count} and which are {@linkplain Rejected rejected}.
 */
sealed interface Verdict {

    /**
     * Whether the message takes its publisher's counter, with effect or without: whoever judged it accepts it
     * before the next message is judged.
     */
    default boolean counts() {
        return false;
    }

    /** What the message says it changes; {@code null} if it is no whole change set or was not read. */
    default @Nullable ChangeSet changeSet() {
        return null;
    }

    /**
     * It is the oldest change set that is pending here.
     *
     * @param row its row in the outbox
     */
    record Echo(Pending row) implements Verdict {
        @Override
        public boolean counts() {
            return true;
        }
    }

    /** It is the schema change, or its last part, for which its author is waiting. */
    record Barrier() implements Verdict {
        @Override
        public boolean counts() {
            return true;
        }
    }

    /**
     * It is its publisher's next change set.
     *
     * @param changeSet what it says; {@code null} if it is complete with this part and has not been read: it
     *     takes its counter even if it turns out to be unreadable
     */
    record Next(@Nullable ChangeSet changeSet) implements Verdict {
        @Override
        public boolean counts() {
            return true;
        }
    }

    /**
     * It is a change set of a publisher that does not count, as the Go implementation's, and taken as it comes.
     *
     * @param changeSet what it says; {@code null} if it is complete with this part and has not been read
     */
    record Foreign(@Nullable ChangeSet changeSet) implements Verdict {
        @Override
        public boolean counts() {
            return true;
        }
    }

    /** It is a part of its publisher's next change set, and more parts follow: it has no effect yet. */
    record Fragment() implements Verdict {}

    /**
     * It was there before.
     *
     * @param changeSet what it says; {@code null} if it is a part
     */
    record Duplicate(@Nullable ChangeSet changeSet) implements Verdict {}

    /**
     * One before it is missing; its publisher will send it again.
     *
     * @param changeSet what it says; {@code null} if it is a part
     */
    record OutOfTurn(@Nullable ChangeSet changeSet) implements Verdict {}

    /**
     * All nodes skip it and count that.
     *
     * @param reason why
     */
    record Rejected(String reason) implements Verdict {}

    /**
     * It is no change set and changes nothing.
     *
     * @param verification what every node is asked for at this place, or {@code null}
     * @param pause what asks writers to wait, or {@code null}
     */
    record Notice(
            @Nullable VerificationMessage verification,
            @Nullable PauseMessage pause) implements Verdict {

        /** Whether a node has something to do at this place. */
        boolean asksForSomething() {
            return verification != null || pause != null;
        }
    }

    /**
     * What comes next follows only from a snapshot.
     *
     * @param reason why
     */
    record Break(String reason) implements Verdict {}
}
