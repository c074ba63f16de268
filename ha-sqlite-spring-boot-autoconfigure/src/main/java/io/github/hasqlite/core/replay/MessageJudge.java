package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.core.changeset.PauseMessage;
import io.github.hasqlite.core.changeset.VerificationMessage;
import io.github.hasqlite.core.outbox.Pending;
import java.sql.SQLException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says what a message of the stream is, to whoever goes through the stream: replay, a schema change that waits for
 * its place, a strict commit that compares itself with what came. The verdict follows from the step, from what is
 * pending and from the message alone. Used with the write lock held.
 */
final class MessageJudge {

    private static final Verdict FRAGMENT = new Verdict.Fragment();
    private static final Verdict BARRIER = new Verdict.Barrier();
    private static final Verdict SILENT = new Verdict.Notice(null, null);

    private final AppliedState state;
    private final EchoMatcher echoes;
    private final MessageReader reader;

    MessageJudge(AppliedState state, EchoMatcher echoes, MessageReader reader) {
        this.state = state;
        this.echoes = echoes;
        this.reader = reader;
    }

    /**
     * A schema change whose author waits for it.
     *
     * @param message what was published
     */
    record Awaited(String publisher, long counter, byte[] message) {}

    /**
     * Judges the next message of a step. The step has then reached it and keeps it if it is a part in turn; a
     * message that {@linkplain Verdict#counts() counts} is left to be accepted by the caller.
     *
     * @param head the oldest change set that is still pending at this place, or {@code null}
     * @throws SQLException if what may be an echo cannot be compared just now
     */
    Verdict judge(AppliedState.Step step, @Nullable Pending head, InboundMessage received) throws SQLException {
        return judge(step, head, null, received);
    }

    /**
     * Judges the next message of a step while a schema change waits for its place.
     *
     * @param awaited what waits, or {@code null}
     */
    Verdict judge(AppliedState.Step step, @Nullable Pending head, @Nullable Awaited awaited, InboundMessage received)
            throws SQLException {
        step.reach(received);
        Verdict noChangeSet = judgeWhatIsNoChangeSet(received);
        if (noChangeSet != null) {
            return noChangeSet;
        }
        return switch (step.take(received)) {
            case PART -> FRAGMENT;
            case REPEATED -> read(received, Verdict.Duplicate::new);
            case OUT_OF_TURN -> read(received, Verdict.OutOfTurn::new);
            case OVERSIZED -> new Verdict.Rejected("the parts of one change set hold more than it says");
            case NEXT -> judgeInTurn(step, head, awaited, received);
        };
    }

    private @Nullable Verdict judgeWhatIsNoChangeSet(InboundMessage received) {
        String rejection = received.rejection();
        if (rejection != null) {
            return new Verdict.Rejected(rejection);
        }
        String missing = received.missing();
        if (missing != null) {
            // the node that the stream goes on from needs no snapshot
            return state.isOwnBaseline(received.message().data()) ? SILENT : new Verdict.Break(missing);
        }
        VerificationMessage verification = received.verification();
        PauseMessage pause = verification == null ? received.pause() : null;
        if (verification != null || pause != null) {
            return new Verdict.Notice(verification, pause);
        }
        return received.isProbe() ? SILENT : null;
    }

    /**
     * What is unreadable as a whole has no counter, whoever it says it is from and whatever its turn: the other
     * nodes, for which it is no echo, reject it before they look for its turn.
     */
    private Verdict read(InboundMessage received, Function<@Nullable ChangeSet, Verdict> readable) {
        if (received.part() != null) {
            return readable.apply(null);
        }
        try {
            return readable.apply(reader.changeSet(received));
        } catch (ChangeSetFormatException e) {
            return new Verdict.Rejected(String.valueOf(e.getMessage()));
        }
    }

    private Verdict judgeInTurn(
            AppliedState.Step step, @Nullable Pending head, @Nullable Awaited awaited, InboundMessage received)
            throws SQLException {
        if (awaited != null
                && received.publisher().equals(awaited.publisher)
                && received.counter() == awaited.counter
                && echoes.isEcho(awaited.message, received, step)) {
            return BARRIER;
        }
        if (head != null && head.is(received.publisher(), received.counter()) && echoes.isEcho(head, received, step)) {
            return new Verdict.Echo(head);
        }
        return read(received, received.publisher().isEmpty() ? Verdict.Foreign::new : Verdict.Next::new);
    }
}
