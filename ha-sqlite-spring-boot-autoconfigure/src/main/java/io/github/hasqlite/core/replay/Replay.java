package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.Footprint;
import io.github.hasqlite.core.apply.MetPendingException;
import io.github.hasqlite.core.apply.Outcome;
import io.github.hasqlite.core.changeset.Fragment;
import io.github.hasqlite.core.changeset.PauseMessage;
import io.github.hasqlite.core.changeset.VerificationMessage;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.sqlite.SchemaNote;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Applies messages of the stream to the database, many in one transaction, and keeps what is pending
 * on top (rules R4 to R6). Has no thread, no clock and no lock of its own: whoever calls holds the
 * write lock. Not thread-safe.
 */
final class Replay {

    /** Rough numbers are enough: they only say when a checkpoint is worth it. */
    private static final int PAGES_A_COMMIT = 3;

    private static final int PAGE = 4_096;

    /** After so many transactions without a rebase, the next one may pay for getting ready again. */
    private static final int CALM = 1_000;

    private final SQLiteConnection connection;
    private final ChangeSetApplication application;
    private final AppliedState state;
    private final OutboxTable outbox;
    private final PendingQueue pending;
    private final ChangeSetSerializer serializer;
    private final MessageReader reader;
    private final List<ChangeSetInterceptor> interceptors;
    private final Applier.AppliedListener listener;
    private final RejectionLog rejections;
    private final CommandOutcomes commandOutcomes;
    private final ConflictTable conflicts;
    private final DeadLetters deadLetters;
    private final Rebase rebase;
    private final MessageJudge judge;
    private final Attempts attempts;
    private final StrictOrder order = new StrictOrder();
    private final Footprints footprints = new Footprints();
    private long footprintGeneration = -1;
    /** Transactions since what is pending was last taken out. */
    private int calm;

    private String ownPublisher = "";

    Replay(
            SQLiteConnection connection,
            ChangeSetApplication application,
            AppliedState state,
            OutboxTable outbox,
            PendingQueue pending,
            ChangeSetSerializer serializer,
            MessageReader reader,
            List<ChangeSetInterceptor> interceptors,
            Applier.AppliedListener listener,
            RejectionLog rejections,
            CommandOutcomes commandOutcomes)
            throws SQLException {
        this.connection = connection;
        this.application = application;
        this.state = state;
        this.outbox = outbox;
        this.pending = pending;
        this.serializer = serializer;
        this.reader = reader;
        this.interceptors = List.copyOf(interceptors);
        this.listener = listener;
        this.rejections = rejections;
        this.commandOutcomes = commandOutcomes;
        this.conflicts = new ConflictTable(connection, serializer);
        this.deadLetters = new DeadLetters(connection);
        this.rebase = new Rebase(application, outbox, serializer, conflicts);
        this.judge = new MessageJudge(state, new EchoMatcher(connection, outbox, pending), reader);
        this.attempts = new Attempts(application);
    }

    /** Says which publisher's messages are this node's. */
    void ownPublisher(String publisher) {
        ownPublisher = publisher;
    }

    /** What commit mode {@code strict} takes for granted. */
    StrictOrder order() {
        return order;
    }

    /** Says what messages are, also to those who go ahead of what is applied. */
    MessageJudge judge() {
        return judge;
    }

    DeadLetters deadLetters() {
        return deadLetters;
    }

    /** A conflict is committed. */
    void tell(Conflict conflict) {
        listener.conflict(conflict);
    }

    /**
     * Applies messages in one transaction.
     *
     * @throws SQLException if nothing was applied, and trying again may help
     * @throws HaltException if nothing was applied, and trying again will not help
     */
    void apply(List<InboundMessage> batch) throws SQLException, HaltException {
        attempts.run(undoFirst -> apply(batch, undoFirst, new Progress(state.step())));
    }

    /**
     * Leaves a message out that cannot be applied here, and keeps it in {@code ha_dead_letters}.
     *
     * @param reason why it cannot be applied
     */
    void leaveOut(InboundMessage received, String reason) throws SQLException, HaltException {
        try {
            Progress progress = new Progress(state.step());
            progress.leftOut = reason;
            apply(List.of(received), false, progress);
        } catch (MetPendingException e) {
            throw new IllegalStateException("what is not applied meets nothing", e);
        }
        deadLetters.recount();
    }

    /** The database has another content than this knows of. With the write lock held. */
    void moved() throws SQLException {
        state.load(connection);
        application.schemaChanged();
        footprints.clear();
        rebase.forget();
        order.clear();
        deadLetters.recount();
        conflicts.reload();
    }

    private void apply(List<InboundMessage> batch, boolean undoFirst, Progress progress)
            throws SQLException, HaltException, MetPendingException {
        execute("BEGIN IMMEDIATE");
        try {
            if (undoFirst) {
                undoPending(progress);
            } else if (++calm == CALM) {
                application.recordNoMore();
            }
            for (InboundMessage received : batch) {
                apply(received, progress);
            }
            if (!progress.lost.isEmpty()) {
                undoPending(progress);
            }
            if (progress.undone) {
                reissue(progress);
                rebase.redo(progress.echoedId());
                footprints.clear();
            }
            progress.step.write(connection);
            if (progress.echoed != null) {
                outbox.deleteUpTo(progress.echoed.id());
            }
            application.prepareCommit();
            execute("COMMIT");
        } catch (UncheckedIOException e) {
            // a large change set could not be read just now, which says nothing about it
            undo(e);
            throw new SQLException(e.getMessage(), e);
        } catch (SQLException | HaltException | MetPendingException | RuntimeException | Error e) {
            undo(e);
            throw e;
        }
        committed(progress);
    }

    private void undo(Throwable cause) {
        footprints.clear();
        rebase.forget();
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

    private void committed(Progress progress) {
        progress.step.committed();
        progress.rejected.forEach(rejections::add);
        Pending echoed = progress.echoed;
        if (echoed != null) {
            pending.removeUpTo(echoed.id());
            footprints.removeUpTo(echoed.id());
            listener.echoed(echoed.id());
        }
        for (Reissued again : progress.reissued) {
            pending.remove(again.lost);
            if (again.message == null) {
                pending.add(again.row);
            } else {
                pending.add(again.row, again.message);
            }
            listener.reissued(again.row, again.changeSet, again.message);
        }
        listener.committed(PAGES_A_COMMIT + progress.bytes / PAGE, progress.schemaChanged);
        progress.outcomes.forEach(Runnable::run);
    }

    /** What one transaction does, to be made known once it is committed. */
    private static final class Progress {
        final AppliedState.Step step;
        final List<String> rejected = new ArrayList<>();
        final List<Runnable> outcomes = new ArrayList<>();
        final List<Pending> lost = new ArrayList<>();
        final List<Reissued> reissued = new ArrayList<>();
        long bytes;
        int popped;

        @Nullable
        Pending echoed;

        /** Whether what is pending has been taken out of the database. */
        boolean undone;

        boolean schemaChanged;

        /** Why the one message is not applied. */
        @Nullable
        String leftOut;

        Progress(AppliedState.Step step) {
            this.step = step;
        }

        long echoedId() {
            return echoed == null ? 0 : echoed.id();
        }
    }

    /**
     * A pending change set whose counter somebody else's message has taken, and its new row.
     *
     * @param message {@code null} if it is large
     */
    private record Reissued(Pending lost, Pending row, ChangeSet changeSet, byte @Nullable [] message) {}

    private void apply(InboundMessage received, Progress progress)
            throws SQLException, HaltException, MetPendingException {
        progress.bytes += received.message().data().length;
        Verdict verdict = judge.judge(progress.step, pending.peek(progress.popped), received);
        if (verdict.counts()) {
            applyInTurn(verdict, received, progress);
        } else if (verdict instanceof Verdict.Rejected rejected) {
            reject(received, rejected.reason(), progress);
        } else if (verdict instanceof Verdict.Break missing) {
            passBreak(received, missing, progress);
        } else if (verdict instanceof Verdict.Notice notice) {
            pass(notice, received, progress);
        } else {
            checkOrder(verdict.changeSet(), received, progress);
        }
    }

    private void pass(Verdict.Notice notice, InboundMessage received, Progress progress) {
        VerificationMessage verification = notice.verification();
        PauseMessage pause = notice.pause();
        if (verification != null) {
            progress.outcomes.add(() -> listener.verify(verification.id(), received.sequence()));
        } else if (pause != null) {
            progress.outcomes.add(() -> listener.pause(pause.id()));
        }
    }

    private void checkOrder(@Nullable ChangeSet changeSet, InboundMessage received, Progress progress)
            throws BrokenOrderException {
        if (changeSet != null && progress.leftOut == null) {
            order.check(changeSet, received);
        }
    }

    private void applyInTurn(Verdict verdict, InboundMessage received, Progress progress)
            throws SQLException, HaltException, MetPendingException {
        Pending echoed = verdict instanceof Verdict.Echo echo ? echo.row() : null;
        boolean mine = echoed != null;
        if (mine) {
            progress.popped++;
            progress.echoed = echoed;
        }
        boolean inPlace = echoed != null && !echoed.command() && !progress.undone;
        if (inPlace) {
            announce(settle(connection, received), progress);
        }
        ChangeSet changeSet = inPlace ? null : read(verdict, received, progress);
        checkOrder(changeSet, received, progress);
        progress.step.accept(received.publisher(), received.counter());
        if (!mine) {
            noteForgery(received, progress);
        }
        String leftOut = progress.leftOut;
        if (leftOut != null && changeSet != null) {
            deadLetters.add(received, leftOut);
            progress.outcomes.add(() -> commandOutcomes.complete(
                    received.publisher(), received.counter(), new SQLException("left out: " + leftOut, "58000")));
        } else if (changeSet != null) {
            if (meets(changeSet, progress)) {
                undoPending(progress);
            }
            applyChanges(changeSet, received, mine, progress);
        }
        if (!mine && received.publisher().equals(ownPublisher)) {
            progress.outcomes.add(() -> listener.notPending(received.counter()));
        }
    }

    /** What comes next in the stream follows only from a snapshot. */
    private void passBreak(InboundMessage received, Verdict.Break missing, Progress progress)
            throws SQLException, SnapshotNeededException {
        String leftOut = progress.leftOut;
        if (leftOut == null) {
            throw new SnapshotNeededException(missing.reason(), received.sequence());
        }
        deadLetters.add(received, leftOut);
    }

    // ---- what is pending

    /** Whether a change set must be applied below what is pending, and not beside it. */
    private boolean meets(ChangeSet changeSet, Progress progress) throws SQLException, HaltException {
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

    private void undoPending(Progress progress) throws SQLException, HaltException {
        if (!progress.undone) {
            calm = 0;
            rebase.undo(progress.echoedId());
            progress.undone = true;
        }
    }

    /**
     * Whoever may publish may forge. A message with the id and the counter of one that is pending here
     * takes its place on every node, so what is pending needs another place.
     */
    private void noteForgery(InboundMessage received, Progress progress) {
        Pending lost = pending.find(received.publisher(), received.counter());
        if (lost != null && lost.id() > progress.echoedId()) {
            progress.lost.add(lost);
        }
    }

    private void reissue(Progress progress) throws SQLException, HaltException {
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
            progress.reissued.add(new Reissued(lost, again, changeSet, message));
            progress.rejected.add("somebody else's message with number " + lost.counter() + " of publisher "
                    + lost.publisher() + ", which is this node; its own change set is published again as number "
                    + changeSet.counter());
        }
    }

    /** Reads what is to be applied; {@code null} if it was rejected. */
    private @Nullable ChangeSet read(Verdict verdict, InboundMessage received, Progress progress) throws SQLException {
        ChangeSet known = verdict.changeSet();
        if (known != null) {
            return known.atSequence(received.sequence());
        }
        try {
            Fragment last = received.part();
            ChangeSet changeSet = last == null
                    ? reader.changeSet(received)
                    : reader.changeSet(last, progress.step.parts(connection, last.publisher()));
            return changeSet.atSequence(received.sequence());
        } catch (ChangeSetFormatException e) {
            reject(received, String.valueOf(e.getMessage()), progress);
            return null;
        }
    }

    private void applyChanges(ChangeSet changeSet, InboundMessage received, boolean mine, Progress progress)
            throws SQLException, HaltException, MetPendingException {
        List<ChangeSetInterceptor> asked = mine || received.publisher().equals(ownPublisher) ? List.of() : interceptors;
        for (ChangeSetInterceptor interceptor : asked) {
            if (!interceptor.beforeApply(changeSet, connection)) {
                return;
            }
        }
        boolean outdated = givesWay(changeSet, progress);
        SQLException failure = outdated ? gaveWay() : take(changeSet, received, progress);
        for (int i = asked.size() - 1; i >= 0; i--) {
            asked.get(i).afterApply(changeSet, connection, failure);
        }
        progress.outcomes.add(() -> {
            boolean told = commandOutcomes.complete(received.publisher(), received.counter(), failure);
            if (outdated && !told && received.publisher().equals(ownPublisher)) {
                rejections.add(
                        "message " + received.sequence() + ": a schema change of this node gave way to what other"
                                + " nodes had committed; do it again");
            }
        });
    }

    /** Applies it and tells of what it overwrote; why it failed, on all nodes alike, or {@code null}. */
    private @Nullable SQLException take(ChangeSet changeSet, InboundMessage received, Progress progress)
            throws SQLException, HaltException, MetPendingException {
        boolean above = !progress.undone && pending.peek(progress.popped) != null;
        Outcome outcome = above ? application.applyBesidePending(changeSet) : application.apply(changeSet);
        List<Conflict> found = conflicts.record(
                changeSet, application.overwritten(), received.message().timestampNs());
        announce(told(found, connection), progress);
        return judge(outcome, received, progress);
    }

    /**
     * Whether a schema change holds rows that its author had copied, and somebody has committed since what
     * is not among them, or reshapes what somebody else has reshaped meanwhile: it takes no effect, and its
     * author does it again (rule R13).
     */
    private boolean givesWay(ChangeSet changeSet, Progress progress) throws SQLException {
        if (!changeSet.hasCommands()) {
            return false;
        }
        boolean stale = SchemaNote.of(changeSet.changes()).alone()
                && progress.step.othersSince(changeSet.baseSequence(), changeSet.publisher());
        return stale || application.crossesSchemaChange(changeSet);
    }

    private static SQLException gaveWay() {
        return new SerializationFailureException("other nodes have committed since this schema change was made: what it"
                + " has copied or dropped is not all, or the schema is another one; nothing of it took effect, do all of"
                + " it again");
    }

    /**
     * What an echo makes certain of what was overwritten unseen; interceptors have been told.
     *
     * @param through the connection whose transaction deals with the echo
     */
    List<Conflict> settle(Connection through, InboundMessage echo) throws SQLException {
        return told(conflicts.settle(through, echo), through);
    }

    private List<Conflict> told(List<Conflict> found, Connection through) throws SQLException {
        for (Conflict conflict : found) {
            for (ChangeSetInterceptor interceptor : interceptors) {
                interceptor.onConflict(conflict, through);
            }
        }
        return found;
    }

    private void announce(List<Conflict> found, Progress progress) {
        for (Conflict conflict : found) {
            progress.outcomes.add(() -> listener.conflict(conflict));
        }
    }

    /** What the outcome means for this node; the failure for whoever waits for the change set. */
    private @Nullable SQLException judge(Outcome outcome, InboundMessage received, Progress progress)
            throws HaltException {
        if (outcome instanceof Outcome.Applied applied) {
            progress.schemaChanged |= applied.schemaChanged();
            for (Outcome.Skipped skipped : applied.skipped()) {
                requireBeginning(received, skipped, progress);
                reject(received, "change " + skipped.change() + ": " + skipped.detail(), progress);
            }
            return null;
        }
        if (outcome instanceof Outcome.Failed failed) {
            if (failed.scope() == Outcome.Scope.THIS_NODE) {
                throw new HaltException(
                        "change set " + received.sequence() + " of the stream cannot be applied on this node: "
                                + failed.reason(),
                        null);
            }
            reject(received, failed.reason(), progress);
            return new SQLException(failed.reason(), null, failed.resultCode());
        }
        Outcome.Refused refused = (Outcome.Refused) outcome;
        reject(received, "refused: " + refused.reason(), progress);
        return new SQLException("refused: " + refused.reason(), "42000");
    }

    /**
     * Go nodes may have had tables before they joined the stream, which then does not tell of them. Where a
     * node of this project was there first, its own history counts, and whoever publishes rubbish stops nobody.
     */
    private void requireBeginning(InboundMessage received, Outcome.Skipped skipped, Progress progress)
            throws HaltException {
        if (state.isBegunWithNothing()
                && received.publisher().isEmpty()
                && !progress.step.knowsPublishers()
                && skipped.cause() == Outcome.Skipped.Cause.NO_TABLE
                && !application.wasThere(skipped.table())) {
            throw new HaltException(
                    "message " + received.sequence()
                            + " of the stream, which a Go node has published, changes the table "
                            + skipped.table() + ", which no message before has created: the stream alone does not hold"
                            + " what that node has begun with. Let the Go node take a snapshot, or give this node a copy"
                            + " of the database of one that is up to date; then remove this node's file "
                            + "and start it again",
                    null);
        }
    }

    private static void reject(InboundMessage received, String reason, Progress progress) {
        progress.rejected.add(RejectionLog.text(received, reason));
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
