package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.MetPendingException;
import io.github.hasqlite.core.changeset.Fragment;
import io.github.hasqlite.core.changeset.PauseMessage;
import io.github.hasqlite.core.changeset.VerificationMessage;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.replay.AppliedChangeSet.Extent;
import io.github.hasqlite.core.runtime.Work;
import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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

    private final SQLiteConnection connection;
    private final ChangeSetApplication application;
    private final AppliedState state;
    private final MessageReader reader;
    private final AppliedListener listener;
    private final Work work;
    private final RejectionLog rejections;
    private final CommandOutcomes commandOutcomes;
    private final ConflictTable conflicts;
    private final DeadLetters deadLetters;
    private final PendingOverlay pending;
    private final ChangeSetReplay changeSets;
    private final MessageJudge judge;
    private final Attempts attempts;
    private final TracedApplications applications;
    private final StrictOrder order = new StrictOrder();
    private final Rebase rebase;
    private String ownPublisher = "";

    Replay(
            LocalReplica replica,
            ChangeSetSerializer serializer,
            MessageReader reader,
            List<ChangeSetInterceptor> interceptors,
            AppliedListener listener,
            RejectionLog rejections,
            CommandOutcomes commandOutcomes)
            throws SQLException {
        this.connection = replica.connection();
        this.application = replica.application();
        this.state = replica.state();
        this.reader = reader;
        this.listener = listener;
        this.work = replica.writeLock().runtime().work();
        this.rejections = rejections;
        this.commandOutcomes = commandOutcomes;
        this.conflicts = new ConflictTable(connection, serializer);
        this.deadLetters = new DeadLetters(connection);
        OutboxTable outbox = replica.outbox();
        this.rebase = new Rebase(application, outbox, serializer, conflicts);
        this.pending = new PendingOverlay(application, outbox, replica.pending(), serializer, listener, rebase, work);
        this.changeSets = new ChangeSetReplay(
                connection,
                application,
                state,
                this.pending,
                conflicts,
                new ChangeSetReplay.Observers(List.copyOf(interceptors), rejections, commandOutcomes));
        this.judge = new MessageJudge(state, new EchoMatcher(connection, outbox, replica.pending()), reader);
        this.attempts = new Attempts(application);
        this.applications = new TracedApplications(work);
    }

    /** Says which publisher's messages are this node's. */
    void ownPublisher(String publisher) {
        ownPublisher = publisher;
    }

    /** What commit mode {@code strict} takes for granted. */
    StrictOrder order() {
        return order;
    }

    /** What is pending here. */
    PendingOverlay pending() {
        return pending;
    }

    /** Takes what is pending out of the database. */
    Rebase rebase() {
        return rebase;
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
        Throwable failure = null;
        try {
            attempts.run(undoFirst -> apply(batch, undoFirst, progress()));
        } catch (SQLException | HaltException | RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            applications.end(failure);
        }
    }

    /**
     * Leaves a message out that cannot be applied here, and keeps it in {@code ha_dead_letters}.
     *
     * @param reason why it cannot be applied
     */
    void leaveOut(InboundMessage received, String reason) throws SQLException, HaltException {
        try {
            Progress progress = progress();
            progress.leftOut = reason;
            apply(List.of(received), false, progress);
        } catch (MetPendingException e) {
            throw new IllegalStateException("what is not applied meets nothing", e);
        } finally {
            applications.end(null);
        }
        deadLetters.recount();
    }

    /** The database has another content than this knows of. With the write lock held. */
    void moved() throws SQLException {
        state.load(connection);
        application.schemaChanged();
        pending.forget();
        order.clear();
        deadLetters.recount();
        conflicts.reload();
    }

    private Progress progress() {
        return new Progress(state.step(), listener.followsChangeSets());
    }

    private void apply(List<InboundMessage> batch, boolean undoFirst, Progress progress)
            throws SQLException, HaltException, MetPendingException {
        long begun = work.begin();
        execute("BEGIN IMMEDIATE");
        try {
            pending.begin(undoFirst, progress);
            for (InboundMessage received : batch) {
                apply(received, progress);
            }
            pending.finish(progress, ownPublisher);
            progress.step.write(connection);
            pending.writeEchoed(progress);
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
        work.end(Timed.APPLY, begun);
        committed(progress);
    }

    private void undo(Throwable cause) {
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

    private void committed(Progress progress) {
        if (progress.rebaseNanos > 0) {
            work.took(Timed.REBASE, progress.rebaseNanos);
        }
        if (progress.appliedChangeSets > 0) {
            work.count(Counted.APPLIED_CHANGE_SETS, progress.appliedChangeSets);
            work.count(Counted.APPLIED_ROWS, progress.appliedRows);
        }
        progress.rejected.forEach(rejections::add);
        progress.conflicts.forEach(listener::conflict);
        listener.committed(PAGES_A_COMMIT + progress.bytes / PAGE, progress.effect());
        progress.withoutEffect.forEach(state.withoutEffect::add);
        // whoever waits for this place finds everything counted, and whoever sees the outbox empty finds this place
        progress.step.committed();
        pending.committed(progress);
        progress.outcomes.forEach(Runnable::run);
        if (progress.applied != null) {
            progress.applied.forEach(listener::applied);
        }
    }

    private void apply(InboundMessage received, Progress progress)
            throws SQLException, HaltException, MetPendingException {
        progress.bytes += received.message().data().length;
        Verdict verdict = judge.judge(progress.step, pending.head(progress), received);
        if (verdict.counts()) {
            applyInTurn(verdict, received, progress);
        } else if (verdict instanceof Verdict.Rejected rejected) {
            progress.reject(received, rejected.reason());
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
        applications.begin(received, mine);
        if (mine) {
            progress.popped++;
            progress.echoed = echoed;
        }
        boolean inPlace = echoed != null && !echoed.command() && !progress.undone;
        if (inPlace) {
            progress.conflicts.addAll(settle(connection, received));
            note(echo(received, progress.step), progress);
        }
        ChangeSet changeSet = inPlace ? null : read(verdict, received, progress);
        checkOrder(changeSet, received, progress);
        progress.step.accept(received.publisher(), received.counter());
        boolean own = received.publisher().equals(ownPublisher);
        if (!mine) {
            pending.noteForgery(received, progress);
        }
        String leftOut = progress.leftOut;
        if (leftOut != null && changeSet != null) {
            deadLetters.add(received, leftOut);
            progress.withoutEffect.add(received.sequence());
            progress.outcomes.add(() -> commandOutcomes.complete(
                    received.publisher(),
                    received.counter(),
                    new SQLException("left out: " + leftOut, SqlStates.REPLICATION_STOPPED)));
        } else if (changeSet != null) {
            if (pending.meets(changeSet, progress)) {
                pending.undo(progress);
            }
            progress.appliedChangeSets++;
            progress.appliedRows += changeSet.changes().size();
            boolean effect = changeSets.apply(changeSet, received, mine, own, progress);
            if (!effect) {
                progress.withoutEffect.add(received.sequence());
            } else if (progress.applied != null) {
                List<Extent> extents = Extent.of(changeSet, application.isRenamedSince(changeSet));
                note(AppliedChangeSet.of(received.sequence(), received.message().timestampNs(), extents), progress);
            }
        }
        if (!mine && own) {
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
            progress.reject(received, String.valueOf(e.getMessage()));
            return null;
        }
    }

    // ---- what listeners are told

    /** Whether listeners want to be told of change sets. */
    boolean isFollowed() {
        return listener.followsChangeSets();
    }

    /** A change set was committed here by another connection than the applier's. With the write lock held. */
    void tell(AppliedChangeSet applied) {
        listener.applied(applied);
    }

    /**
     * An echo as listeners are told of it.
     *
     * @param step the one that has taken it, and has not accepted it yet
     * @return {@code null} if they are told of none
     */
    @Nullable
    AppliedChangeSet echo(InboundMessage received, AppliedState.Step step) throws SQLException {
        return isFollowed() ? AppliedChangeSet.echo(received, reader, step, connection) : null;
    }

    private static void note(@Nullable AppliedChangeSet applied, Progress progress) {
        if (applied != null && progress.applied != null) {
            progress.applied.add(applied);
        }
    }

    /**
     * What an echo makes certain of what was overwritten unseen; interceptors have been told.
     *
     * @param through the connection whose transaction deals with the echo
     */
    List<Conflict> settle(Connection through, InboundMessage echo) throws SQLException {
        return changeSets.settle(through, echo);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
