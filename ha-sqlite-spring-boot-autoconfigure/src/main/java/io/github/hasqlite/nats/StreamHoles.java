package io.github.hasqlite.nats;

import io.nats.client.api.LostStreamData;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamState;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which of its sequences a stream does not hold any more. What it never had it does not miss: a stream
 * with limits retention, the only one that is accepted, gives every sequence from the first to the last
 * to a message, replicated or not. (Interest retention and mirrors leave holes of their own.)
 */
final class StreamHoles {

    private final long first;
    private final long last;
    private final long deletedCount;
    private final long[] deleted;
    private final boolean exclusive;
    private final long createdNs;

    private StreamHoles(long first, long last, long deletedCount, long[] deleted, boolean exclusive, long createdNs) {
        this.first = first;
        this.last = last;
        this.deletedCount = deletedCount;
        this.deleted = deleted;
        this.exclusive = exclusive;
        this.createdNs = createdNs;
    }

    /**
     * Reads it from the leader's answer.
     *
     * @param details the answer with the deleted sequences or, if there are none, without
     * @param subject the subject that holds the change sets
     */
    static StreamHoles of(StreamInfo details, String subject, long createdNs) {
        StreamState state = details.getStreamState();
        LostStreamData lost = state.getLostStreamData();
        LongStream deleted = state.getDeletedCount() == 0
                ? LongStream.empty()
                : Stream.of(state.getDeleted(), lost == null ? List.<Long>of() : lost.getMessages())
                        .flatMap(List::stream)
                        .mapToLong(Long::longValue);
        return new StreamHoles(
                first(state),
                state.getLastSequence(),
                state.getDeletedCount(),
                deleted.sorted().distinct().toArray(),
                details.getConfiguration().getSubjects().equals(List.of(subject)),
                createdNs);
    }

    private static long first(StreamState state) {
        return state.getMsgCount() == 0 ? state.getLastSequence() + 1 : state.getFirstSequence();
    }

    /** Whether the answer without the deleted sequences says that nothing was removed since. */
    boolean isStill(StreamInfo info, long otherCreatedNs) {
        StreamState state = info.getStreamState();
        return first == first(state) && deletedCount == state.getDeletedCount() && createdNs == otherCreatedNs;
    }

    /** The same with another end. */
    StreamHoles upTo(StreamInfo info, String subject) {
        return new StreamHoles(
                first,
                info.getStreamState().getLastSequence(),
                deletedCount,
                deleted,
                info.getConfiguration().getSubjects().equals(List.of(subject)),
                createdNs);
    }

    /** The last sequence that was ever stored, 0 if none was. */
    long last() {
        return last;
    }

    /** When the stream was created, nanoseconds since 1970-01-01T00:00Z. */
    long createdNs() {
        return createdNs;
    }

    /**
     * What was removed of some sequences that were not delivered. In a stream that only this subject can
     * have messages in, that is all of them.
     *
     * @return from the first that was removed to the last, {@code null} if none was
     */
    @Nullable
    Range removed(long from, long to) {
        if (from > to) {
            return null;
        }
        if (exclusive) {
            return new Range(from, to);
        }
        long lowest = first > from ? from : Long.MAX_VALUE;
        long highest = first > from ? Math.min(first - 1, to) : Long.MIN_VALUE;
        int start = Arrays.binarySearch(deleted, from);
        int end = Arrays.binarySearch(deleted, to);
        start = start < 0 ? -start - 1 : start;
        end = end < 0 ? -end - 2 : end;
        if (start <= end) {
            lowest = Math.min(lowest, deleted[start]);
            highest = Math.max(highest, deleted[end]);
        }
        return lowest > highest ? null : new Range(lowest, highest);
    }

    /**
     * Some sequences in a row.
     *
     * @param first the first of them
     * @param last the last of them
     */
    record Range(long first, long last) {}
}
