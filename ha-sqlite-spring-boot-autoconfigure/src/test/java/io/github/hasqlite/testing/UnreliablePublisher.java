package io.github.hasqlite.testing;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** A publisher that loses what it is told to lose. */
public final class UnreliablePublisher extends ForwardingPublisher {

    /** What happens to the next message that is published behind an expected sequence. */
    public interface Fault {
        /**
         * Publishes, or not.
         *
         * @param publish hands the message to the real publisher
         */
        CompletableFuture<Long> publish(Publish publish) throws Exception;
    }

    /** Hands a message to the real publisher. */
    public interface Publish {
        CompletableFuture<Long> now();
    }

    private final AtomicReference<Fault> next;

    /**
     * Wraps a publisher.
     *
     * @param next taken once for one message; {@code null} for none
     */
    public UnreliablePublisher(ChangeSetPublisher publisher, AtomicReference<Fault> next) {
        super(publisher);
        this.next = next;
    }

    /** A future that says that the answer is lost. */
    public static CompletableFuture<Long> lost() {
        return CompletableFuture.failedFuture(new IOException("lost"));
    }

    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
        Fault fault = next.getAndSet(null);
        Publish publish = () -> super.publish(changeSet, message, expectedLastSequence);
        try {
            return fault == null ? publish.now() : fault.publish(publish);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
