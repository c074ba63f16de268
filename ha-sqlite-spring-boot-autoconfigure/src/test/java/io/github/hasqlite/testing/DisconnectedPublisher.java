package io.github.hasqlite.testing;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A publisher that reaches no stream: what is committed stays in the outbox. */
public final class DisconnectedPublisher implements ChangeSetPublisher {

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
        return CompletableFuture.failedFuture(new IOException("there is no stream"));
    }

    @Override
    public boolean isConnected() {
        return false;
    }
}
