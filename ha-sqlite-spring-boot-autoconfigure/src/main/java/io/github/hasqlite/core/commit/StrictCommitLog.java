package io.github.hasqlite.core.commit;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.LargeChanges;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.core.apply.CommandRules;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.jdbc.ReadGate;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.replay.PositionTable;
import io.github.hasqlite.core.replay.StreamPosition;
import io.github.hasqlite.core.replay.UndecidedCommits;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

    /** Of a transaction that is committed first: more is worth a message of its own. */
    private static final int MAX_CHANGES = 1_000;

    private static final int MAX_BYTES = 64 << 10;

    private final NodeRuntime runtime;
    private final ChangeSetFactory changeSets;
    private final StrictPublishing stream;
    private final StreamPosition position;
    private final LastCommits commits;
    private final LocalReplica replica;
    private final StrictOutcomes outcomes;
    /** {@code null} if all transactions are accepted one by one. */
    private final @Nullable GroupCommit group;

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
        this.replica = position.replica();
        this.outcomes = new StrictOutcomes(settings, position, commits);
        this.group = settings.groupCommit() ? new GroupCommit(settings, changeSets, stream, position, outcomes) : null;
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
    public ReadGate gate() {
        return group == null ? ReadGate.OPEN : group;
    }

    @Override
    public Appender open(Connection connection) throws SQLException {
        return new StrictAppender(new PositionTable(connection), new OutboxTable(connection));
    }

    @Override
    public void awaitTurn() {
        long received = position.received();
        if (received > position.tip() && !position.undecided().isAny()) {
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
        private final OutboxTable outbox;
        /** What the transaction that is about to be appended did, as a message. */
        private byte @Nullable [] message;

        StrictAppender(PositionTable table, OutboxTable outbox) {
            this.table = table;
            this.outbox = outbox;
        }

        @Override
        public void renew() throws SQLException {
            outbox.renew();
        }

        @Override
        public boolean places(List<Change> changes, boolean elsewhere) {
            message = null;
            if (elsewhere || !mayCommitFirst(changes)) {
                return true;
            }
            byte[] serialized = stream.serialize(changeSets.at(position.sequence(), 1, changes));
            message = serialized.length > Math.min(MAX_BYTES, stream.maxMessageBytes() / 4) ? null : serialized;
            return message == null;
        }

        @Override
        public Entry append(List<Change> changes) throws SQLException {
            byte[] serialized = message;
            GroupCommit bringing = group;
            if (serialized == null || bringing == null) {
                throw new IllegalStateException("it is to be brought to its place in the stream");
            }
            message = null;
            return bringing.append(changes, serialized, table, outbox);
        }

        @Override
        public Placement place(List<Change> changes) throws SQLException {
            requireStream();
            long deadline = runtime.nanoTime() + timeout.toNanos();
            if (group != null && !group.awaitNothing(deadline)) {
                return group.onDoomed(deadline);
            }
            long base = position.tip();
            ChangeSet changeSet = changeSets.at(base, position.nextCounter(changeSets.publisher()), changes);
            long beaten = position.received();
            if (beaten <= base) {
                CompareAndSet.Result result = stream.publish(changeSet, base, deadline);
                if (result instanceof CompareAndSet.Stored stored) {
                    return new Here(table, outbox, changeSet, stored.sequence());
                }
                if (!(result instanceof CompareAndSet.Lost lost)) {
                    return outcomes.unresolved(result);
                }
                beaten = lost.sequence();
            }
            return isolation == StrictIsolation.SNAPSHOT && !changeSet.hasCommands()
                    ? certify(changeSet, beaten, deadline)
                    : outcomes.new Beaten(beaten);
        }
    }

    /**
     * Whether a transaction may be committed here before the stream has accepted it. That pays if somebody waits who can
     * go on then, or is about to, and if something is on its way already.
     */
    private boolean mayCommitFirst(List<Change> changes) {
        UndecidedCommits undecided = position.undecided();
        return group != null
                && (undecided.isAny() || replica.writeLock().isAwaited() || undecided.isCrowded())
                && changes.size() <= MAX_CHANGES
                && !(changes instanceof LargeChanges)
                && !ChangeSet.hasCommands(changes)
                && undecided.mayCommitFirst()
                && !replica.writeLock().isReadPast()
                && position.halted() == null
                && stream.isConnected()
                && joined.getAsBoolean();
    }

    private void requireStream() throws SQLException {
        String halted = position.halted();
        if (halted != null) {
            throw stopped(halted);
        }
        if (!stream.isConnected()) {
            throw StrictOutcomes.notPublished("the stream cannot be reached");
        }
        if (!joined.getAsBoolean()) {
            throw StrictOutcomes.notPublished("this node has not caught up with the stream yet");
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
                return outcomes
                .new Elsewhere(stored.sequence(), position.outcome(changeSet.publisher(), changeSet.counter()));
            }
            if (!(result instanceof CompareAndSet.Lost lost)) {
                return outcomes.unresolved(result);
            }
            beaten = lost.sequence();
        }
        return outcomes.new Beaten(Math.max(beaten, certification.sequence()));
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
        private final OutboxTable outbox;
        private final ChangeSet changeSet;
        private final long sequence;
        private final StreamPosition.Advance advance;

        Here(PositionTable table, OutboxTable outbox, ChangeSet changeSet, long sequence) {
            this.table = table;
            this.outbox = outbox;
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
            advance.write(table, outbox);
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
}
