package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.replay.AppliedChangeSet.Extent;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Writes the places of commits that the stream has accepted, in the transaction of whoever writes next: from then on
 * they are as if the applier had applied them (rule R6). Used with the write lock held.
 */
public final class Settlement {

    private final UndecidedCommits undecided;
    private final List<Flight> flights;
    private final AppliedState.Step step;
    private final Applier applier;
    private final LocalReplica replica;
    private final NodeRuntime runtime;
    private final List<AppliedChangeSet> applied = new ArrayList<>();

    /**
     * Of all that is accepted and not settled.
     *
     * @param applier whose place in the stream moves
     */
    Settlement(UndecidedCommits undecided, Applier applier, LocalReplica replica) {
        this.undecided = undecided;
        this.flights = undecided.unsettled();
        this.step = replica.state().step();
        this.applier = applier;
        this.replica = replica;
        this.runtime = applier.runtime();
        for (Flight flight : flights) {
            step.reach(flight.sequence());
            step.accept(undecided.publisher(), flight.counter());
        }
    }

    /** Whether there is nothing to be settled. */
    public boolean isEmpty() {
        return flights.isEmpty();
    }

    /** The step forward that it is part of, to which more can be added. */
    AppliedState.Step step() {
        return step;
    }

    /** Writes it, inside the caller's transaction; the last statement changes a row. */
    public void write(PositionTable table, OutboxTable outbox) throws SQLException {
        writeRows(outbox);
        step.write(table);
    }

    /** Writes all but the step. */
    void writeRows(OutboxTable outbox) throws SQLException {
        applied.clear();
        if (flights.isEmpty()) {
            return;
        }
        outbox.deleteUpTo(lastRow());
        if (applier.replay().isFollowed()) {
            long now = TimeUnit.MILLISECONDS.toNanos(runtime.currentTimeMillis());
            for (Flight flight : flights) {
                applied.add(AppliedChangeSet.of(flight.sequence(), now, Extent.of(flight.changeSet(), false)));
            }
        }
    }

    private long lastRow() {
        return flights.get(flights.size() - 1).lastRow();
    }

    /** The transaction is committed. */
    public void committed() {
        rowsCommitted();
        step.committed();
        tell();
    }

    /** All but the step is committed. */
    void rowsCommitted() {
        if (flights.isEmpty()) {
            return;
        }
        for (Flight flight : flights) {
            applier.replay().order().acknowledged(flight.sequence(), flight.counter());
        }
        replica.pending().removeUpTo(lastRow());
        undecided.settled(flights);
    }

    /** Tells listeners, after the step is committed. */
    void tell() {
        applied.forEach(applier.replay()::tell);
    }
}
