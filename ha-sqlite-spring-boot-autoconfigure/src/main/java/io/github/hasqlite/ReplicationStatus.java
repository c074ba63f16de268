package io.github.hasqlite;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How replication is doing at one moment.
 *
 * @param node this node's name
 * @param replicating {@code false} if neither a server nor a URL is configured
 * @param connected whether the stream can be reached
 * @param appliedSequence the stream sequence up to which this database has applied everything
 * @param streamSequence the highest stream sequence this node knows of
 * @param lag how long ago the oldest message not applied yet was stored; zero if there is none
 * @param outboxLength change sets committed here that the stream has not echoed yet
 * @param rejectedMessages messages since the start that were no change sets, and skipped
 * @param lastRejection why the last of them was rejected, or {@code null}
 * @param halted why nothing is applied any more until somebody intervenes, or {@code null}
 * @param deadLetters messages that this node could not apply and left out; they are in {@code
 *     ha_dead_letters}
 * @param bootstrap how far getting a snapshot has come, while this node needs one and gets it; otherwise
 *     {@code null}
 * @param divergence how this database differs from those of other nodes, as a verification has found; otherwise
 *     {@code null}
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
        @Nullable String divergence) {

    /** Messages in the stream that are not applied here yet. */
    public long lagMessages() {
        return Math.max(0, streamSequence - appliedSequence);
    }
}
