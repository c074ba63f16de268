package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.PurgeOptions;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamInfoOptions;
import java.io.IOException;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops from the beginning of the stream what is older than {@link NatsSettings#streamMaxAge} and covered by a
 * snapshot. The server by itself keeps messages for {@link NatsSettings#longestAge}, because it does not know what is
 * covered.
 *
 * <p>Only the server's clock counts: a message is too old if it was stored that long before the newest one of the
 * database. So the newest one always stays, and nothing goes while nothing comes.
 *
 * <p>Where databases share the stream, nothing goes from the first message of another database on: that one may not
 * be covered, and a stream with holes in the middle would make every node ask for the list of them.
 */
final class StreamTrim {

    private static final Logger log = LoggerFactory.getLogger(StreamTrim.class);

    private final ReplicationStream stream;

    StreamTrim(ReplicationStream stream) {
        this.stream = stream;
    }

    /**
     * Drops what need not be kept; 3 requests if that is nothing.
     *
     * @param createdNs when the stream was created that the snapshot belongs to; nothing is dropped from another
     * @param covered the sequence up to which the snapshot holds everything
     */
    void trim(long createdNs, long covered) throws IOException, JetStreamApiException {
        StreamExtent extent = stream.extent();
        MessageInfo newest = stream.newest();
        if (extent.createdNs() != createdNs || newest == null || newest.getTime() == null) {
            return;
        }
        long first = extent.firstSequence();
        ZonedDateTime oldest = newest.getTime().minus(stream.settings().streamMaxAge());
        long last = Math.min(covered, newest.getSeq() - 1);
        if (last < first || !isBefore(stream.nextOf(">", first), oldest)) {
            return;
        }
        if (extent.shared()) {
            last = Math.min(last, beforeOthers(first, last));
        }
        long end = firstNotBefore(oldest, first, last + 1);
        if (end > first) {
            stream.management()
                    .purgeStream(
                            stream.name(), PurgeOptions.builder().sequence(end).build());
            log.debug("Dropped messages {} to {} of stream '{}', which snapshots cover", first, end - 1, stream.name());
        }
    }

    /** The last sequence in a range before which all messages are of this database. */
    private long beforeOthers(long first, long last) throws IOException, JetStreamApiException {
        JetStreamManagement management = stream.management();
        StreamInfo info = management.getStreamInfo(stream.name(), StreamInfoOptions.allSubjects());
        long end = last;
        for (String subject : info.getStreamState().getSubjectMap().keySet()) {
            MessageInfo message = subject.equals(stream.subject()) ? null : stream.nextOf(subject, first);
            if (message != null) {
                end = Math.min(end, message.getSeq() - 1);
            }
        }
        return end;
    }

    /** The first sequence from which messages are not older, by bisection; at most {@code end}. */
    private long firstNotBefore(ZonedDateTime oldest, long first, long end) throws IOException, JetStreamApiException {
        long from = first;
        long to = end;
        while (from < to) {
            long middle = from + (to - from) / 2;
            if (isBefore(stream.nextOf(">", middle), oldest)) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private static boolean isBefore(@Nullable MessageInfo message, ZonedDateTime time) {
        return message != null && message.getTime() != null && message.getTime().isBefore(time);
    }
}
