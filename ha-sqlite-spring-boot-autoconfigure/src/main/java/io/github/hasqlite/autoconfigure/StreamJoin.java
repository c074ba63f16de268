package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.apply.AppliedState;
import io.github.hasqlite.apply.Applier;
import io.github.hasqlite.outbox.OutboxRelay;
import io.github.hasqlite.outbox.PendingQueue;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a starting node together with the stream: checks that the two belong together, catches up,
 * and only then lets the outbox go out. A node with a usable database may start without the stream
 * and joins it later (rule R10).
 */
final class StreamJoin implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(StreamJoin.class);

    private static final long RETRY_MILLIS = 500;
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL_MILLIS = 2;

    private final NodeSettings settings;
    private final @Nullable ChangeSetSubscriber subscriber;
    private final Applier applier;
    private final AppliedState state;
    private final PendingQueue pending;
    private final OutboxRelay relay;
    private final String publisherId;
    private volatile @Nullable Thread later;
    private volatile @Nullable String refusal;
    private volatile boolean closed;
    private volatile boolean joined;

    StreamJoin(
            NodeSettings settings,
            @Nullable ChangeSetSubscriber subscriber,
            Applier applier,
            AppliedState state,
            PendingQueue pending,
            OutboxRelay relay,
            String publisherId) {
        this.settings = settings;
        this.subscriber = subscriber;
        this.applier = applier;
        this.state = state;
        this.pending = pending;
        this.relay = relay;
        this.publisherId = publisherId;
    }

    /** Whether the node has joined and caught up. */
    boolean joined() {
        return joined;
    }

    /** Why the node did not join, or {@code null}. */
    @Nullable
    String refusal() {
        return refusal;
    }

    /**
     * Joins now, or later if the stream cannot be reached and the database can be used without.
     *
     * @param fresh whether the database was not replicated before
     */
    void start(boolean fresh) {
        ChangeSetSubscriber source = subscriber;
        if (source == null) {
            relay.start(0);
            return;
        }
        try {
            join(source);
        } catch (IOException e) {
            if (fresh) {
                throw new ReplicationStartException(
                        "the stream cannot be reached, and this node's database is new: " + e.getMessage(),
                        "Start the NATS server or the node that embeds it, or correct ha.sqlite.replication-url."
                                + " A new database needs the stream once, to learn what is there already.",
                        e);
            }
            logger.warn("The stream cannot be reached ({}); starting with what the database has", e.getMessage());
            Thread thread = new Thread(() -> keepTrying(source), "ha-sqlite-join");
            thread.setDaemon(true);
            later = thread;
            thread.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicationStartException("interrupted while catching up", "Start again.", e);
        }
    }

    private void keepTrying(ChangeSetSubscriber source) {
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
                join(source);
                refusal = null;
                return;
            } catch (IOException e) {
                logger.debug("The stream cannot be reached yet", e);
            } catch (ReplicationStartException e) {
                refusal = e.getMessage() + ". " + e.action();
                logger.error("This node cannot join the stream: {} {}", e.getMessage(), e.action());
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                waitFor(e);
            }
        }
    }

    /** A server that answers but cannot be used may be put right while this node runs. */
    private void waitFor(RuntimeException obstacle) {
        String reason = String.valueOf(obstacle.getMessage());
        if (!reason.equals(refusal)) {
            refusal = reason;
            logger.warn("This node cannot join the stream yet: {}", reason);
        }
    }

    private void join(ChangeSetSubscriber source) throws IOException, InterruptedException {
        StreamState stream = source.state();
        check(stream);
        source.start(state.sequence(), applier);
        applier.start(publisherId);
        catchUp(stream.lastSequence());
        relay.start(pending.firstId() - 1);
        joined = true;
    }

    private void check(StreamState stream) {
        long applied = state.sequence();
        if (applied > stream.lastSequence()) {
            throw new ReplicationStartException(
                    "this database has applied the stream up to " + applied + ", but the stream ends at "
                            + stream.lastSequence() + ": it was deleted, rolled back, or is another one",
                    "Check ha.sqlite.replication-url, ha.sqlite.stream and ha.sqlite.replication-id. If the stream is"
                            + " lost, start one node with a new database file from this one's tables.",
                    null);
        }
        if (stream.firstSequence() > applied + 1 && stream.lastSequence() > applied) {
            throw new ReplicationStartException(
                    "this database has applied the stream up to " + applied + ", but the stream begins at "
                            + stream.firstSequence() + ": what was in between is gone",
                    "Copy the database file of a node that is up to date, or raise ha.sqlite.stream-max-age for the"
                            + " next time.",
                    null);
        }
    }

    private void catchUp(long end) throws InterruptedException {
        long started = System.nanoTime();
        long from = state.sequence();
        long reported = started;
        applier.hurry(true);
        try {
            while (state.sequence() < end) {
                long now = System.nanoTime();
                if (applier.halted() != null) {
                    throw new ReplicationStartException(
                            "catching up with the stream failed: " + applier.halted(),
                            "See the cause in the log.",
                            null);
                }
                if (now - started > settings.bootstrapTimeout().toNanos()) {
                    throw new ReplicationStartException(
                            "catching up with the stream took longer than " + settings.bootstrapTimeout() + ": "
                                    + state.sequence() + " of " + end + " is applied",
                            "Raise ha.sqlite.bootstrap.timeout.",
                            null);
                }
                if (now - reported > REPORT_NANOS) {
                    reported = now;
                    logger.info(
                            "Catching up: {} of {} applied, {} a second", state.sequence(), end, rate(from, started));
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } finally {
            applier.hurry(false);
        }
        logger.info("Node {} has caught up with the stream at {}", settings.name(), state.sequence());
    }

    private long rate(long from, long startedNanos) {
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos));
        return (state.sequence() - from) * 1_000 / millis;
    }

    @Override
    public void close() {
        closed = true;
        Thread thread = later;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
