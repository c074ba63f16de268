package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the applier's thread does: applies what has come, tries again, and stands still where that does not help. */
final class ApplierLoop {

    private static final Logger logger = LoggerFactory.getLogger(ApplierLoop.class);

    private final Applier applier;
    private final Batches batches;
    private final UndecidedReplay undecidedReplay;
    private final Standstill standstill;
    private final WriteLock writeLock;
    private final AppliedListener listener;
    /** What the listener was told last that the applier waits for. */
    private @Nullable String toldObstacle;

    ApplierLoop(
            Applier applier,
            Batches batches,
            UndecidedReplay undecidedReplay,
            Standstill standstill,
            WriteLock writeLock,
            AppliedListener listener) {
        this.applier = applier;
        this.batches = batches;
        this.undecidedReplay = undecidedReplay;
        this.standstill = standstill;
        this.writeLock = writeLock;
        this.listener = listener;
    }

    /** Runs until the inbox is closed. */
    void run() {
        try {
            while (true) {
                try {
                    applyUntilClosed();
                    return;
                } catch (HaltException e) {
                    standStill(e);
                } catch (RuntimeException | Error e) {
                    standStill(new HaltException("the applier failed: " + e, e));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void applyUntilClosed() throws InterruptedException, HaltException {
        while (applier.inbox().awaitWork()) {
            writeLock.await();
            try {
                batches.applyWaiting();
            } finally {
                writeLock.release();
            }
            ApplyFailure failure = batches.failure();
            tellObstacle();
            if (failure != null) {
                // without the lock: others may write meanwhile
                applier.runtime().sleep(TimeUnit.MILLISECONDS.toNanos(failure.pauseMillis()));
            }
        }
    }

    private void tellObstacle() {
        String now = applier.obstacle();
        if (!Objects.equals(now, toldObstacle)) {
            toldObstacle = now;
            listener.halted(now);
        }
    }

    /** What the stream has not accepted could not be taken back later. */
    private void standStill(HaltException cause) throws InterruptedException {
        applier.undecided().standsStill(true);
        writeLock.await();
        try {
            undecidedReplay.begin();
            undecidedReplay.takeBack(new Fate.NotSent("replication to this node has stopped"));
        } catch (SQLException | HaltException e) {
            logger.error("What the stream has not accepted could not be taken back", e);
        } finally {
            writeLock.release();
        }
        awaitDecision(cause);
        applier.undecided().standsStill(false);
    }

    private void awaitDecision(HaltException cause) throws InterruptedException {
        if (!(cause instanceof SnapshotNeededException)) {
            applier.runtime().work().count(Counted.APPLY_FAILURES, 1);
        }
        applier.commandOutcomes()
                .failAll(new SQLException(
                        "replication has stopped: " + cause.getMessage(), SqlStates.REPLICATION_STOPPED));
        standstill.await(cause);
    }
}
