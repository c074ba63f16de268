package io.github.hasqlite;

import java.time.Instant;
import java.util.Objects;

/**
 * A transaction that a {@link ChangeFeed} tells of. Immutable.
 *
 * @param changeSet as its author has written it, with the changes that were asked for; {@link
 *     ChangeSet#streamSequence()} is its place, {@link ChangeSet#number()} tells it from others there
 * @param stored when the stream stored it, by the server's clock
 * @param last whether nothing more is told of its place; not if others follow that came into the stream together with it
 */
public record FeedEntry(ChangeSet changeSet, Instant stored, boolean last) {

    public FeedEntry {
        Objects.requireNonNull(changeSet, "changeSet");
        Objects.requireNonNull(stored, "stored");
    }

    /** One that has its place for itself. */
    public FeedEntry(ChangeSet changeSet, Instant stored) {
        this(changeSet, stored, true);
    }

    /**
     * The place from which one can go on later: behind it, or before the first of those that share its place until the
     * last of them was told.
     */
    public long resumePosition() {
        return last ? position() : position() - 1;
    }

    /** Its place in the stream. */
    public long position() {
        return changeSet.streamSequence();
    }
}
