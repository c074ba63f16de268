package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.PositionNotReachedException;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.core.commit.LastCommits;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.replay.StreamPosition;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The position of a node that replicates. Thread-safe. */
final class NodePositions implements ReplicationPosition {

    /** How often somebody who waits looks whether the node has gone on from a snapshot, or its outbox was emptied. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How often somebody who waits for what is being applied looks whether the node was closed. */
    private static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int RADIX = 36;

    /** More than a century; the sum with a clock's reading is still a number. */
    private static final long FOREVER_NANOS = Long.MAX_VALUE / 2;

    private final NodeSettings settings;
    private final NodeRuntime runtime;
    private final AppliedState state;
    private final PendingQueue pending;
    private final ChangeSetPublisher publisher;
    private final OutboxRelay relay;
    private final Applier applier;
    private final StreamPosition position;
    private final LastCommits commits;
    private volatile boolean closed;

    /**
     * The position of one node.
     *
     * @param publisher the one that the relay publishes to
     */
    NodePositions(
            NodeSettings settings,
            LocalReplica replica,
            ChangeSetPublisher publisher,
            OutboxRelay relay,
            Applier applier,
            StreamPosition position,
            LastCommits commits) {
        this.settings = settings;
        this.runtime = settings.runtime();
        this.state = replica.state();
        this.pending = replica.pending();
        this.publisher = publisher;
        this.relay = relay;
        this.applier = applier;
        this.position = position;
        this.commits = commits;
    }

    @Override
    public String stream() {
        long created = state.streamCreatedNs();
        return created == 0 ? "" : Long.toString(created, RADIX);
    }

    @Override
    public long applied() {
        return position.tip();
    }

    @Override
    public long ofLastCommit(Duration timeout) throws PositionNotReachedException {
        long row = commits.row();
        return Math.max(commits.sequence(), row == 0 ? 0 : ofOutbox(row, timeout));
    }

    @Override
    public long current(Duration timeout) throws PositionNotReachedException {
        requireOpen();
        long row = pending.nextId() - 1;
        // what a node that only reads has in its outbox is of an earlier time, and stays there
        return settings.readOnly() || pending.size() == 0 || settings.commitMode() == CommitMode.STRICT
                ? position.tip()
                : ofOutbox(row, timeout);
    }

    /** A position at or behind that of a row of the outbox: one that was acknowledged, or has come back. */
    private long ofOutbox(long row, Duration timeout) throws PositionNotReachedException {
        long patience = nanos(timeout);
        long deadline = runtime.nanoTime() + patience;
        try {
            if (relay.await(row, patience) && awaitPlace(row, deadline)) {
                return Math.max(relay.acknowledged(), state.sequence());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PositionNotReachedException(notInStream("the wait was interrupted"), e);
        }
        throw new PositionNotReachedException(notInStream("not within " + timeout));
    }

    /** A publisher that does not say at which place something is leaves that to the echo. */
    private boolean awaitPlace(long row, long deadline) throws InterruptedException {
        while (relay.acknowledged() == 0 && publisher.echoes() && pending.firstId() <= row) {
            long left = deadline - runtime.nanoTime();
            if (left <= 0) {
                return false;
            }
            position.await(state.sequence() + 1, runtime.nanoTime() + Math.min(left, LOOK_NANOS));
        }
        return true;
    }

    /** However long somebody wants to wait. */
    private static long nanos(Duration timeout) {
        return Math.max(0, Math.min(TimeUnit.NANOSECONDS.convert(timeout), FOREVER_NANOS));
    }

    private void requireOpen() throws PositionNotReachedException {
        if (closed) {
            throw new PositionNotReachedException(
                    "node " + settings.name() + " is closed: it applies nothing any more");
        }
    }

    /** The node ends: nothing is worth waiting for any more. */
    void close() {
        closed = true;
    }

    private String notInStream(String how) {
        return "the stream does not have what node " + settings.name() + " has committed: " + how
                + "; it is committed here and will be replicated, so do not repeat it; health says whether the stream can"
                + " be reached";
    }

    @Override
    public void await(long wanted, Duration timeout) throws PositionNotReachedException {
        long deadline = runtime.nanoTime() + nanos(timeout);
        try {
            while (!position.await(wanted, Math.min(deadline, runtime.nanoTime() + SLICE_NANOS))) {
                requireOpen();
                long left = deadline - runtime.nanoTime();
                String halted = applier.halted();
                if (halted != null && applier.snapshotNeeded() == 0) {
                    throw new PositionNotReachedException(
                            behind(wanted) + ", and replication to it has stopped: " + halted);
                }
                if (left <= 0) {
                    throw new PositionNotReachedException(behind(wanted) + " within " + timeout);
                }
                if (halted != null) {
                    runtime.sleep(Math.min(left, LOOK_NANOS));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PositionNotReachedException(behind(wanted) + ", and the wait was interrupted", e);
        }
    }

    private String behind(long wanted) {
        return "node " + settings.name() + " has applied the stream up to " + state.sequence() + " and not up to "
                + wanted;
    }
}
