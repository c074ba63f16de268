package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.replay.NewestAccepted;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the stream is the one that a database follows, in a state that is not an earlier one (rule R11). */
final class StreamIdentity {

    private static final Logger logger = LoggerFactory.getLogger(StreamIdentity.class);

    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final int READS = 3;

    private final ChangeSetSubscriber source;
    private final ChangeSetSerializer serializer;
    private final NodeRuntime runtime;

    StreamIdentity(ChangeSetSubscriber source, Transport transport, NodeRuntime runtime) {
        this.source = source;
        this.serializer = transport.serializer();
        this.runtime = runtime;
    }

    /** A server that has just lost its disk, or reads it just now, may say so for a moment without its being so. */
    StreamState askAgain(LocalDatabase local) throws IOException, InterruptedException {
        long deadline = runtime.nanoTime() + source.doubt().toNanos();
        StreamState stream = source.state();
        while (reset(local, stream) != null && runtime.nanoTime() < deadline) {
            runtime.sleep(ASK_AGAIN_NANOS);
            stream = source.state();
        }
        return stream;
    }

    /** What shows that the stream is not the one that the database follows; {@code null} if nothing does. */
    @Nullable
    String reset(LocalDatabase local, StreamState stream) throws InterruptedException {
        if (local.streamCreatedNs() != 0 && local.streamCreatedNs() != stream.createdNs()) {
            return "this database follows a stream that does not exist any more: the present one was created later";
        }
        if (local.sequence() > stream.endSequence()) {
            return "this database has applied the stream up to " + local.sequence() + ", but the stream ends at "
                    + stream.endSequence() + ": it was deleted, set back to an earlier state, or is another one";
        }
        NewestAccepted newest = local.newest();
        if (newest == null || newest.sequence() < stream.firstSequence() || newest.sequence() > stream.endSequence()) {
            return null;
        }
        StreamMessage there = read(newest.sequence());
        return there == null || !newest.isOtherThan(there, serializer)
                ? null
                : "message " + newest.sequence() + " of the stream is another one than this database has applied: the"
                        + " stream was set back to an earlier state and has grown since, or is another one";
    }

    /** {@code null} also where that cannot be learned: some subscribers cannot read single messages. */
    private @Nullable StreamMessage read(long sequence) throws InterruptedException {
        for (int i = 1; ; i++) {
            try {
                return source.read(sequence, ANSWER);
            } catch (IOException e) {
                if (i == READS) {
                    logger.debug("Message {} could not be compared with what was applied", sequence, e);
                    return null;
                }
                runtime.sleep(ASK_AGAIN_NANOS);
            }
        }
    }
}
