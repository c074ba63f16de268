package io.github.hasqlite.testing;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.Outage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A publisher that leaves everything to another one, to be changed in some respect. As thread-safe as that. */
public abstract class ForwardingPublisher implements ChangeSetPublisher {

    private final ChangeSetPublisher publisher;

    /** Forwards to a publisher, and closes it. */
    protected ForwardingPublisher(ChangeSetPublisher publisher) {
        this.publisher = publisher;
    }

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
    public List<String> missParts() {
        return publisher.missParts();
    }

    @Override
    public boolean isConnected() {
        return publisher.isConnected();
    }

    @Override
    public @Nullable Outage outage() {
        return publisher.outage();
    }

    @Override
    public boolean echoes() {
        return publisher.echoes();
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
