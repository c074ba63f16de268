package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.Outage;
import io.github.hasqlite.PublishException;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to the stream that this node follows and to no other (rule R11). While the stream is not heard, nothing
 * goes out: what is there next may be another one, and whoever listens finds that out before it is heard again.
 * What is stored must get a sequence beyond all that was applied here; if it does not, the stream was made
 * anew or set back, and nothing more is published. Notes, too, whether the stream takes what is published.
 * Thread-safe.
 */
final class ResetGuard implements ChangeSetPublisher {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** A server that is away stays away for longer. */
    private static final long HEARD_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ChangeSetPublisher publisher;
    private final NodeRuntime runtime;
    private final long patienceNanos;
    private final AppliedState state;
    private final @Nullable ChangeSetSubscriber subscriber;
    private final PublishHealth trouble;
    private volatile @Nullable Applier applier;

    ResetGuard(
            ChangeSetPublisher publisher,
            AppliedState state,
            @Nullable ChangeSetSubscriber subscriber,
            PublishHealth trouble,
            NodeSettings settings) {
        this.runtime = settings.runtime();
        this.patienceNanos =
                Math.min(HEARD_AGAIN_NANOS, settings.publisherTimeout().toNanos());
        this.publisher = publisher;
        this.trouble = trouble;
        this.state = state;
        this.subscriber = subscriber;
    }

    /** Says who learns of a reset, and knows of those that others have found. */
    void watch(Applier watched) {
        applier = watched;
    }

    private boolean isReset() {
        Applier watched = applier;
        return watched != null && watched.isReset();
    }

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
        return publish(changeSet, message, Map.of());
    }

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, Map<String, String> headers) {
        CompletableFuture<Long> refusal = refusal();
        if (refusal != null) {
            return refusal;
        }
        long applied = state.sequence();
        return publisher.publish(changeSet, message, headers).whenComplete((sequence, failure) -> {
            if (failure == null) {
                trouble.succeeded();
                check(applied, sequence);
            } else {
                trouble.failed(failure);
            }
        });
    }

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
        return publish(changeSet, message, expectedLastSequence, Map.of());
    }

    @Override
    public CompletableFuture<Long> publish(
            ChangeSet changeSet, byte[] message, long expectedLastSequence, Map<String, String> headers) {
        // another stream may end where this one did
        awaitHeard();
        CompletableFuture<Long> refusal = refusal();
        return refusal != null
                ? refusal
                : publisher
                        .publish(changeSet, message, expectedLastSequence, headers)
                        .whenComplete((sequence, failure) -> {
                            if (failure == null) {
                                trouble.succeeded();
                            } else {
                                trouble.failed(failure);
                            }
                        });
    }

    /** A consumer that is being made anew is there soon; nobody else would try a commit again that is not published. */
    private void awaitHeard() {
        long deadline = runtime.nanoTime() + patienceNanos;
        try {
            while (publisher.isConnected()
                    && !isReset()
                    && subscriber != null
                    && !subscriber.isConnected()
                    && runtime.nanoTime() < deadline) {
                runtime.sleep(LOOK_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why nothing goes out now; {@code null} if it does. */
    private @Nullable CompletableFuture<Long> refusal() {
        if (isReset()) {
            return refused();
        }
        return subscriber == null || subscriber.isConnected()
                ? null
                : CompletableFuture.failedFuture(new PublishException(
                        PublishException.Reason.NOT_CONNECTED, "the stream is not heard at the moment"));
    }

    private CompletableFuture<Long> refused() {
        Applier watched = applier;
        String removal = watched == null ? null : watched.removal();
        return CompletableFuture.failedFuture(new PublishException(
                PublishException.Reason.NO_STREAM,
                removal == null ? "the stream is another one than this node follows" : removal));
    }

    private void check(long applied, long sequence) {
        Applier watched = applier;
        if (sequence > 0 && sequence <= applied && watched != null) {
            watched.onCertainReset(
                    "the stream has stored a message as number " + sequence + ", but this database has applied it"
                            + " up to " + applied + ": it was made anew, or set back to an earlier state");
        }
    }

    @Override
    public boolean isConnected() {
        return publisher.isConnected() && !isReset();
    }

    /** Where nothing comes in, no echo does: there the acknowledgement takes a change set out of the outbox. */
    @Override
    public boolean echoes() {
        return subscriber != null && publisher.echoes();
    }

    @Override
    public boolean comparesAndSets() {
        return publisher.comparesAndSets();
    }

    @Override
    public int maxMessageBytes() {
        return publisher.maxMessageBytes();
    }

    @Override
    public List<String> missParts() {
        return publisher.missParts();
    }

    @Override
    public @Nullable Outage outage() {
        return publisher.outage();
    }

    @Override
    public String toString() {
        return publisher.toString();
    }

    @Override
    public void close() {
        publisher.close();
    }
}
