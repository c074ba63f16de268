package io.github.hasqlite.core.commit;

import io.github.hasqlite.core.changeset.PauseMessage;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the writers of all nodes wait for a moment when a schema change has given way to them more than
 * once (rule R13): what they had pending gets into the stream meanwhile, and the schema change, done
 * again, meets nobody. Whoever waits goes on as soon as a schema change is applied, at the latest after
 * {@link #LIMIT_NANOS}. Thread-safe.
 */
public final class WriterPause {

    private static final Logger logger = LoggerFactory.getLogger(WriterPause.class);

    /** No writer waits longer for one message. */
    static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Who gives way twice within that time is one that tries again. */
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** The stream is quiet when nobody else's change set has come for so long. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    private static final long QUIET_AT_LATEST_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int RADIX = 36;

    private final ChangeSetFactory changeSets;
    private final OutboxRelay relay;
    private final AppliedState state;
    private final WriteLock writeLock;
    private final Set<String> own = ConcurrentHashMap.newKeySet();
    private final NodeRuntime runtime;
    private final Monitor lock;
    /** By {@link NodeRuntime#nanoTime()}; 0 if nobody waits. */
    private volatile long until;

    private boolean gaveWayBefore;
    private long gaveWayAt;

    /**
     * Creates it.
     *
     * @param writeLock the one write lock
     */
    public WriterPause(ChangeSetFactory changeSets, OutboxRelay relay, AppliedState state, WriteLock writeLock) {
        this.changeSets = changeSets;
        this.relay = relay;
        this.state = state;
        this.writeLock = writeLock;
        this.runtime = writeLock.runtime();
        this.lock = runtime.monitor();
    }

    /** A writer is about to begin: waits, if writers are to wait. Without the write lock. */
    void awaitTurn() throws SQLException {
        if (until == 0) {
            return;
        }
        lock.lock();
        try {
            try {
                while (until != 0) {
                    long left = until - runtime.nanoTime();
                    if (left <= 0) {
                        until = 0;
                    } else {
                        lock.await(left);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLException(
                        "interrupted while writers wait for another node's schema change", SqlStates.CANCELLED, e);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The stream says that writers are to wait. */
    public void begins(String id) {
        if (!own.remove(id)) {
            lock.lock();
            try {
                until = runtime.nanoTime() + LIMIT_NANOS;
                lock.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A schema change was applied. */
    public void ends() {
        if (until != 0) {
            lock.lock();
            try {
                until = 0;
                lock.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * A schema change of this node has given way. If that was so just before, asks all writers to wait, and
     * comes back when that shows. Without the write lock.
     */
    void gaveWay() {
        long now = runtime.nanoTime();
        lock.lock();
        try {
            boolean again = gaveWayBefore && now - gaveWayAt < AGAIN_NANOS;
            gaveWayBefore = true;
            gaveWayAt = now;
            if (!again) {
                return;
            }
        } finally {
            lock.unlock();
        }
        logger.info("A schema change has given way to other nodes again: asking their writers to wait for it");
        String id = Long.toString(runtime.random().nextLong() >>> 1, RADIX);
        own.add(id);
        try {
            CompletableFuture<Long> asked = publish(id);
            awaitQuiet();
            if (asked.isCompletedExceptionally()) {
                own.remove(id);
                logger.info("The writers of other nodes could not be asked to wait: the stream did not take it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<Long> publish(String id) throws InterruptedException {
        writeLock.await();
        try {
            return relay.publishBeside(changeSets.none(), new PauseMessage(id).bytes());
        } finally {
            writeLock.release();
        }
    }

    private void awaitQuiet() throws InterruptedException {
        long deadline = runtime.nanoTime() + QUIET_AT_LATEST_NANOS;
        long newest = newestOfOthers();
        long since = runtime.nanoTime();
        while (runtime.nanoTime() < deadline) {
            runtime.sleep(LOOK_NANOS);
            long now = newestOfOthers();
            if (now != newest) {
                newest = now;
                since = runtime.nanoTime();
            } else if (runtime.nanoTime() - since > QUIET_NANOS) {
                return;
            }
        }
    }

    private long newestOfOthers() throws InterruptedException {
        writeLock.await();
        try {
            return state.newestOfOthers(changeSets.publisher());
        } finally {
            writeLock.release();
        }
    }
}
