package io.github.hasqlite.nats;

import io.github.hasqlite.ChangeSetSubscriber.Listener;
import io.github.hasqlite.nats.StreamHoles.Range;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices messages that were removed before they could be delivered, and a stream that is not the one
 * any more that it was. Used by one thread at a time.
 *
 * <p>A consumer delivers the next message there is, so a jump of its sequence means messages of other
 * subjects or removed ones; the stream's leader knows which. It is not asked for each jump: for a moment,
 * what it said last decides. If that was that nothing is missing, the jump is looked at once more with the
 * next answer; only if a message was removed in between, and just before it would have come, it is
 * reported late, when a few messages after it have been delivered.
 *
 * <p>The server does not remember whose a removed message was: where databases share a stream, one that was
 * not delivered is reported although it may have been another's.
 */
final class GapWatch {

    private static final Logger log = LoggerFactory.getLogger(GapWatch.class);

    /** How long an answer decides. */
    private static final Duration FRESH = Duration.ofMillis(250);

    private static final long ASK_AGAIN_MILLIS = 250;

    /** Jumps that are remembered until they are looked at once more. */
    private static final int MAX_JUMPS = 1000;

    private final ReplicationStream stream;
    private final LastDelivery newest;
    private final Listener listener;
    /** What may be a gap; not yet looked at. */
    private final Deque<Range> jumps = new ArrayDeque<>();

    /** All up to here was delivered, reported, or is of other subjects. */
    private long seen;

    private @Nullable StreamHoles holes;
    private long lookedNs;

    /** Whether jumps were messages of other subjects when it was looked at them last. */
    private boolean others;

    /** Removed behind all that was delivered, if nothing is on its way any more that was sent before. */
    private @Nullable Range suspect;

    /**
     * A watch over what comes after a sequence.
     *
     * @param newest what was delivered last
     * @param listener is told of gaps
     */
    GapWatch(ReplicationStream stream, long after, LastDelivery newest, Listener listener) {
        this.newest = newest;
        this.stream = stream;
        this.listener = listener;
        seen = after;
    }

    /** The sequence after which delivery goes on. */
    long seen() {
        return seen;
    }

    /**
     * To be called while there is no consumer, before one is made.
     *
     * @param createdNs when the stream was created whose messages were delivered before; 0 if none were
     * @return when the stream was created
     * @throws StreamResetException if it is not that stream any more, or an earlier state of it
     */
    long begin(long createdNs) throws IOException, JetStreamApiException, StreamResetException, InterruptedException {
        suspect = null;
        StreamHoles now = lookWithoutDoubt(createdNs);
        lookAtJumps(now);
        Range removed = now.removed(seen + 1, now.last());
        if (removed != null && stream.next(seen + 1) == 0) {
            report(removed);
            seen = removed.last();
        }
        return now.createdNs();
    }

    /**
     * A leader may answer that there is nothing, and be brought up to date by others a moment later. So what speaks
     * against this stream is asked again, for longer if another replica has what the leader does not.
     */
    private StreamHoles lookWithoutDoubt(long createdNs)
            throws IOException, JetStreamApiException, StreamResetException, InterruptedException {
        long start = System.nanoTime();
        String complaint = null;
        while (true) {
            StreamHoles now = look();
            String reset = reset(createdNs, now);
            if (reset == null) {
                if (complaint != null) {
                    log.info("Stream '{}' is what it was after all", stream.name());
                }
                return now;
            }
            if (!reset.equals(complaint)) {
                complaint = reset;
                log.warn("{}; asking again before believing it", reset);
            }
            long doubt = stream.doubt().toNanos();
            long asked = System.nanoTime() - start;
            if (asked >= doubt && (asked >= 2 * doubt || !stream.anyReplicaHas(newest))) {
                throw new StreamResetException(reset);
            }
            TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MILLIS);
        }
    }

    /** What shows that the stream is not the one any more that it was, or {@code null}. */
    private @Nullable String reset(long createdNs, StreamHoles now) throws IOException, JetStreamApiException {
        if (createdNs != 0 && createdNs != now.createdNs()) {
            return "stream '" + stream.name() + "' was deleted and created again: it was created at " + createdNs
                    + " ns and now at " + now.createdNs() + " ns";
        }
        if (now.last() < seen) {
            return "stream '" + stream.name() + "' was set back: its last message is " + now.last()
                    + " although there was a message " + seen;
        }
        long sequence = newest.sequence();
        long time = sequence == 0 ? 0 : stream.timeOf(sequence);
        return time == 0 || time == newest.timestampNs()
                ? null
                : "stream '" + stream.name() + "' was set back and has grown since: its message " + sequence
                        + " is another one than was delivered";
    }

    /**
     * To be called with the sequence of each message before it is handed over.
     *
     * @return whether it is to be handed over; {@link #delivered} must be called then
     */
    boolean coming(long sequence) throws IOException, JetStreamApiException, InterruptedException {
        if (sequence <= seen) {
            return false;
        }
        suspect = null;
        if (sequence > seen + 1) {
            jumped(new Range(seen + 1, sequence - 1));
            seen = sequence - 1;
        }
        return true;
    }

    /** To be called when a message was handed over. */
    void delivered(long sequence) {
        seen = sequence;
    }

    /** To be called when nothing comes, and all that was sent before was handed over. */
    void idle() throws IOException, JetStreamApiException, InterruptedException {
        StreamHoles now = look();
        lookAtJumps(now);
        Range removed = now.removed(seen + 1, now.last());
        if (removed == null || stream.next(seen + 1) != 0) {
            suspect = null;
            return;
        }
        Range before = suspect;
        suspect = removed;
        if (before != null) {
            // removed before the last time, and what was sent by then would have come by now
            report(before);
            seen = before.last();
            suspect = null;
        }
    }

    private void jumped(Range jump) throws IOException, JetStreamApiException, InterruptedException {
        StreamHoles known = holes;
        if (known != null && System.nanoTime() - lookedNs < FRESH.toNanos() && jumps.size() < MAX_JUMPS) {
            Range removed = known.removed(jump.first(), jump.last());
            if (removed != null) {
                report(removed);
                return;
            }
            if (others) {
                jumps.add(jump);
                return;
            }
        }
        jumps.add(jump);
        try {
            lookAtJumps(look());
        } finally {
            // if it could not be looked at, it comes again
            jumps.pollLast();
        }
    }

    private void lookAtJumps(StreamHoles now) throws InterruptedException {
        boolean found = false;
        for (Range jump = jumps.peek(); jump != null; jump = jumps.peek()) {
            Range removed = now.removed(jump.first(), jump.last());
            if (removed != null) {
                report(removed);
            } else {
                found = true;
            }
            jumps.remove();
            seen = Math.max(seen, jump.last());
        }
        others = found;
    }

    private void report(Range gap) throws InterruptedException {
        log.warn(
                "Messages {} to {} of stream '{}' were removed before they came",
                gap.first(),
                gap.last(),
                stream.name());
        listener.onGap(gap.first(), gap.last());
    }

    private StreamHoles look() throws IOException, JetStreamApiException {
        StreamHoles now = stream.holes(holes);
        holes = now;
        lookedNs = System.nanoTime();
        return now;
    }
}
