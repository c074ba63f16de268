package io.github.hasqlite;

import java.time.Instant;
import java.util.Objects;

/**
 * A change set that a {@link ChangeFeed} tells of. Immutable.
 *
 * @param changeSet as its author has written it, with the changes that were asked for; {@link
 *     ChangeSet#streamSequence()} is its place
 * @param stored when the stream stored it, by the server's clock
 */
public record FeedEntry(ChangeSet changeSet, Instant stored) {

    public FeedEntry {
        Objects.requireNonNull(changeSet, "changeSet");
        Objects.requireNonNull(stored, "stored");
    }

    /** Its place in the stream, from which one can go on later. */
    public long position() {
        return changeSet.streamSequence();
    }
}
