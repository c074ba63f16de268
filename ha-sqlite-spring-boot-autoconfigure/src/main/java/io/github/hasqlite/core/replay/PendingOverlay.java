package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.Footprint;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.runtime.Work;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What is pending here, on top of what the stream says (rule R5): whether a change set meets it, and what becomes of
 * it in a transaction that applies others below it. Not thread-safe.
 */
final class PendingOverlay {

    /** After so many transactions without a rebase, the next one may pay for getting ready again. */
    private static final int CALM = 1_000;

    private final ChangeSetApplication application;
    private final OutboxTable outbox;
    private final PendingQueue pending;
    private final ChangeSetSerializer serializer;
    private final AppliedListener listener;
    private final Rebase rebase;
    private final Work work;
    private final Footprints footprints = new Footprints();
    private long footprintGeneration = -1;
    /** Transactions since what is pending was last taken out. */
    private int calm;

    PendingOverlay(
            ChangeSetApplication application,
            OutboxTable outbox,
            PendingQueue pending,
            ChangeSetSerializer serializer,
            AppliedListener listener,
            Rebase rebase,
            Work work) {
        this.application = application;
        this.outbox = outbox;
        this.pending = pending;
        this.serializer = serializer;
        this.listener = listener;
        this.rebase = rebase;
        this.work = work;
    }

    /** The oldest change set that is still pending in this transaction, or {@code null}. */
    @Nullable
    Pending head(Progress progress) {
        return pending.peek(progress.popped);
    }

    /** A transaction begins. */
    void begin(boolean undoFirst, Progress progress) throws SQLException, HaltException {
        if (undoFirst) {
            undo(progress);
        } else if (++calm == CALM) {
            application.recordNoMore();
        }
    }

    /** Everything of the transaction is applied: what is pending is put on top, if it was taken out. */
    void finish(Progress progress, String ownPublisher) throws SQLException, HaltException {
        if (!progress.lost.isEmpty()) {
            undo(progress);
        }
        if (progress.undone) {
            reissue(progress, ownPublisher);
            long begun = work.begin();
            rebase.redo(progress.echoedId());
            progress.rebaseNanos += work.since(begun);
            footprints.clear();
        }
    }

    /** Removes from the outbox what has come back, inside the transaction. */
    void writeEchoed(Progress progress) throws SQLException {
        if (progress.echoed != null) {
            outbox.deleteUpTo(progress.echoed.id());
        }
    }

    /** The transaction is committed. */
    void committed(Progress progress) {
        Pending echoed = progress.echoed;
        if (echoed != null) {
            pending.removeUpTo(echoed.id());
            footprints.removeUpTo(echoed.id());
            listener.echoed(echoed.id());
        }
        for (Progress.Reissued again : progress.reissued) {
            pending.remove(again.lost());
            if (again.message() == null) {
                pending.add(again.row());
            } else {
                pending.add(again.row(), again.message());
            }
            listener.reissued(again.row(), again.changeSet(), again.message());
        }
    }

    /** The transaction did not come about, or the database has another content than this knows of. */
    void forget() {
        footprints.clear();
        rebase.forget();
    }

    /** Whether a change set must be applied below what is pending, and not beside it. */
    boolean meets(ChangeSet changeSet, Progress progress) throws SQLException, HaltException {
        if (progress.undone || pending.peek(progress.popped) == null) {
            return false;
        }
        if (changeSet.hasCommands() || !progress.lost.isEmpty()) {
            return true;
        }
        if (footprintGeneration != application.generation()) {
            footprints.clear();
        }
        footprints.removeUpTo(progress.echoedId());
        long known = Math.max(footprints.newest(), progress.echoedId());
        if (known < pending.nextId() - 1) {
            rebase.addFootprints(known, footprints);
        }
        Footprint footprint = application.footprint(changeSet);
        footprintGeneration = application.generation();
        return footprints.meet(footprint);
    }

    /** Takes what is pending out of the database, if that was not done before in this transaction. */
    void undo(Progress progress) throws SQLException, HaltException {
        if (!progress.undone) {
            Pending head = pending.peek(progress.popped);
            if (head != null && head.counter() < 0) {
                throw new MetUndecidedException();
            }
            calm = 0;
            long begun = work.begin();
            rebase.undo(progress.echoedId());
            progress.rebaseNanos += work.since(begun);
            progress.undone = true;
        }
    }

    /**
     * Whoever may publish may forge. A message with the id and the counter of one that is pending here
     * takes its place on every node, so what is pending needs another place.
     */
    void noteForgery(InboundMessage received, Progress progress) {
        Pending lost = pending.find(received.publisher(), received.counter());
        if (lost != null && lost.id() > progress.echoedId()) {
            progress.lost.add(lost);
        }
    }

    private void reissue(Progress progress, String ownPublisher) throws SQLException, HaltException {
        long taken = progress.step.counter(ownPublisher);
        for (Pending lost : progress.lost) {
            OutboxTable.Row row = outbox.read(lost.id() - 1, 1).get(0);
            int number = progress.reissued.size();
            ChangeSet changeSet = listener.renumber(rebase.read(row), taken, number);
            Pending again =
                    new Pending(pending.nextId() + number, changeSet.publisher(), changeSet.counter(), lost.command());
            byte[] message = null;
            if (row.large() == null) {
                message = serializer.serialize(changeSet);
                outbox.insert(again, message);
            } else {
                outbox.insertLarge(again, changeSet, serializer);
            }
            outbox.delete(lost.id());
            progress.reissued.add(new Progress.Reissued(lost, again, changeSet, message));
            progress.rejected.add("somebody else's message with number " + lost.counter() + " of publisher "
                    + lost.publisher() + ", which is this node; its own change set is published again as number "
                    + changeSet.counter());
        }
    }
}
