package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was made here with what has come and is not applied yet, message by message. Used with the write lock
 * held.
 */
final class ComingMessages {

    private final Footprints made;
    private final AppliedState.Step step;
    private final MessageJudge judge;
    private final ChangeSetApplication application;

    /**
     * Nothing is compared yet.
     *
     * @param made what was made here meets others by this
     * @param step the place after which messages come
     */
    ComingMessages(Footprints made, AppliedState.Step step, MessageJudge judge, ChangeSetApplication application) {
        this.made = made;
        this.step = step;
        this.judge = judge;
        this.application = application;
    }

    /** Goes on to the next message, and says whether it meets what was made here. */
    boolean meets(InboundMessage received) throws SQLException {
        Verdict verdict = judge.judge(step, null, received);
        if (!verdict.counts()) {
            return verdict instanceof Verdict.Break;
        }
        step.accept(received.publisher(), received.counter());
        @Nullable ChangeSet other = verdict.changeSet();
        // what came in parts is large: not worth reading it twice
        return other == null || made.meet(application.footprint(other));
    }
}
