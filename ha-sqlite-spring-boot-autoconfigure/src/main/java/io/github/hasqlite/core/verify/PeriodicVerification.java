package io.github.hasqlite.core.verify;

import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for verifications at intervals, one node at a time: the one that has the lease. Whoever was asked for one
 * meanwhile waits for a whole interval again. Thread-safe.
 */
final class PeriodicVerification implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(PeriodicVerification.class);

    private static final String LEASE = "verification";

    private static final long REACH_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final VerificationSource source;
    private final SnapshotStore store;
    private final Duration interval;
    private final NodeRuntime runtime;
    private final NodeThread thread;
    private volatile long reachedNanos;
    private volatile boolean closed;

    /**
     * Does nothing before {@link #start}.
     *
     * @param store whose leases are used; not closed
     * @param interval how long to wait between two; zero for ever
     * @param runtime the node's
     */
    PeriodicVerification(VerificationSource source, SnapshotStore store, Duration interval, NodeRuntime runtime) {
        this.runtime = runtime;
        this.reachedNanos = runtime.nanoTime();
        this.source = source;
        this.store = store;
        this.interval = interval;
        this.thread = runtime.thread("ha-sqlite-periodic-verifier", this::verifyPeriodically);
    }

    void start() {
        if (!interval.isZero()) {
            thread.start();
        }
    }

    /** This node has come to a place in the stream where all nodes are compared, whoever asked for it. */
    void reached() {
        reachedNanos = runtime.nanoTime();
    }

    private void verifyPeriodically() {
        String lastFailure = null;
        while (!closed) {
            try {
                long due = reachedNanos + interval.toNanos() - runtime.nanoTime();
                if (due > 0) {
                    runtime.sleep(due);
                } else if (!askInTurn()) {
                    runtime.sleep(RETRY_NANOS);
                }
                lastFailure = null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException | RuntimeException e) {
                String reason = String.valueOf(e.getMessage());
                if (!closed && !reason.equals(lastFailure)) {
                    logger.warn("The nodes could not be compared, trying again later: {}", reason);
                }
                lastFailure = reason;
                pause();
            }
        }
    }

    private void pause() {
        try {
            runtime.sleep(RETRY_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks for a verification; {@code false} if another node is about to, or this one does not get there. */
    private boolean askInTurn() throws IOException, InterruptedException {
        SnapshotStore.Lease lease = store.tryLease(LEASE);
        if (lease == null) {
            return false;
        }
        try (lease) {
            long before = reachedNanos;
            if (before + interval.toNanos() - runtime.nanoTime() > 0) {
                return true;
            }
            source.place(runtime.randomName());
            long deadline = runtime.nanoTime() + REACH_NANOS;
            while (reachedNanos == before && runtime.nanoTime() - deadline < 0) {
                runtime.sleep(LOOK_NANOS);
            }
            return reachedNanos != before;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(FAREWELL_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
