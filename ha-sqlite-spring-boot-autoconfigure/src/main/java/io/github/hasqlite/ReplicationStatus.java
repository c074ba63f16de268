package io.github.hasqlite;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How replication is doing at one moment.
 *
 * @param node this node's name
 * @param replicating {@code false} if neither a server nor a URL is configured
 * @param connected whether the stream can be reached, and this node has joined it
 * @param appliedSequence the stream sequence up to which this database has applied everything
 * @param streamSequence the highest stream sequence this node knows of; of what was not delivered yet it knows how
 *     many messages there are, and counts on
 * @param lag how long ago the oldest message not applied yet was stored; zero if there is none. While the stream is
 *     not heard, at least for how long it has not been, since others may have committed all that time
 * @param outboxLength change sets committed here that the stream has not echoed yet; if 0, everything committed here
 *     before is in the stream at or before {@code appliedSequence}
 * @param rejectedMessages messages since the start that were no change sets, and skipped
 * @param lastRejection why the last of them was rejected, or {@code null}
 * @param halted why nothing is applied any more until somebody intervenes, or {@code null}
 * @param deadLetters messages that this node could not apply and left out; they are in {@code
 *     ha_dead_letters}
 * @param bootstrap how far getting a snapshot has come, while this node needs one and gets it; otherwise
 *     {@code null}
 * @param divergence how this database differs from those of other nodes, as a verification has found; otherwise
 *     {@code null}
 * @param outage why this node is not connected, and since when; {@code null} if it is, or that is not known
 * @param publishFailure why the stream does not store what this node publishes, and since when; {@code null} if it
 *     does, or if that has been so for a few seconds only without the stream's having refused anything. Commits that
 *     need the stream fail meanwhile
 * @param outboxAge how long ago the oldest change set of the outbox was committed, up to a second more; zero if
 *     there is none
 * @param deliveredFrom the stream sequence with which this read replica has begun without what was before, as {@code
 *     ha.sqlite.deliver-policy} said; 0 if it has what the others have
 */
public record ReplicationStatus(
        String node,
        boolean replicating,
        boolean connected,
        long appliedSequence,
        long streamSequence,
        Duration lag,
        long outboxLength,
        long rejectedMessages,
        @Nullable String lastRejection,
        @Nullable String halted,
        long deadLetters,
        @Nullable String bootstrap,
        @Nullable String divergence,
        @Nullable Outage outage,
        @Nullable Outage publishFailure,
        Duration outboxAge,
        long deliveredFrom) {

    /** Messages in the stream that are not applied here yet. */
    public long lagMessages() {
        return Math.max(0, streamSequence - appliedSequence);
    }
}
