package io.github.hasqlite.core.verify;

import io.github.hasqlite.SnapshotStore;
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

    private static final long REACH_SECONDS = 30;
    private static final long RETRY_SECONDS = 1;
    private static final long FAREWELL_MILLIS = 10_000;

    private final VerificationSource source;
    private final SnapshotStore store;
    private final Duration interval;
    private final Thread thread;
    private volatile long reachedNanos = System.nanoTime();
    private volatile boolean closed;

    /**
     * Does nothing before {@link #start}.
     *
     * @param store whose leases are used; not closed
     * @param interval how long to wait between two; zero for ever
     */
    PeriodicVerification(VerificationSource source, SnapshotStore store, Duration interval) {
        this.source = source;
        this.store = store;
        this.interval = interval;
        this.thread = new Thread(this::verifyPeriodically, "ha-sqlite-periodic-verifier");
        thread.setDaemon(true);
    }

    void start() {
        if (!interval.isZero()) {
            thread.start();
        }
    }

    /** This node has come to a place in the stream where all nodes are compared, whoever asked for it. */
    void reached() {
        reachedNanos = System.nanoTime();
    }

    private void verifyPeriodically() {
        String lastFailure = null;
        while (!closed) {
            try {
                long due = reachedNanos + interval.toNanos() - System.nanoTime();
                if (due > 0) {
                    TimeUnit.NANOSECONDS.sleep(due);
                } else if (!askInTurn()) {
                    TimeUnit.SECONDS.sleep(RETRY_SECONDS);
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

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(RETRY_SECONDS);
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
            if (before + interval.toNanos() - System.nanoTime() > 0) {
                return true;
            }
            source.place();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(REACH_SECONDS);
            while (reachedNanos == before && System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            return reachedNanos != before;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(FAREWELL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
