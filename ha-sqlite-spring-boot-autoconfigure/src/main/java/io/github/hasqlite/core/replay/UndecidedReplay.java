package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.MetPendingException;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * What the applier does about commits that the stream has not accepted yet: writes the places of those that it has
 * accepted meanwhile, and takes the others out of the database when they can be accepted no more, before it applies
 * what came first. Used with the write lock held. Not thread-safe.
 */
final class UndecidedReplay {

    private static final int PAGES_A_COMMIT = 3;

    private final Applier applier;
    private final LocalReplica replica;
    private final ChangeSetApplication application;
    private final UndecidedCommits undecided;
    private final PendingOverlay pending;
    private final Rebase rebase;
    private final Attempts attempts;
    private final MessageJudge judge;
    private final AppliedListener listener;
    /** Whether what came first and does not meet what is undecided goes below it. */
    private boolean certifies;

    UndecidedReplay(Applier applier, LocalReplica replica, Replay replay, AppliedListener listener) {
        this.applier = applier;
        this.replica = replica;
        this.application = replica.application();
        this.undecided = applier.undecided();
        this.pending = replay.pending();
        this.rebase = replay.rebase();
        this.attempts = new Attempts(application);
        this.judge = replay.judge();
        this.listener = listener;
    }

    void certify(boolean on) {
        certifies = on;
    }

    /**
     * Takes out of the database what an earlier start has committed and the stream may not have accepted: nobody was
     * told that it is committed, or it comes back from the stream.
     */
    void recover() throws SQLException, HaltException {
        Pending oldest = replica.pending().peek(0);
        if (oldest == null || oldest.counter() > 0) {
            return;
        }
        // an outbox is of one commit mode: what another one has left is taken away before this one begins
        List<Pending> rows = OutboxTable.pending(replica.connection());
        attempts.run(undoFirst -> takeBack());
        rows.forEach(replica.pending()::remove);
    }

    /**
     * Does what must be done before anything is applied.
     *
     * @throws SQLException if trying again may help
     * @throws HaltException if it will not
     */
    void begin() throws SQLException, HaltException {
        settle();
        if (undecided.isDoomed()) {
            takeBack(new Fate.Abandoned());
        }
    }

    /**
     * Messages are about to be applied.
     *
     * @return whether what is to be applied must be looked up once more, because some of them were this node's own
     */
    boolean before(List<InboundMessage> batch) throws SQLException, HaltException {
        InboundMessage first = batch.get(0);
        Flight flight = undecided.flight();
        if (flight != null && flight.is(first)) {
            undecided.accept(flight, first.sequence());
        }
        boolean any = undecided.isAny();
        // looked at last: what was undecided before may be accepted by now
        if (!undecided.unsettled().isEmpty()) {
            settle();
            return true;
        }
        if (!any) {
            return false;
        }
        if (!certifies || meets(batch)) {
            takeBack(new Fate.Beaten(first.sequence()));
        }
        return false;
    }

    /** Messages of others have been applied. */
    void after() {
        if (undecided.isAny()) {
            undecided.overtaken();
        }
    }

    private boolean meets(List<InboundMessage> batch) throws SQLException, HaltException {
        Footprints made = new Footprints();
        rebase.addFootprints(0, made);
        ComingMessages coming = new ComingMessages(made, replica.state().step(), judge, application);
        for (InboundMessage received : batch) {
            if (coming.meets(received)) {
                return true;
            }
        }
        return false;
    }

    /** Writes the places of what was accepted. */
    void settle() throws SQLException {
        Settlement settlement = new Settlement(undecided, applier, replica);
        if (settlement.isEmpty()) {
            return;
        }
        try {
            execute("BEGIN IMMEDIATE");
            try (PositionTable table = new PositionTable(replica.connection())) {
                settlement.write(table, replica.outbox());
            }
            application.prepareCommit();
            execute("COMMIT");
        } catch (SQLException | RuntimeException | Error e) {
            rollBack(e);
            throw e;
        }
        listener.committed(PAGES_A_COMMIT, AppliedListener.Effect.NOTES);
        settlement.committed();
    }

    /**
     * Takes all that is undecided out of the database.
     *
     * @param otherwise as {@link UndecidedCommits#tookBack} says
     */
    void takeBack(Fate otherwise) throws SQLException, HaltException {
        List<UndecidedCommit> all = undecided.takeBack();
        if (!all.isEmpty()) {
            attempts.run(undoFirst -> takeBack());
            listener.committed(PAGES_A_COMMIT + (long) all.size(), AppliedListener.Effect.ROWS);
            all.forEach(commit -> replica.pending().remove(commit.row()));
            pending.forget();
        }
        undecided.tookBack(otherwise);
    }

    private void takeBack() throws SQLException, HaltException, MetPendingException {
        OutboxTable outbox = replica.outbox();
        try {
            execute("BEGIN IMMEDIATE");
            rebase.undo(0);
            outbox.deleteUpTo(Long.MAX_VALUE);
            application.prepareCommit();
            execute("COMMIT");
        } catch (SQLException | HaltException | RuntimeException | Error e) {
            rollBack(e);
            throw e;
        }
    }

    private void rollBack(Throwable cause) {
        pending.forget();
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            // SQLite may have rolled back by itself
            cause.addSuppressed(e);
        }
        try {
            application.rolledBack();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = replica.connection().createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
