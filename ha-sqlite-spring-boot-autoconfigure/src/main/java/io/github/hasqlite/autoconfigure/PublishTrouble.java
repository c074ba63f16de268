package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.Outage;
import io.github.hasqlite.nats.PublishException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Whether the stream takes what is published, as the last attempts have shown. Thread-safe. */
final class PublishTrouble {

    /** Elections and lost messages are over sooner than a commit gives up, so they are no trouble at once. */
    private static final Duration SHORT = Duration.ofSeconds(3);

    private volatile @Nullable Failing failing;

    /** Failures without a success in between. */
    private record Failing(Outage outage, boolean refused) {}

    /** Something was stored. */
    void succeeded() {
        if (failing != null) {
            failing = null;
        }
    }

    /** Something was not stored. What says nothing about the stream does not count. */
    void failed(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
        if (!(cause instanceof PublishException publishing)) {
            return;
        }
        boolean refused = publishing.reason() == PublishException.Reason.REJECTED;
        switch (publishing.reason()) {
            // who is not connected is told so elsewhere; the others are this node's own limits
            case NOT_CONNECTED, TOO_LARGE, WINDOW_FULL, CLOSED -> {}
            case DISCONNECTED, TIMEOUT, NO_STREAM, REJECTED -> {
                Failing before = failing;
                Instant since = before == null ? Instant.now() : before.outage.since();
                failing = new Failing(new Outage(String.valueOf(publishing.getMessage()), since), refused);
            }
        }
    }

    /** Why the last attempt failed, or {@code null} if it did not. */
    @Nullable
    String reason() {
        Failing now = failing;
        return now == null ? null : now.outage.reason();
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
                || Duration.between(now.outage.since(), Instant.now()).compareTo(SHORT) >= 0;
        return lasting ? now.outage : null;
    }
}
