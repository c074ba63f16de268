package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.commit.DeliverPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Finds the message with which a {@link DeliverPolicy} begins. */
final class DeliveryStart {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final ChangeSetSubscriber source;
    private final StreamState stream;

    /** In a stream as it is now. */
    DeliveryStart(ChangeSetSubscriber source, StreamState stream) {
        this.source = source;
        this.stream = stream;
    }

    /**
     * The sequence of the first message to be applied; one behind the end if that is to come.
     *
     * @throws ReplicationStartException if the stream does not have all that is asked for
     * @throws IOException if the stream cannot be read
     */
    long first(DeliverPolicy policy) throws IOException {
        return switch (policy.start()) {
            case ALL -> throw new IllegalArgumentException("there is nothing to be found");
            case NEW -> stream.endSequence() + 1;
            case LAST -> stream.lastSequence() == 0 ? stream.endSequence() + 1 : stream.lastSequence();
            case BY_START_SEQUENCE -> present(policy.sequence());
            case BY_START_TIME -> since(policy.time());
        };
    }

    private long present(long sequence) {
        if (sequence < stream.firstSequence() || sequence > stream.endSequence() + 1) {
            throw missing("by_start_sequence=" + sequence);
        }
        return sequence;
    }

    private long since(Instant time) throws IOException {
        long low = stream.firstSequence();
        long high = stream.endSequence() + 1;
        while (low < high) {
            long middle = low + (high - low) / 2;
            StreamMessage found = readAtOrAfter(middle, high);
            if (found == null || !isBefore(found, time)) {
                high = middle;
            } else {
                low = found.sequence() + 1;
            }
        }
        if (low == stream.firstSequence() && low > 1) {
            throw missing("by_start_time=" + time);
        }
        return low;
    }

    /** The stream may have dropped single messages. */
    private @Nullable StreamMessage readAtOrAfter(long sequence, long end) throws IOException {
        for (long at = sequence; at < end; at++) {
            StreamMessage found = source.read(at, TIMEOUT);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static boolean isBefore(StreamMessage message, Instant time) {
        return Instant.ofEpochSecond(0, message.timestampNs()).isBefore(time);
    }

    private ReplicationStartException missing(String policy) {
        return new ReplicationStartException(
                "ha.sqlite.deliver-policy is " + policy + ", and the stream has messages from " + stream.firstSequence()
                        + " to " + stream.endSequence() + " only",
                "Choose a place that the stream has, or ha.sqlite.deliver-policy=new to begin with what comes, or"
                        + " ha.sqlite.deliver-policy=all to begin with a snapshot.",
                null);
    }
}
