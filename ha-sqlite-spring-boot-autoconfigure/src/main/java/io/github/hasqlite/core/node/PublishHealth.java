package io.github.hasqlite.core.node;

import io.github.hasqlite.Outage;
import io.github.hasqlite.PublishException;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the stream takes what is published, as the last attempts have shown. Thread-safe. */
final class PublishHealth {

    private static final Logger logger = LoggerFactory.getLogger(PublishHealth.class);

    /** Elections and lost messages are over sooner than a commit gives up, so they are no trouble at once. */
    private static final Duration SHORT = Duration.ofSeconds(3);

    /** By then an election is over. */
    private static final Duration LONG = Duration.ofSeconds(15);

    private static final String HINT = ". If this lasts, JetStream may be off in the server: when its disk was full, it"
            + " stays off until the server is started again, also when there is room. An embedded server is started"
            + " again by itself";

    private final NodeRuntime runtime;
    private final AtomicBoolean said = new AtomicBoolean();
    private volatile @Nullable Failing failing;

    /** Failures without a success in between. */
    private record Failing(Outage outage, boolean refused) {}

    PublishHealth(NodeRuntime runtime) {
        this.runtime = runtime;
    }

    /** Something was stored. */
    void succeeded() {
        if (failing != null) {
            failing = null;
            said.set(false);
        }
    }

    /** All that had no answer has been stored. What the stream refused says nothing of what comes next. */
    void unansweredIsStored() {
        Failing now = failing;
        if (now != null && !now.refused) {
            succeeded();
        }
    }

    /** Something was not stored. What says nothing about the stream does not count. */
    void failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof PublishException publishing)) {
            return;
        }
        boolean refused = publishing.reason() == PublishException.Reason.REJECTED;
        switch (publishing.reason()) {
            // who is not connected is told so elsewhere; the others are this node's own limits
            case NOT_CONNECTED, TOO_LARGE, WINDOW_FULL, CLOSED -> {}
            case DISCONNECTED, TIMEOUT, NO_STREAM, REJECTED -> {
                Failing before = failing;
                Instant since = before == null ? runtime.now() : before.outage.since();
                boolean lasting = Duration.between(since, runtime.now()).compareTo(LONG) >= 0;
                Outage outage = new Outage(publishing.getMessage() + (lasting && !refused ? HINT : ""), since);
                failing = new Failing(outage, refused);
                if ((lasting || refused) && said.compareAndSet(false, true)) {
                    logger.warn("The stream stores nothing of what this node publishes: {}", outage.reason());
                }
            }
        }
    }

    /** Why the last attempt failed, or {@code null} if it did not. */
    @Nullable
    String reason() {
        Failing now = failing;
        return now == null ? null : now.outage.reason();
    }

    /** Why nothing was stored, and since when, if the stream did not even refuse it; otherwise {@code null}. */
    @Nullable
    Outage unanswered() {
        Failing now = failing;
        return now == null || now.refused ? null : now.outage;
    }

    /**
     * Why what is published is not stored, and since when; {@code null} if it is, or if it was not for a few
     * seconds only and the stream did not refuse it.
     */
    @Nullable
    Outage now() {
        Failing now = failing;
        if (now == null) {
            return null;
        }
        boolean lasting = now.refused
                || Duration.between(now.outage.since(), runtime.now()).compareTo(SHORT) >= 0;
        return lasting ? now.outage : null;
    }
}
