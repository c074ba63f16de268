package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import java.util.concurrent.CompletableFuture;

/**
 * The publisher of a read replica. It says that nothing is ever stored, so what is left in the outbox
 * from a time when this node could write stays there until it can again.
 */
final class ReadOnlyPublisher implements ChangeSetPublisher {

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
        return new CompletableFuture<>();
    }

    @Override
    public boolean echoes() {
        return true;
    }
}
