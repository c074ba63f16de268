package io.github.hasqlite.core.commit;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.core.jdbc.ReadGate;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.replay.Fate;
import io.github.hasqlite.core.replay.Flight;
import io.github.hasqlite.core.replay.PositionTable;
import io.github.hasqlite.core.replay.Settlement;
import io.github.hasqlite.core.replay.StreamPosition;
import io.github.hasqlite.core.replay.UndecidedCommit;
import io.github.hasqlite.core.replay.UndecidedCommits;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.sql.SQLException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

/**
 * Brings transactions into the stream that were committed here first, all that have gathered meanwhile as one change
 * set. One of the threads that wait for them does it: there is no hand-over, and while one group is on its way the next
 * one gathers. Readers wait until it is known what becomes of what they have read. Thread-safe.
 */
final class GroupCommit implements ReadGate {

    private static final Logger logger = LoggerFactory.getLogger(GroupCommit.class);

    /** A stream that does not answer holds readers up for no longer: what it has not accepted is then taken back here. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How often somebody who waits looks whether it must do itself what it waits for. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Those who wait for others to bring them into the stream do it themselves if nobody seems to. */
    private static final long DOUBT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final NodeRuntime runtime;
    private final ChangeSetFactory changeSets;
    private final StrictPublishing stream;
    private final StreamPosition position;
    private final StrictOutcomes outcomes;
    private final UndecidedCommits undecided;
    private final WriteLock writeLock;
    private final Queue<Unanswered> unanswered = new ConcurrentLinkedQueue<>();
    private final boolean certifies;
    private final long timeoutNanos;
    private final long readersNanos;

    /** What was published and taken back here, because no answer came. */
    private record Unanswered(Flight flight, StrictPublishing.Attempt attempt, long deadlineNanos) {}

    GroupCommit(
            NodeSettings settings,
            ChangeSetFactory changeSets,
            StrictPublishing stream,
            StreamPosition position,
            StrictOutcomes outcomes) {
        this.position = position;
        this.outcomes = outcomes;
        this.writeLock = position.replica().writeLock();
        this.runtime = settings.runtime();
        this.changeSets = changeSets;
        this.stream = stream;
        this.undecided = position.undecided();
        this.certifies = settings.isolation() == StrictIsolation.SNAPSHOT;
        this.timeoutNanos = settings.publisherTimeout().toNanos();
        this.readersNanos = settings.pool().lockTimeout().toNanos() + PATIENCE_NANOS;
    }

    // ---- readers

    @Override
    public long takenBack() {
        return undecided.takenBack();
    }

    @Override
    public boolean isDoomed() {
        return undecided.isDoomed();
    }

    @Override
    public boolean admits(long before, BooleanSupplier cancelled) throws SQLException {
        awaitNewest(Long.MAX_VALUE, cancelled);
        return undecided.takenBack() == before;
    }

    /** Waits for what is undecided, and was before this call; begins no wait behind the deadline. */
    private void awaitNewest(long deadlineNanos, BooleanSupplier cancelled) throws SQLException {
        UndecidedCommit newest = undecided.newest();
        while (newest != null && !newest.isDecided() && runtime.nanoTime() < deadlineNanos) {
            awaitFate(newest, cancelled);
            // of one that was not committed after all nothing is known of those before it
            newest = newest.isWithdrawn() ? undecided.newest() : null;
        }
    }

    private void awaitFate(UndecidedCommit newest, BooleanSupplier cancelled) throws SQLException {
        long deadline = runtime.nanoTime() + readersNanos;
        while (!newest.isDecided()) {
            if (cancelled.getAsBoolean()) {
                throw interrupted();
            }
            long left = deadline - runtime.nanoTime();
            // those who have committed are quicker, and wait for it
            long untilDoubt = DOUBT_NANOS - (readersNanos - left);
            if (untilDoubt <= 0 && lead(false, false)) {
                continue;
            }
            if (left <= 0) {
                throw DB.newSQLException(
                        SQLiteErrorCode.SQLITE_BUSY.code,
                        "database is locked: it is not known yet whether the stream accepts what was read");
            }
            try {
                runtime.await(newest.fate(), Math.min(left, Math.max(untilDoubt, LOOK_NANOS)));
            } catch (TimeoutException e) {
                // looks again
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw interrupted();
            }
        }
    }

    private static SQLException interrupted() {
        return DB.newSQLException(SQLiteErrorCode.SQLITE_INTERRUPT.code, "interrupted");
    }

    // ---- writers

    /** What callers are told. */
    StrictOutcomes outcomes() {
        return outcomes;
    }

    /**
     * Adds a transaction to the outbox that is committed here before the stream has accepted it, with what the stream has
     * accepted before. With the write lock held.
     *
     * @param message what it does, as a message of its own
     */
    UndecidedEntry append(List<Change> changes, byte[] message, PositionTable table, OutboxTable outbox)
            throws SQLException {
        long id = position.replica().pending().nextId();
        Pending row = new Pending(id, changeSets.publisher(), -id, false);
        outbox.insert(row, message);
        Settlement settlement = position.settlement();
        if (!settlement.isEmpty()) {
            settlement.write(table, outbox);
        }
        UndecidedCommit commit = undecided.begin(row, changes, message.length);
        UndecidedEntry entry = new UndecidedEntry(commit, outbox, settlement, this, position);
        if (writeLock.isReadPast()) {
            // whoever reads past from now on waits for what it finds undecided, and may not have found this one
            entry.withdraw();
            throw new SerializationFailureException("somebody begins to read the database past replication, before the"
                    + " stream has accepted this transaction; roll it back and do it again");
        }
        return entry;
    }

    /** What becomes of a transaction that was made on top of what does not stay. */
    RolledBack onDoomed(long deadlineNanos) {
        return new RolledBack() {
            @Override
            public void await() throws SQLException {
                // the applier takes out what is doomed
                awaitNewest(deadlineNanos, () -> false);
                throw StrictOutcomes.abandoned();
            }
        };
    }

    /** Waits, without the write lock, until it is known what becomes of a transaction. */
    Fate await(UndecidedCommit commit) {
        commit.waits();
        boolean interrupted = false;
        long deadline = runtime.nanoTime() + timeoutNanos;
        while (!commit.isDecided() && runtime.nanoTime() < deadline) {
            if (lead(writeLock.isAwaited(), false)) {
                continue;
            }
            long pause = undecided.isNext(commit) ? LOOK_NANOS : DOUBT_NANOS;
            // looked at once more, because waiting for a lock may have used up what was to wake this thread
            if (!commit.isDecided()) {
                runtime.parkNanos(this, pause);
                // others may depend on what this thread does next
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return commit.fate().getNow(new Fate.Unknown("no answer came"));
    }

    /**
     * Waits until nothing is undecided, with the write lock held.
     *
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     * @return whether nothing is undecided
     */
    boolean awaitNothing(long deadlineNanos) {
        while (undecided.isAny() && runtime.nanoTime() < deadlineNanos) {
            if (lead(false, true)) {
                continue;
            }
            if (undecided.needsApplier()) {
                return false;
            }
            try {
                undecided.awaitDecided(deadlineNanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return !undecided.isAny();
    }

    // ---- bringing them into the stream

    /**
     * Brings all that has gathered into the stream, unless somebody else does.
     *
     * @param patient whether more is about to come
     * @param locked whether this thread has the write lock, so that the applier waits for it
     * @return whether it did
     */
    private boolean lead(boolean patient, boolean locked) {
        Flight flight = undecided.take(stream.maxMessageBytes() / 2, patient);
        if (flight == null) {
            return false;
        }
        // those who wait must not suffer for it
        boolean interrupted = Thread.interrupted();
        try {
            interrupted |= bring(flight, locked);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return true;
    }

    /** Brings it into the stream, or finds out that it is not there; whether this thread was interrupted meanwhile. */
    private boolean bring(Flight flight, boolean locked) {
        try {
            long begun = runtime.nanoTime();
            ChangeSet changeSet = changeSets.at(flight.expected(), flight.counter(), flight.changes());
            StrictPublishing.Attempt attempt = stream.attempt(changeSet, flight.expected());
            flight.loaded(changeSet, attempt.message());
            CompareAndSet.Result result = attempt.publish(begun + Math.min(PATIENCE_NANOS, timeoutNanos));
            if (result instanceof CompareAndSet.Unknown) {
                // readers have waited long enough: it is taken back here, whatever becomes of it in the stream
                unanswered.add(new Unanswered(flight, attempt, begun + timeoutNanos));
                undecided.doom(flight, new Fate.Detached(flight.later()), new Fate.Abandoned());
            } else {
                decide(flight, result, locked);
            }
        } catch (SQLException | RuntimeException e) {
            logger.error("What was to be brought into the stream could not be published", e);
            fail(flight, e);
        } catch (Error e) {
            fail(flight, e);
            throw e;
        } finally {
            undecided.leadsNoMore();
        }
        return Thread.interrupted();
    }

    private void fail(Flight flight, Throwable cause) {
        Fate unknown = new Fate.Unknown(String.valueOf(cause.getMessage()));
        undecided.doom(flight, unknown, new Fate.Abandoned());
        undecided.resolved(flight, unknown);
    }

    private void decide(Flight flight, CompareAndSet.Result result, boolean locked) {
        if (result instanceof CompareAndSet.Stored stored) {
            if (!undecided.accept(flight, stored.sequence())) {
                undecided.resolved(flight, fate(result));
            }
            return;
        }
        if (result instanceof CompareAndSet.Lost && certifies && !locked) {
            awaitLanded(flight);
        }
        Fate fate = fate(result);
        undecided.doom(flight, fate, fate);
        undecided.resolved(flight, fate);
    }

    /** The applier finds out whether those who came first meet what is undecided, as soon as it has the write lock. */
    private void awaitLanded(Flight flight) {
        undecided.lost(flight);
        try {
            undecided.awaitLanded(flight, runtime.nanoTime() + timeoutNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- what took too long

    /**
     * Finds out what became in the stream of what was taken back here, unless others do.
     *
     * @return whether it did
     */
    boolean learn() {
        Unanswered next = unanswered.poll();
        if (next == null) {
            return false;
        }
        if (next.flight.later().isDone()) {
            return true;
        }
        boolean interrupted = Thread.interrupted();
        Fate fate = new Fate.Unknown("no answer came");
        try {
            CompareAndSet.Result result = next.attempt.publish(next.deadlineNanos);
            if (result instanceof CompareAndSet.Stored stored) {
                undecided.accept(next.flight, stored.sequence());
            }
            fate = fate(result);
        } finally {
            undecided.resolved(next.flight, fate);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return true;
    }

    private static Fate fate(CompareAndSet.Result result) {
        if (result instanceof CompareAndSet.Stored stored) {
            return new Fate.InStream(stored.sequence());
        }
        if (result instanceof CompareAndSet.Lost lost) {
            return new Fate.Beaten(lost.sequence());
        }
        return result instanceof CompareAndSet.NotSent notSent
                ? new Fate.NotSent(notSent.reason())
                : new Fate.Unknown(((CompareAndSet.Unknown) result).reason());
    }
}
