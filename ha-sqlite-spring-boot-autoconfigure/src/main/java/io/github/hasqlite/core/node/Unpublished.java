package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import java.util.concurrent.TimeUnit;

/** What a node has committed and the stream is not known to have. Thread-safe. */
final class Unpublished {

    /** A server that comes back does so within a few seconds; elections do not end connections. */
    private static final long PATIENCE_WITHOUT_CONNECTION = TimeUnit.SECONDS.toNanos(5);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final NodeSettings settings;
    private final PendingQueue pending;
    private final OutboxRelay relay;
    private final ChangeSetPublisher publisher;
    private final Applier applier;
    private final StreamJoin join;
    private final NodeStatus status;

    Unpublished(
            NodeSettings settings,
            LocalReplica replica,
            OutboxRelay relay,
            ChangeSetPublisher publisher,
            Applier applier,
            StreamJoin join,
            NodeStatus status) {
        this.settings = settings;
        this.pending = replica.pending();
        this.relay = relay;
        this.publisher = publisher;
        this.applier = applier;
        this.join = join;
        this.status = status;
    }

    /** How many change sets. */
    int size() {
        return pending.sizeBehind(relay.settled());
    }

    /** What becomes of them, with the reason why they are not in the stream, as far as that is known. */
    String fate() {
        return status.fate() + status.whyNotStored();
    }

    /**
     * Waits until there are none. Ends before if they cannot get out: because replication has stopped, or the stream has
     * not been reached for some seconds.
     *
     * @param nanos how long to wait
     * @throws InterruptedException if the thread is interrupted
     */
    void awaitNone(long nanos) throws InterruptedException {
        long deadline = settings.runtime().nanoTime() + nanos;
        long connected = settings.runtime().nanoTime();
        while (size() > 0 && !relay.isClosed() && applier.halted() == null) {
            long now = settings.runtime().nanoTime();
            if (join.begun() && publisher.isConnected()) {
                connected = now;
            }
            if (now - deadline >= 0 || now - connected > PATIENCE_WITHOUT_CONNECTION) {
                return;
            }
            relay.await(pending.nextId() - 1, Math.min(LOOK_NANOS, deadline - now));
        }
    }
}
