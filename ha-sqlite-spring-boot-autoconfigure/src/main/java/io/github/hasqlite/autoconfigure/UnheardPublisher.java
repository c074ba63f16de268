package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import java.util.concurrent.CompletableFuture;

/**
 * A publisher on a node that receives nothing: no echo arrives, so that the acknowledgement takes a
 * change set out of the outbox.
 */
record UnheardPublisher(ChangeSetPublisher publisher) implements ChangeSetPublisher {

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
        return publisher.publish(changeSet, message);
    }

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
        return publisher.publish(changeSet, message, expectedLastSequence);
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
    public boolean isConnected() {
        return publisher.isConnected();
    }

    @Override
    public boolean echoes() {
        return false;
    }

    @Override
    public void close() {
        publisher.close();
    }
}
