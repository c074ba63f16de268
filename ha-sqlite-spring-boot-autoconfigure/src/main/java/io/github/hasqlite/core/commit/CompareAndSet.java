package io.github.hasqlite.core.commit;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.PublishException;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.WrongLastSequenceException;
import io.github.hasqlite.core.changeset.CompressedMessage;
import io.github.hasqlite.core.outbox.OutgoingMessage;
import io.github.hasqlite.core.runtime.Interruption;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.Tracing;
import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a change set behind exactly one sequence of the stream, and finds out what became of it
 * where the answer is lost. The same message is then sent again with the same expectation: of all that
 * expect one sequence one is stored at most, so this settles who won as soon as the stream answers.
 * Thread-safe.
 */
public final class CompareAndSet {

    /** An answer that takes longer is taken for lost. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long MIN_PAUSE_MILLIS = 10;
    private static final long MAX_PAUSE_MILLIS = 200;

    private final NodeRuntime runtime;
    private final ChangeSetPublisher publisher;
    private final ChangeSetSubscriber subscriber;

    /**
     * Publishes to a stream.
     *
     * @param subscriber reads what it has stored
     * @param runtime by whose time one gives up
     */
    public CompareAndSet(ChangeSetPublisher publisher, ChangeSetSubscriber subscriber, NodeRuntime runtime) {
        this.runtime = runtime;
        this.publisher = publisher;
        this.subscriber = subscriber;
    }

    /** Whether the stream can be reached, as far as is known. */
    boolean isConnected() {
        return publisher.isConnected();
    }

    /** How large a message may be at most, in bytes. */
    int maxMessageBytes() {
        return publisher.maxMessageBytes();
    }

    /** What became of it. */
    public sealed interface Result {}

    /**
     * It is in the stream.
     *
     * @param sequence of its last message
     */
    public record Stored(long sequence) implements Result {}

    /**
     * It is not and never will be, because another message came first.
     *
     * @param sequence that message's, or an earlier one
     */
    public record Lost(long sequence) implements Result {}

    /**
     * It is not and never will be, because it was not sent.
     *
     * @param reason why
     */
    record NotSent(String reason) implements Result {}

    /**
     * That cannot be learned in time.
     *
     * @param reason why
     */
    record Unknown(String reason) implements Result {}

    /**
     * Publishes a change set, in parts if it is large.
     *
     * @param message the change set, serialized
     * @param expectedLastSequence the stream's last sequence
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     * @throws IllegalArgumentException if it is larger than any message may be
     */
    public Result publish(ChangeSet changeSet, byte[] message, long expectedLastSequence, long deadlineNanos) {
        return publish(
                OutgoingMessage.of(changeSet, message, publisher.maxMessageBytes()),
                expectedLastSequence,
                deadlineNanos);
    }

    /**
     * Publishes a large change set, of which one part at a time is in memory.
     *
     * @param message the change set, serialized and packed
     * @param expectedLastSequence the stream's last sequence
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     * @throws IllegalArgumentException if it is larger than any message may be
     * @throws IOException if the message cannot be read; then it is not in the stream as a whole
     * @throws java.io.UncheckedIOException the same
     */
    public Result publish(ChangeSet changeSet, CompressedMessage message, long expectedLastSequence, long deadlineNanos)
            throws IOException {
        return publish(
                OutgoingMessage.of(changeSet, message, publisher.maxMessageBytes()),
                expectedLastSequence,
                deadlineNanos);
    }

    private Result publish(OutgoingMessage freight, long expectedLastSequence, long deadlineNanos) {
        String refusal = freight.pieces() > 1 ? PartsRefusal.of(publisher) : null;
        if (refusal != null) {
            return new NotSent(refusal);
        }
        Result result = new Stored(expectedLastSequence);
        for (int number = 1; number <= freight.pieces(); number++) {
            result = one(
                    freight.changeSet(),
                    freight.piece(number),
                    expectedLastSequence + number - 1,
                    false,
                    deadlineNanos);
            if (result instanceof Unknown unknown && number < freight.pieces()) {
                // without its last part it has no effect, whatever became of this one
                return new NotSent(unknown.reason());
            }
            if (!(result instanceof Stored)) {
                return result;
            }
        }
        return result;
    }

    /**
     * Publishes a change set that is no larger than a message may be.
     *
     * @param maybeStored whether the same was published before, and it is not known what became of it
     */
    Result publishWhole(ChangeSet changeSet, byte[] message, long expected, boolean maybeStored, long deadlineNanos) {
        return one(changeSet, message, expected, maybeStored, deadlineNanos);
    }

    private Result one(
            ChangeSet changeSet, byte[] message, long expected, boolean publishedBefore, long deadlineNanos) {
        Interruption interruption = new Interruption();
        try {
            return one(changeSet, message, expected, publishedBefore, deadlineNanos, interruption);
        } finally {
            interruption.restore();
        }
    }

    private Result one(
            ChangeSet changeSet,
            byte[] message,
            long expected,
            boolean publishedBefore,
            long deadlineNanos,
            Interruption interruption) {
        boolean maybeStored = publishedBefore;
        String reason = "";
        for (int attempt = 0; attempt == 0 || runtime.nanoTime() < deadlineNanos; attempt++) {
            try {
                long wait = Math.max(1, Math.min(ANSWER_NANOS, deadlineNanos - runtime.nanoTime()));
                long begun = runtime.work().begin();
                long sequence = runtime.await(send(changeSet, message, expected), wait);
                runtime.work().end(Timed.PUBLISH, begun);
                if (sequence == expected + 1) {
                    return new Stored(sequence);
                }
                maybeStored = true;
                reason = "it was said to be stored as " + sequence + " instead of " + (expected + 1);
            } catch (TimeoutException e) {
                maybeStored = true;
                reason = "no answer came";
            } catch (InterruptedException e) {
                // a commit is never interrupted: whoever is, may have sent it for others, too
                interruption.note();
                maybeStored = true;
                reason = "no answer came";
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                reason = String.valueOf(cause == null ? e : cause.getMessage());
                if (cause instanceof WrongLastSequenceException wrong) {
                    if (!maybeStored) {
                        return lost(wrong, expected);
                    }
                } else if (isNotSent(cause)) {
                    if (!maybeStored && (attempt == 0 || isFinal(cause))) {
                        return new NotSent(reason);
                    }
                } else {
                    maybeStored = true;
                }
                if (isClosed(cause)) {
                    break;
                }
            }
            Result found = maybeStored ? find(message, expected + 1, deadlineNanos) : null;
            if (found != null) {
                return found;
            }
            runtime.work().count(Counted.PUBLISH_RETRIES, 1);
            pause(attempt, deadlineNanos);
        }
        runtime.work().count(Counted.PUBLISH_FAILURES, 1);
        return maybeStored ? new Unknown(reason) : new NotSent(reason);
    }

    private CompletableFuture<Long> send(ChangeSet changeSet, byte[] message, long expected) {
        Tracing.Origin origin = runtime.work().origin();
        if (origin == null) {
            return publisher.publish(changeSet, message, expected);
        }
        Tracing.Sending sending = origin.send();
        return publisher
                .publish(changeSet, message, expected, sending.headers())
                .whenComplete((sequence, failure) -> sending.ended(failure));
    }

    /** A stream that ends before what this node has applied was deleted or set back: nobody came first. */
    private static Result lost(WrongLastSequenceException wrong, long expected) {
        long last = wrong.lastSequence();
        return last >= 0 && last < expected
                ? new NotSent("the stream ends at message " + last + ", before message " + expected
                        + " that this node has applied: it was deleted or set back")
                : new Lost(expected + 1);
    }

    /** Who is stored at a sequence: us, somebody else, or nobody yet that could be found. */
    private @Nullable Result find(byte[] message, long sequence, long deadlineNanos) {
        long left = Math.max(TimeUnit.MILLISECONDS.toNanos(MAX_PAUSE_MILLIS), deadlineNanos - runtime.nanoTime());
        try {
            StreamMessage found = subscriber.read(sequence, Duration.ofNanos(Math.min(ANSWER_NANOS, left)));
            if (found == null) {
                return null;
            }
            return Arrays.equals(found.data(), message) ? new Stored(sequence) : new Lost(sequence);
        } catch (IOException e) {
            return null;
        }
    }

    private static boolean isNotSent(@Nullable Throwable cause) {
        if (cause instanceof UnsupportedOperationException) {
            return true;
        }
        return cause instanceof PublishException failure
                && switch (failure.reason()) {
                    case NOT_CONNECTED, NO_STREAM, REJECTED, TOO_LARGE, WINDOW_FULL -> true;
                    case DISCONNECTED, TIMEOUT, CLOSED -> false;
                };
    }

    private static boolean isFinal(@Nullable Throwable cause) {
        return cause instanceof PublishException failure
                && (failure.reason() == PublishException.Reason.REJECTED
                        || failure.reason() == PublishException.Reason.TOO_LARGE);
    }

    private static boolean isClosed(@Nullable Throwable cause) {
        return cause instanceof PublishException failure && failure.reason() == PublishException.Reason.CLOSED;
    }

    private void pause(int attempt, long deadlineNanos) {
        long millis = Math.min(MAX_PAUSE_MILLIS, MIN_PAUSE_MILLIS << Math.min(attempt, 10));
        long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - runtime.nanoTime());
        try {
            runtime.sleep(TimeUnit.MILLISECONDS.toNanos(Math.max(1, Math.min(millis, left))));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
