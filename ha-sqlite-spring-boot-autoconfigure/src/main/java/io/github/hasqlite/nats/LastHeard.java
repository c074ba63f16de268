package io.github.hasqlite.nats;

import io.nats.client.Message;
import io.nats.client.ReadListener;
import java.time.Instant;

/**
 * When anything came through a connection last, be it only the answer to a ping. A server that hangs is noticed some
 * seconds later, and has not been heard since then. Thread-safe.
 */
final class LastHeard implements ReadListener, DirectDataPort.Owner {

    private final ReadListener next;

    /** Milliseconds since 1970-01-01T00:00Z. */
    private volatile long millis = System.currentTimeMillis();

    /**
     * Nothing was heard yet: counts from now.
     *
     * @param next is told of everything, too
     */
    LastHeard(ReadListener next) {
        this.next = next;
    }

    /** When something came last, by this node's clock. */
    Instant at() {
        return Instant.ofEpochMilli(millis);
    }

    @Override
    public void opening(DirectDataPort port) {
        if (next instanceof DirectDataPort.Owner owner) {
            owner.opening(port);
        }
    }

    @Override
    public void protocol(String operation, String text) {
        millis = System.currentTimeMillis();
        next.protocol(operation, text);
    }

    @Override
    public void message(String operation, Message message) {
        millis = System.currentTimeMillis();
        next.message(operation, message);
    }
}
