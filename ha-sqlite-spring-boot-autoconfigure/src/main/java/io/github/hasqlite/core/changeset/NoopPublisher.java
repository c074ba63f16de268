package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes nothing: every change set counts as stored at once, so that it leaves the outbox. For
 * nodes whose changes nobody is to see, and for measuring what capture alone costs. Thread-safe.
 *
 * <p>Nothing here uses it; it is kept because users of go-ha look for its {@code NoopPublisher} by that name.
 */
public final class NoopPublisher implements ChangeSetPublisher {

    private volatile boolean closed;

    /** Creates a publisher that needs nothing. */
    public NoopPublisher() {}

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
        return closed
                ? CompletableFuture.failedFuture(new IllegalStateException("the publisher is closed"))
                : CompletableFuture.completedFuture(0L);
    }

    @Override
    public boolean isConnected() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
