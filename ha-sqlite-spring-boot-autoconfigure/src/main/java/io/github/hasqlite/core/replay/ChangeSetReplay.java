package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.MetPendingException;
import io.github.hasqlite.core.apply.Outcome;
import io.github.hasqlite.core.sqlite.SchemaNote;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Applies one change set that is in turn, inside the caller's transaction: asks interceptors, records what it
 * overwrites unseen (rule R8), and says what its outcome means for this node and for whoever waits for it. Not
 * thread-safe.
 */
final class ChangeSetReplay {

    private final SQLiteConnection connection;
    private final ChangeSetApplication application;
    private final AppliedState state;
    private final PendingOverlay pending;
    private final ConflictTable conflicts;
    private final Observers observers;
    private final List<ChangeSetInterceptor> interceptors;

    ChangeSetReplay(
            SQLiteConnection connection,
            ChangeSetApplication application,
            AppliedState state,
            PendingOverlay pending,
            ConflictTable conflicts,
            Observers observers) {
        this.connection = connection;
        this.application = application;
        this.state = state;
        this.pending = pending;
        this.conflicts = conflicts;
        this.observers = observers;
        this.interceptors = observers.interceptors();
    }

    /** Who learns what becomes of a change set. */
    record Observers(
            List<ChangeSetInterceptor> interceptors, RejectionLog rejections, CommandOutcomes commandOutcomes) {}

    /**
     * Applies it.
     *
     * @param mine whether it was pending here, so that interceptors are not asked again
     * @param own whether it says that it is this start's of this node
     * @return whether it took effect
     */
    boolean apply(ChangeSet changeSet, InboundMessage received, boolean mine, boolean own, Progress progress)
            throws SQLException, HaltException, MetPendingException {
        List<ChangeSetInterceptor> asked = mine || own ? List.of() : interceptors;
        for (ChangeSetInterceptor interceptor : asked) {
            if (!interceptor.beforeApply(changeSet, connection)) {
                return false;
            }
        }
        boolean outdated = givesWay(changeSet, progress);
        SQLException failure = outdated ? gaveWay() : take(changeSet, received, progress);
        for (int i = asked.size() - 1; i >= 0; i--) {
            asked.get(i).afterApply(changeSet, connection, failure);
        }
        progress.outcomes.add(() -> {
            boolean told = observers.commandOutcomes().complete(received.publisher(), received.counter(), failure);
            if (outdated && !told && own) {
                observers
                        .rejections()
                        .add("message " + received.sequence() + ": a schema change of this node gave way to what other"
                                + " nodes had committed; do it again");
            }
        });
        return failure == null;
    }

    /** Applies it and tells of what it overwrote; why it failed, on all nodes alike, or {@code null}. */
    private @Nullable SQLException take(ChangeSet changeSet, InboundMessage received, Progress progress)
            throws SQLException, HaltException, MetPendingException {
        boolean above = !progress.undone && pending.head(progress) != null;
        Outcome outcome = above ? application.applyBesidePending(changeSet) : application.apply(changeSet);
        List<Conflict> found = conflicts.record(
                changeSet, application.overwritten(), received.message().timestampNs());
        progress.conflicts.addAll(told(found, connection));
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

    /** What the outcome means for this node; the failure for whoever waits for the change set. */
    private @Nullable SQLException judge(Outcome outcome, InboundMessage received, Progress progress)
            throws HaltException {
        if (outcome instanceof Outcome.Applied applied) {
            progress.schemaChanged |= applied.schemaChanged();
            for (Outcome.Skipped skipped : applied.skipped()) {
                requireBeginning(received, skipped, progress);
                progress.reject(received, "change " + skipped.change() + ": " + skipped.detail());
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
            progress.reject(received, failed.reason());
            return new SQLException(failed.reason(), null, failed.resultCode());
        }
        Outcome.Refused refused = (Outcome.Refused) outcome;
        progress.reject(received, "refused: " + refused.reason());
        return new SQLException("refused: " + refused.reason(), SqlStates.SYNTAX_OR_ACCESS);
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
}
