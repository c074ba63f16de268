package io.github.hasqlite.core.commit;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.core.apply.CommandRules;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.replay.PositionTable;
import io.github.hasqlite.core.replay.StreamPosition;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Commit mode {@code strict}: being accepted by the stream, right behind what this node has applied, is
 * the commit. Nothing goes through the outbox.
 *
 * <p>A counter is always the one that follows this publisher's last in the applied state. It may be
 * given to a second change set if it is not known what became of the first; but then only one of the two
 * can ever be stored: the second expects either the same sequence, or a later one, which the first can
 * no longer be stored behind. So counters have no holes and no doubles (rule R4).
 */
public final class StrictCommitLog implements CommitLog {

    /** Waiting for one's turn only spares a lost race. */
    private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long OUTCOME_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final NodeRuntime runtime;
    private final ChangeSetFactory changeSets;
    private final StrictPublishing stream;
    private final StreamPosition position;
    private final LastCommits commits;
    private final BooleanSupplier joined;
    private final StrictIsolation isolation;
    /** How long a commit waits for the stream, and a loser to be tried again. */
    private final Duration timeout;

    private final Supplier<String> whatToDo;

    /**
     * Creates the log.
     *
     * @param commits learns what each thread has committed
     * @param joined whether this node has caught up with the stream and may write to it
     * @param whatToDo what somebody has to do where replication has stopped, as the end of a sentence
     */
    public StrictCommitLog(
            NodeSettings settings,
            ChangeSetFactory changeSets,
            StrictPublishing stream,
            StreamPosition position,
            LastCommits commits,
            BooleanSupplier joined,
            Supplier<String> whatToDo) {
        this.runtime = settings.runtime();
        this.changeSets = changeSets;
        this.stream = stream;
        this.position = position;
        this.commits = commits;
        this.joined = joined;
        this.isolation = settings.isolation();
        this.timeout = settings.publisherTimeout();
        this.whatToDo = whatToDo;
    }

    @Override
    public @Nullable String refusal(String statement) {
        return CommandRules.refusal(statement);
    }

    @Override
    public Appender open(Connection connection) throws SQLException {
        return new StrictAppender(new PositionTable(connection));
    }

    @Override
    public void awaitTurn() {
        long received = position.received();
        if (received > position.sequence()) {
            try {
                position.await(received, runtime.nanoTime() + Math.min(TURN_NANOS, timeout.toNanos()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public long retryNanos() {
        return timeout.toNanos();
    }

    @Override
    public boolean reportsSerializationFailures() {
        return true;
    }

    private final class StrictAppender implements Appender {

        private final PositionTable table;

        StrictAppender(PositionTable table) {
            this.table = table;
        }

        @Override
        public boolean places(List<Change> changes) {
            return true;
        }

        @Override
        public Entry append(List<Change> changes) {
            throw new IllegalStateException("every transaction is brought to its place in the stream");
        }

        @Override
        public Placement place(List<Change> changes) throws SQLException {
            requireStream();
            long deadline = runtime.nanoTime() + timeout.toNanos();
            long base = position.sequence();
            ChangeSet changeSet = changeSets.at(base, position.nextCounter(changeSets.publisher()), changes);
            long beaten = position.received();
            if (beaten <= base) {
                CompareAndSet.Result result = stream.publish(changeSet, base, deadline);
                if (result instanceof CompareAndSet.Stored stored) {
                    return new Here(table, changeSet, stored.sequence());
                }
                if (!(result instanceof CompareAndSet.Lost lost)) {
                    return unresolved(result);
                }
                beaten = lost.sequence();
            }
            return isolation == StrictIsolation.SNAPSHOT && !changeSet.hasCommands()
                    ? certify(changeSet, beaten, deadline)
                    : new Beaten(beaten);
        }
    }

    private void requireStream() throws SQLException {
        String halted = position.halted();
        if (halted != null) {
            throw stopped(halted);
        }
        if (!stream.isConnected()) {
            throw notPublished("the stream cannot be reached");
        }
        if (!joined.getAsBoolean()) {
            throw notPublished("this node has not caught up with the stream yet");
        }
    }

    private SQLException stopped(String reason) {
        return new SQLNonTransientException(
                "in strict mode a transaction commits in the stream, but replication to this node has stopped: "
                        + reason
                        + "; it was rolled back, nothing of it took effect, and trying again does not help before "
                        + whatToDo.get(),
                SqlStates.REPLICATION_STOPPED);
    }

    private static SQLException notPublished(String why) {
        return new SQLException(
                "in strict mode a transaction commits in the stream, but " + why
                        + "; it was rolled back, nothing of it took effect, try again",
                SqlStates.CANNOT_CONNECT);
    }

    private Placement unresolved(CompareAndSet.Result result) throws SQLException {
        if (result instanceof CompareAndSet.NotSent notSent) {
            throw notPublished(notSent.reason());
        }
        return new Unresolved(((CompareAndSet.Unknown) result).reason());
    }

    /**
     * Others came first. As long as none of them wrote what this transaction wrote, its changes are
     * published again behind them, unchanged. The write lock is held all the while, so that all that came
     * is still to be applied and can be looked at.
     */
    private Placement certify(ChangeSet made, long first, long deadline) throws SQLException {
        StreamPosition.Certification certification = position.certify(made);
        long beaten = first;
        while (runtime.nanoTime() < deadline && reaches(certification, beaten, deadline)) {
            long base = certification.sequence();
            ChangeSet changeSet =
                    changeSets.at(base, certification.nextCounter(changeSets.publisher()), made.changes());
            CompareAndSet.Result result = stream.publish(changeSet, base, deadline);
            if (result instanceof CompareAndSet.Stored stored) {
                return new Elsewhere(stored.sequence(), position.outcome(changeSet.publisher(), changeSet.counter()));
            }
            if (!(result instanceof CompareAndSet.Lost lost)) {
                return unresolved(result);
            }
            beaten = lost.sequence();
        }
        return new Beaten(Math.max(beaten, certification.sequence()));
    }

    private static boolean reaches(StreamPosition.Certification certification, long sequence, long deadline)
            throws SQLException {
        try {
            return certification.reaches(sequence, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The stream has accepted it: it commits here. */
    private final class Here implements CommitLog.Placement {

        private final PositionTable table;
        private final ChangeSet changeSet;
        private final long sequence;
        private final StreamPosition.Advance advance;

        Here(PositionTable table, ChangeSet changeSet, long sequence) {
            this.table = table;
            this.changeSet = changeSet;
            this.sequence = sequence;
            this.advance = position.advance(changeSet, sequence);
        }

        @Override
        public boolean commitsHere() {
            return true;
        }

        @Override
        public boolean changesSchema() {
            return changeSet.hasCommands();
        }

        @Override
        public void settle() throws SQLException {
            advance.write(table);
        }

        @Override
        public SQLException notCommitted(SQLException cause) {
            return new SQLException(
                    "the transaction is committed in the stream as message " + sequence
                            + ", but this node could not commit it; it will be applied here like another node's, do not"
                            + " repeat it: " + cause.getMessage(),
                    SqlStates.OUTCOME_UNKNOWN,
                    cause);
        }

        @Override
        public void done(boolean committed) {
            if (committed) {
                advance.committed();
                commits.inStream(sequence);
                if (changesSchema()) {
                    position.schemaCommitted();
                }
            }
        }

        @Override
        public void await() {}
    }

    /** Others came first. */
    private final class Beaten extends RolledBack {

        private final long sequence;

        Beaten(long sequence) {
            this.sequence = sequence;
        }

        @Override
        public void await() throws SQLException {
            boolean caughtUp = false;
            try {
                caughtUp = position.await(sequence, runtime.nanoTime() + timeout.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SerializationFailureException(
                    "another transaction came first in the stream, as message " + sequence
                            + "; this one was rolled back, nothing of it took effect, do all of it again"
                            + (caughtUp ? "" : " (this node has not applied that message yet)"));
        }
    }

    /** The stream has accepted it behind others: the applier brings it here, after them. */
    private final class Elsewhere extends RolledBack {

        private final long sequence;
        private final CompletableFuture<@Nullable SQLException> outcome;

        Elsewhere(long sequence, CompletableFuture<@Nullable SQLException> outcome) {
            this.sequence = sequence;
            this.outcome = outcome;
        }

        @Override
        public void await() throws SQLException {
            commits.inStream(sequence);
            SQLException failure;
            try {
                if (!position.await(sequence, runtime.nanoTime() + timeout.toNanos())) {
                    throw notApplied(null);
                }
                failure = runtime.await(outcome, OUTCOME_NANOS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw notApplied(e);
            } catch (ExecutionException | TimeoutException e) {
                throw notApplied(e);
            }
            if (failure != null) {
                throw failure;
            }
        }

        private SQLException notApplied(@Nullable Exception cause) {
            return new SQLException(
                    "the transaction is committed in the stream as message " + sequence
                            + ", but not applied on this node yet; do not repeat it",
                    SqlStates.OUTCOME_UNKNOWN,
                    cause);
        }
    }

    /** It may be in the stream or not. */
    private final class Unresolved extends RolledBack {

        private final String reason;

        Unresolved(String reason) {
            this.reason = reason;
        }

        @Override
        public void await() throws SQLException {
            throw new SQLException(
                    "it is not known whether the stream has accepted the transaction (" + reason + ", within " + timeout
                            + "): it was rolled back on this node, and is applied on all nodes if the stream has it",
                    SqlStates.OUTCOME_UNKNOWN);
        }
    }
}
