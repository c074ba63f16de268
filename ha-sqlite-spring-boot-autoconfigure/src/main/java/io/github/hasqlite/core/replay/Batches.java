package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.runtime.Work;
import io.github.hasqlite.core.runtime.WorkListener.Counted;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies what is in the inbox, many messages a transaction. Where that fails it applies them one by one, and decides
 * whether the one that fails is tried again, left out, or the end. For the applier's thread, but {@link #failure()} is
 * for any.
 */
final class Batches {

    private static final Logger logger = LoggerFactory.getLogger(Batches.class);

    /** More change sets in one transaction bring nothing and keep local writers waiting. */
    private static final int MAX_BATCH = 512;

    private final AppliedState state;
    private final Inbox inbox;
    private final Replay replay;
    private final UndecidedReplay undecided;
    private final Standstill standstill;
    private final Applier.OnFailure onFailure;
    private final Consumer<InboundMessage> awaited;
    private final Work work;
    private volatile @Nullable ApplyFailure failure;

    /** Applies messages, and deals with what is undecided before. */
    record Ways(Replay replay, UndecidedReplay undecided) {}

    /**
     * Applies nothing yet.
     *
     * @param awaited takes what is applied already when it is removed
     */
    Batches(
            AppliedState state,
            Inbox inbox,
            Ways ways,
            Standstill standstill,
            Applier.OnFailure onFailure,
            Consumer<InboundMessage> awaited,
            Work work) {
        this.state = state;
        this.inbox = inbox;
        this.replay = ways.replay();
        this.undecided = ways.undecided();
        this.standstill = standstill;
        this.onFailure = onFailure;
        this.awaited = awaited;
        this.work = work;
    }

    /** What has failed and is tried again, or {@code null}. */
    @Nullable
    ApplyFailure failure() {
        return failure;
    }

    /**
     * Applies what has been received, at most one batch, with the write lock held. What failed for a reason
     * that may pass stays in the inbox for the next call.
     */
    void applyWaiting() throws InterruptedException, HaltException {
        List<InboundMessage> batch;
        try {
            batch = next();
        } catch (SQLException e) {
            failure = ApplyFailure.next(failure, state.sequence() + 1, e);
            if (!failure.mayPass()) {
                throw new HaltException(failure.toString(), e);
            }
            inbox.wake();
            return;
        }
        if (batch.isEmpty()) {
            failure = null;
            return;
        }
        try {
            if (!standstill.leavesOut()) {
                applyBatch(batch);
                failure = null;
                return;
            }
        } catch (SQLException | HaltException e) {
            logger.debug("A batch could not be applied; applying its messages one by one", e);
        }
        for (InboundMessage received : batch) {
            if (!applyAlone(received)) {
                return;
            }
        }
    }

    /** What is to be applied next, with nothing in its way that is undecided. */
    private List<InboundMessage> next() throws SQLException, HaltException {
        undecided.begin();
        while (true) {
            // what this finds comes first: nothing more of such a stream is applied
            inbox.removeUpTo(state.sequence(), awaited);
            String broken = standstill.reset();
            if (broken != null) {
                throw new HaltException(broken, null);
            }
            List<InboundMessage> batch = upToVerification(inbox.peek(MAX_BATCH));
            if (batch.isEmpty() || !undecided.before(batch)) {
                return batch;
            }
        }
    }

    /** At the place where all nodes are compared, the database must be what it is there. */
    private static List<InboundMessage> upToVerification(List<InboundMessage> batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.get(i).verification() != null) {
                return batch.subList(0, i + 1);
            }
        }
        return batch;
    }

    /** Applies one message or leaves it out; {@code false} if it is to be tried again later. */
    private boolean applyAlone(InboundMessage received) throws HaltException {
        String reason = standstill.takeLeaveOut();
        if (reason == null) {
            try {
                applyBatch(List.of(received));
                failure = null;
                return true;
            } catch (SQLException e) {
                failure = ApplyFailure.next(failure, received.sequence(), e);
                if (failure.mayPass()) {
                    work.count(Counted.APPLY_RETRIES, 1);
                    return false;
                }
                reason = failed(new HaltException(failure.toString(), e));
            } catch (SnapshotNeededException | BrokenOrderException e) {
                failure = null;
                throw e;
            } catch (HaltException e) {
                reason = failed(e);
            }
        }
        failure = null;
        leaveOut(received, reason);
        return true;
    }

    private String failed(HaltException cause) throws HaltException {
        if (onFailure == Applier.OnFailure.HALT) {
            failure = null;
            throw cause;
        }
        return String.valueOf(cause.getMessage());
    }

    private void leaveOut(InboundMessage received, String reason) throws HaltException {
        logger.error("Left out and kept in ha_dead_letters: {}", reason);
        work.count(Counted.APPLY_FAILURES, 1);
        try {
            replay.leaveOut(received, reason);
        } catch (SQLException e) {
            throw new HaltException(
                    "message " + received.sequence() + " cannot even be left out: " + e.getMessage(), e);
        }
        inbox.remove(1);
        undecided.after();
    }

    private void applyBatch(List<InboundMessage> batch) throws SQLException, HaltException {
        try {
            replay.apply(batch);
        } catch (MetUndecidedException e) {
            undecided.takeBack(new Fate.Beaten(batch.get(0).sequence()));
            replay.apply(batch);
        }
        inbox.remove(batch.size());
        undecided.after();
    }
}
