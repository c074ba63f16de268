package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.snapshot.SnapshotRecovery;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Brings a starting node together with the stream: checks that the two belong together, catches up,
 * and only then lets the outbox go out. A node with a usable database may start without the stream
 * and joins it later (rule R10).
 */
final class StreamJoin implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(StreamJoin.class);

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final NodeSettings settings;
    private final NodeRuntime runtime;
    private final Monitor lookingAgain;
    private final Applier applier;
    private final AppliedState state;
    private final SQLiteConnection connection;
    private final WriteLock writeLock;
    private final PendingQueue pending;
    private final OutboxRelay relay;
    private final String publisherId;
    private final @Nullable FollowingParts following;
    private volatile @Nullable BaselineAnnouncement beginning;
    private volatile @Nullable NodeThread later;
    private volatile @Nullable String refusal;
    private volatile boolean closed;
    /** Whether messages come in and are applied, also while this node has not caught up. */
    private boolean delivering;

    private volatile boolean begun;
    private volatile boolean joined;

    /**
     * The join of one node.
     *
     * @param publisherId whose messages are this node's
     * @param following {@code null} if nothing comes in: then there is nothing to catch up with
     */
    StreamJoin(
            NodeSettings settings,
            LocalReplica replica,
            Applier applier,
            OutboxRelay relay,
            String publisherId,
            @Nullable FollowingParts following) {
        this.settings = settings;
        this.runtime = settings.runtime();
        this.lookingAgain = runtime.monitor();
        this.applier = applier;
        this.state = replica.state();
        this.connection = replica.connection();
        this.writeLock = replica.writeLock();
        this.pending = replica.pending();
        this.relay = relay;
        this.publisherId = publisherId;
        this.following = following;
    }

    /** Whether it has begun to join. */
    boolean begun() {
        return begun;
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
     * Joins now, or later if the stream cannot be reached and the database can be used without. May be called again
     * after it has failed.
     *
     * @param way how the node arrived
     */
    void start(StartDecision.Way way) {
        begun = true;
        FollowingParts parts = following;
        if (parts == null) {
            relay.start(0);
            return;
        }
        beginning = parts.announcement(way);
        try {
            join(parts, parts.subscriber().state());
        } catch (IOException e) {
            if (way == StartDecision.Way.BEGIN) {
                throw new ReplicationStartException(
                        "the stream's history could not be begun with this database: " + e.getMessage(),
                        "Start this node again when that is mended; it goes on where it was.",
                        e);
            }
            if ((state.streamCreatedNs() == 0 && way != StartDecision.Way.WAIT) || state.isBegunWithNothing()) {
                throw new ReplicationStartException(
                        "the stream cannot be reached any more, and this node's database is new: " + e.getMessage(),
                        "Start the NATS server or the node that embeds it, and then this node again.",
                        e);
            }
            logger.warn("The stream cannot be reached ({}); starting with what the database has", e.getMessage());
            NodeThread thread = runtime.thread("ha-sqlite-join", () -> keepTrying(parts));
            later = thread;
            thread.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicationStartException("interrupted while catching up", "Start again.", e);
        }
    }

    /**
     * Looks at the stream once more that was taken for another one, and goes on if it is not.
     *
     * @return whether it goes on
     */
    boolean followAgain() {
        lookingAgain.lock();
        try {
            FollowingParts parts = following;
            if (parts == null || applier.doubtfulReset() == null) {
                logger.warn("Replication cannot go on: {}", applier.halted());
                return false;
            }
            ChangeSetSubscriber source = parts.subscriber();
            try {
                String reset = parts.identity().reset(local(), source.state());
                if (reset != null) {
                    logger.warn("Replication cannot go on: {}", reset);
                    return false;
                }
                source.stop();
                applier.notReset();
                source.start(state.sequence(), applier);
                return true;
            } catch (IOException e) {
                logger.warn("Replication cannot go on: {}", e.getMessage());
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        } finally {
            lookingAgain.unlock();
        }
    }

    private LocalDatabase local() {
        return new LocalDatabase(
                LocalDatabase.Kind.JOINED,
                state.sequence(),
                state.streamCreatedNs(),
                "",
                state.isBegunWithNothing(),
                0,
                state.newest());
    }

    private void keepTrying(FollowingParts parts) {
        while (!closed) {
            try {
                runtime.sleep(RETRY_NANOS);
                StreamState stream = admitted(parts);
                if (stream != null) {
                    join(parts, stream);
                    refusal = null;
                    logger.info(
                            "Node {} has joined the stream, and caught up at {}", settings.name(), state.sequence());
                    return;
                }
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

    /** What the stream is like; {@code null} as long as this node must not take part, for example because it was removed. */
    private @Nullable StreamState admitted(FollowingParts parts) throws IOException {
        try {
            return parts.subscriber().state();
        } catch (ReplicationStartException e) {
            tell(e.getMessage() + ". " + e.action());
            return null;
        }
    }

    /** A server that answers but cannot be used may be put right while this node runs. */
    private void waitFor(RuntimeException obstacle) {
        tell(String.valueOf(obstacle.getMessage()));
    }

    private void tell(String reason) {
        if (!reason.equals(refusal)) {
            refusal = reason;
            logger.warn("This node cannot join the stream yet: {}", reason);
        }
    }

    private void join(FollowingParts parts, StreamState found) throws IOException, InterruptedException {
        BaselineAnnouncement baseline = beginning;
        StreamState stream = checked(parts.identity(), found);
        try {
            long end = stream.lastSequence();
            if (baseline != null) {
                end = baseline.announce(stream);
            }
            if (state.streamCreatedNs() == 0) {
                if (baseline == null) {
                    state.beginWithNothing(connection);
                }
                state.follow(connection, stream.createdNs());
            }
            follow(parts, stream, end);
            if (state.isBegunWithNothing()) {
                hasBegun();
            }
            if (baseline != null) {
                baseline.takeSnapshot();
            }
        } catch (SQLException e) {
            throw new ReplicationStartException(
                    "the database cannot be written: " + e.getMessage(), "See the cause in the log.", e);
        }
        relay.start(pending.firstId() - 1);
        joined = true;
        SnapshotRecovery recovery = parts.recovery();
        if (recovery != null) {
            recovery.joined();
        }
    }

    private void follow(FollowingParts parts, StreamState stream, long end) throws IOException, InterruptedException {
        long gone = stream.firstSequence() - 1;
        long after = state.sequence();
        if (!delivering && gone > after && stream.endSequence() > after) {
            applier.onGap(after + 1, gone);
            after = gone;
        }
        SnapshotRecovery recovery = parts.recovery();
        if (!delivering) {
            parts.subscriber().start(after, applier);
            delivering = true;
            applier.start(publisherId);
            if (recovery != null) {
                recovery.start();
            }
        }
        catchUp(end, recovery != null);
    }

    /** The applier's connection is not ours any more while messages come in. */
    private void hasBegun() throws SQLException, InterruptedException {
        writeLock.await();
        try {
            state.hasBegun(connection);
        } finally {
            writeLock.release();
        }
    }

    private StreamState checked(StreamIdentity identity, StreamState found) throws IOException, InterruptedException {
        LocalDatabase local = local();
        StreamState stream = found;
        if (identity.reset(local, stream) != null) {
            stream = identity.askAgain(local);
        }
        String reset = identity.reset(local, stream);
        if (reset != null) {
            throw new ReplicationStartException(
                    reset,
                    "Start the node again: ha.sqlite.on-stream-reset says what becomes of its database then.",
                    null);
        }
        return stream;
    }

    private void catchUp(long end, boolean recovers) throws InterruptedException {
        long started = runtime.nanoTime();
        long from = state.sequence();
        long reported = started;
        applier.hurry(true);
        try {
            while (state.sequence() < end) {
                long now = runtime.nanoTime();
                if (closed) {
                    throw new ReplicationStartException(
                            "node " + settings.name() + " was closed while it caught up with the stream",
                            "Start it again.",
                            null);
                }
                if (applier.halted() != null && (!recovers || applier.snapshotNeeded() == 0)) {
                    throw new ReplicationStartException(
                            "catching up with the stream failed: " + applier.halted(), action(), null);
                }
                if (now - started > settings.bootstrapTimeout().toNanos()) {
                    throw new ReplicationStartException(
                            "catching up with the stream took longer than " + settings.bootstrapTimeout() + ": "
                                    + state.sequence() + " of " + end + " is applied"
                                    + (applier.halted() == null ? "" : "; " + applier.halted()) + obstacle(),
                            applier.snapshotNeeded() > 0 ? action() : "Raise ha.sqlite.bootstrap.timeout.",
                            null);
                }
                if (now - reported > REPORT_NANOS) {
                    reported = now;
                    logger.info(
                            "Catching up: {} of {} applied, {} a second", state.sequence(), end, rate(from, started));
                }
                runtime.sleep(POLL_NANOS);
            }
        } finally {
            applier.hurry(false);
        }
        logger.debug("Node {} has caught up with the stream at {}", settings.name(), state.sequence());
    }

    private String action() {
        return applier.snapshotNeeded() > 0
                ? "Let a node that is up to date take a snapshot (its snapshotter does so by itself), or copy that node's"
                        + " database file; and raise ha.sqlite.stream-max-age for the next time."
                : "See the cause in the log.";
    }

    /** What keeps a node from going on that needs a snapshot, with a semicolon in front; or empty. */
    String obstacle() {
        SnapshotRecovery recovery = following == null ? null : following.recovery();
        String inTheWay = recovery == null ? null : recovery.obstacle();
        return inTheWay == null ? "" : "; " + inTheWay;
    }

    private long rate(long from, long startedNanos) {
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(runtime.nanoTime() - startedNanos));
        return (state.sequence() - from) * 1_000 / millis;
    }

    @Override
    public void close() {
        closed = true;
        NodeThread thread = later;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
