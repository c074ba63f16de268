package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.Snapshot;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a snapshot at intervals if there is something new, by the one node that has the lease, and
 * removes old ones after that, and from the stream what is older than it has to keep and covered. Taking one costs a copy of the whole database, so the pause between two
 * is never shorter than ten times what the last one took. Thread-safe.
 */
public final class PeriodicSnapshotter implements DatabaseSnapshotter {

    private static final Logger logger = LoggerFactory.getLogger(PeriodicSnapshotter.class);

    private static final String LEASE = "snapshot";
    private static final int PAUSE_FACTOR = 10;
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final SnapshotSource source;
    private final SnapshotStore store;
    private final Duration interval;
    private final Retention retention;
    private final NodeRuntime runtime;
    private final NodeThread thread;
    private final Monitor taking;
    private volatile boolean closed;
    private volatile @Nullable Snapshot known;
    private long newestSeen = -1;
    private @Nullable String lastFailure;
    /** Guarded by {@link #taking}. */
    private @Nullable String lastRefusal;

    /**
     * Makes a snapshotter that takes none by itself before {@link #start}.
     *
     * @param interval how long to wait between two snapshots; zero to take them only when asked
     * @param retention which snapshots are kept
     * @param runtime the node's
     */
    PeriodicSnapshotter(
            SnapshotSource source, SnapshotStore store, Duration interval, Retention retention, NodeRuntime runtime) {
        this.runtime = runtime;
        this.taking = runtime.monitor();
        this.source = source;
        this.store = store;
        this.interval = interval;
        this.retention = retention;
        this.thread = runtime.thread("ha-sqlite-snapshotter", this::run);
    }

    /** Begins to take snapshots at intervals, unless they are to be taken only when asked. */
    public void start() {
        if (!interval.isZero()) {
            thread.start();
        }
    }

    private void run() {
        long pause = interval.toNanos();
        while (!closed) {
            try {
                runtime.sleep(pause);
                long started = runtime.nanoTime();
                takeInTurn();
                pause = Math.max(interval.toNanos(), PAUSE_FACTOR * (runtime.nanoTime() - started));
                lastFailure = null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException | SQLException | RuntimeException e) {
                report(e);
            }
        }
    }

    /** A store that is away stays away for a while: once is enough. */
    private void report(Exception failure) {
        String reason = String.valueOf(failure.getMessage());
        if (!closed && !reason.equals(lastFailure)) {
            lastFailure = reason;
            logger.warn("No snapshot could be taken, trying again later: {}", reason, failure);
        }
    }

    /** Takes one if nobody else has since the last look, or does now. */
    private void takeInTurn() throws IOException, SQLException {
        if (source.unfit() != null) {
            return;
        }
        Snapshot newest = latest();
        long sequence = newest == null ? -1 : newest.sequence();
        boolean somebodyElseDid = newestSeen >= 0 && sequence > newestSeen;
        newestSeen = sequence;
        if (somebodyElseDid || sequence >= source.sequence()) {
            return;
        }
        SnapshotStore.Lease lease = store.tryLease(LEASE);
        if (lease == null) {
            return;
        }
        try (lease) {
            newestSeen = takeSnapshot().sequence();
        }
    }

    @Override
    public Snapshot takeSnapshot() throws IOException, SQLException {
        taking.lock();
        try {
            String unfit = source.unfit();
            if (unfit != null) {
                throw new SQLException(
                        "no snapshot can be taken of this node: " + unfit, SqlStates.NOT_IN_PREREQUISITE_STATE);
            }
            Snapshot newest = latest();
            if (newest != null && newest.sequence() >= source.sequence()) {
                return newest;
            }
            Snapshot taken = SnapshotFiles.take(source, store, runtime);
            known = taken;
            dropCovered(taken.streamCreatedNs());
            prune(taken.streamCreatedNs());
            return taken;
        } finally {
            taking.unlock();
        }
    }

    /** The oldest of those that are always kept counts: the newer ones may turn out to be damaged. */
    private void dropCovered(long streamCreatedNs) throws IOException {
        List<Snapshot> ours = SnapshotChoice.of(store, streamCreatedNs);
        if (ours.size() < retention.newest()) {
            return;
        }
        long covered = ours.get(retention.newest() - 1).sequence();
        try {
            source.dropCovered(streamCreatedNs, covered);
            lastRefusal = null;
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            if (!reason.equals(lastRefusal)) {
                lastRefusal = reason;
                logger.warn(
                        "The stream keeps what snapshots hold up to {} for longer than it has to, until the next"
                                + " snapshot: {}",
                        covered,
                        reason,
                        e);
            }
        }
    }

    private void prune(long streamCreatedNs) throws IOException {
        for (Snapshot old : retention.superfluous(store.list(), streamCreatedNs, source.firstSequence())) {
            store.delete(old);
        }
    }

    @Override
    public @Nullable Snapshot latest() throws IOException {
        List<Snapshot> ours = SnapshotChoice.of(store, source.streamCreatedNs());
        Snapshot newest = ours.isEmpty() ? null : ours.get(0);
        known = newest;
        return newest;
    }

    @Override
    public @Nullable Snapshot known() {
        return known;
    }

    @Override
    public @Nullable Snapshot fetchLatest(Path target) throws IOException {
        if (Files.exists(target)) {
            throw new IOException(target + " is there already; name a file that is not");
        }
        return SnapshotChoice.fetchNewest(
                store, SnapshotChoice.of(store, source.streamCreatedNs()), 0, target, (phase, done, of) -> {}, runtime);
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
