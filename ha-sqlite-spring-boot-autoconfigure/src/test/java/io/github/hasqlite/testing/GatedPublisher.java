package io.github.hasqlite.testing;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A publisher that keeps what it is given until it is told to go on. */
public final class GatedPublisher extends ForwardingPublisher {

    private final List<Runnable> kept = new ArrayList<>();
    private boolean open = true;

    public GatedPublisher(ChangeSetPublisher publisher) {
        super(publisher);
    }

    /** From now on everything is kept. */
    public synchronized void shut() {
        open = false;
    }

    /** Publishes what was kept, and everything from now on. */
    public synchronized void open() {
        open = true;
        kept.forEach(Runnable::run);
        kept.clear();
    }

    @Override
    public synchronized CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
        if (open) {
            return super.publish(changeSet, message);
        }
        CompletableFuture<Long> stored = new CompletableFuture<>();
        kept.add(() -> super.publish(changeSet, message).whenComplete((sequence, failure) -> {
            if (failure == null) {
                stored.complete(sequence);
            } else {
                stored.completeExceptionally(failure);
            }
        }));
        return stored;
    }

    /** What is compared and set could not be kept. */
    @Override
    public boolean comparesAndSets() {
        return false;
    }
}
