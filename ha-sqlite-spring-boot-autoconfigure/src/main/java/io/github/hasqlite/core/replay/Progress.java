package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.core.outbox.Pending;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one transaction of {@link Replay} does, to be made known once it is committed. */
final class Progress {

    final AppliedState.Step step;
    final List<String> rejected = new ArrayList<>();
    final List<Conflict> conflicts = new ArrayList<>();

    /** The places of change sets that have no effect. */
    final List<Long> withoutEffect = new ArrayList<>();

    /** What those are told who wait for a message of the transaction. */
    final List<Runnable> outcomes = new ArrayList<>();

    /** What listeners are told of; {@code null} if nobody listens. */
    final @Nullable List<AppliedChangeSet> applied;

    final List<Pending> lost = new ArrayList<>();
    final List<Reissued> reissued = new ArrayList<>();
    long bytes;
    int appliedChangeSets;
    long appliedRows;
    /** What it took to take out what is pending and to put it on top again; 0 if nobody wants to know. */
    long rebaseNanos;

    int popped;

    @Nullable
    Pending echoed;

    /** Whether what is pending has been taken out of the database. */
    boolean undone;

    boolean schemaChanged;

    /** Why the one message is not applied. */
    @Nullable
    String leftOut;

    Progress(AppliedState.Step step, boolean followed) {
        this.step = step;
        this.applied = followed ? new ArrayList<>() : null;
    }

    /**
     * A pending change set whose counter somebody else's message has taken, and its new row.
     *
     * @param message {@code null} if it is large
     */
    record Reissued(Pending lost, Pending row, ChangeSet changeSet, byte @Nullable [] message) {}

    AppliedListener.Effect effect() {
        if (schemaChanged) {
            return AppliedListener.Effect.SCHEMA;
        }
        return appliedChangeSets > 0 || undone ? AppliedListener.Effect.ROWS : AppliedListener.Effect.NOTES;
    }

    long echoedId() {
        return echoed == null ? 0 : echoed.id();
    }

    void reject(InboundMessage received, String reason) {
        rejected.add(RejectionLog.text(received, reason));
    }
}
