package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.SchemaChanges;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.replay.AppliedChangeSet.Extent;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where this node stands in the stream, for commits that are accepted by the stream first and take
 * effect here in the committing transaction itself. Whoever holds the write lock holds the applier up,
 * so that the position does not move. Thread-safe where it says so, otherwise used with the write lock
 * held.
 */
public final class StreamPosition {

    /** How often it is looked whether the applier has stopped. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Applier applier;
    private final LocalReplica replica;
    private final AppliedState state;
    private final ChangeSetApplication application;

    public StreamPosition(Applier applier, LocalReplica replica) {
        this.applier = applier;
        this.replica = replica;
        this.state = replica.state();
        this.application = replica.application();
    }

    /** The database that stands there. */
    public LocalReplica replica() {
        return replica;
    }

    /** The sequence up to which the stream is applied here. Thread-safe. */
    public long sequence() {
        return state.sequence();
    }

    /** The place behind which the next change set of this node is stored if nobody comes first. Thread-safe. */
    public long tip() {
        return applier.undecided().tip();
    }

    /** The newest sequence that has come from the stream, applied or not. Thread-safe. */
    public long received() {
        return applier.receivedSequence();
    }

    /** Why nothing is applied any more, or {@code null}. Thread-safe. */
    public @Nullable String halted() {
        return applier.halted();
    }

    /**
     * The counter of a publisher's next change set, if it comes right behind what is applied here. As all
     * its earlier ones are either applied or never accepted by the stream, none is left out or used twice.
     */
    public long nextCounter(String publisher) {
        return settlement().step().counter(publisher) + 1;
    }

    /**
     * Waits until everything up to a sequence is applied here. Thread-safe; without the write lock.
     *
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     * @return whether it is
     */
    public boolean await(long sequence, long deadlineNanos) throws InterruptedException {
        if (tip() >= sequence) {
            return true;
        }
        applier.hurry(true);
        try {
            while (applier.halted() == null) {
                long now = applier.runtime().nanoTime();
                long slice = Math.min(LOOK_NANOS, deadlineNanos - now);
                if (state.awaitSequence(sequence, now + slice)) {
                    return true;
                }
                if (slice < LOOK_NANOS) {
                    return false;
                }
            }
            return false;
        } finally {
            applier.hurry(false);
        }
    }

    /**
     * A step forward to a change set of this node that the stream has accepted.
     *
     * @param sequence of its last message
     */
    public Advance advance(ChangeSet changeSet, long sequence) {
        Settlement settlement = settlement();
        settlement.step().reach(sequence);
        settlement.step().accept(changeSet.publisher(), changeSet.counter());
        return new Advance(settlement, changeSet);
    }

    /** What the stream has accepted and is not written with the rows yet. */
    public Settlement settlement() {
        return new Settlement(applier.undecided(), applier, replica);
    }

    /** What is committed here and not accepted by the stream yet. Thread-safe. */
    public UndecidedCommits undecided() {
        return applier.undecided();
    }

    /** A step forward that counts once it is committed. */
    public final class Advance {

        private final Settlement settlement;
        private final AppliedState.Step step;
        private final ChangeSet changeSet;
        private @Nullable List<Extent> extents;

        private Advance(Settlement settlement, ChangeSet changeSet) {
            this.settlement = settlement;
            this.step = settlement.step();
            this.changeSet = changeSet;
        }

        /** Writes it inside the transaction that makes the change set's changes; the last statement changes a row. */
        public void write(PositionTable table, OutboxTable outbox) throws SQLException {
            settlement.writeRows(outbox);
            SchemaChanges.write(table.connection(), step.reached(), changeSet.publisher(), changeSet.changes());
            step.write(table);
            if (applier.replay().isFollowed()) {
                extents = Extent.of(changeSet, false);
            }
        }

        /** The transaction is committed. */
        public void committed() {
            settlement.rowsCommitted();
            applier.replay().order().acknowledged(step.reached(), changeSet.counter());
            step.committed();
            settlement.tell();
            if (extents != null) {
                long now = TimeUnit.MILLISECONDS.toNanos(applier.runtime().currentTimeMillis());
                applier.replay().tell(AppliedChangeSet.of(step.reached(), now, extents));
            }
        }
    }

    /** The schema has been changed by another connection than the applier's. */
    public void schemaCommitted() {
        application.schemaCommitted();
    }

    // ---- certification

    /** Begins to compare a change set with what came into the stream since it was made. */
    public Certification certify(ChangeSet changeSet) throws SQLException {
        Footprints made = new Footprints();
        made.add(changeSet.counter(), application.footprint(changeSet));
        return new Certification(made, settlement().step());
    }

    /**
     * Compares a change set with what came into the stream after the state it was made in and is not
     * applied yet.
     */
    public final class Certification {

        private final AppliedState.Step step;
        private final ComingMessages coming;
        private final long base;
        private int seen;
        private boolean met;

        private Certification(Footprints made, AppliedState.Step step) {
            this.step = step;
            this.base = step.reached();
            this.coming = new ComingMessages(made, step, applier.replay().judge(), application);
        }

        /**
         * Looks at everything that has come, and waits for more until it reaches {@code sequence}.
         *
         * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
         * @return whether it reached so far, and nothing that came met the change set
         */
        public boolean reaches(long sequence, long deadlineNanos) throws SQLException, InterruptedException {
            applier.inbox().hold(true);
            try {
                look();
                while (!met && step.reached() < sequence) {
                    if (!applier.inbox().awaitMoreThan(seen, deadlineNanos)) {
                        return false;
                    }
                    look();
                }
                return !met;
            } finally {
                applier.inbox().hold(false);
            }
        }

        private void look() throws SQLException {
            for (InboundMessage received : applier.inbox().after(seen)) {
                seen++;
                if (received.sequence() > base) {
                    met |= coming.meets(received);
                }
            }
        }

        /** Whether something that came met the change set. */
        public boolean met() {
            return met;
        }

        /** The newest sequence that was looked at. */
        public long sequence() {
            return step.reached();
        }

        /** The counter of a publisher's next change set right behind that. */
        public long nextCounter(String publisher) {
            return step.counter(publisher) + 1;
        }
    }

    /**
     * Says whom to tell when a change set of this node is applied at its place. To be called before the
     * write lock is given back.
     *
     * @return completes with {@code null}, or with why it took no effect, on all nodes alike
     */
    public CompletableFuture<@Nullable SQLException> outcome(String publisher, long counter) {
        return applier.commandOutcomes().expect(publisher, counter);
    }
}
