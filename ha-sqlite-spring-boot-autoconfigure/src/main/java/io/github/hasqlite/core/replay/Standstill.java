package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether applying stands still, why, and whether it may go on. Thread-safe. */
final class Standstill {

    private static final Logger logger = LoggerFactory.getLogger(Standstill.class);

    private final Monitor decision;
    private final Consumer<@Nullable String> listener;
    private volatile @Nullable String halted;
    private volatile @Nullable SnapshotNeededException snapshotNeeded;
    private volatile @Nullable String reset;
    private volatile boolean certainReset;
    private volatile @Nullable String removed;
    private volatile @Nullable String leaveOut;
    private volatile boolean closed;

    /**
     * It does not stand still yet.
     *
     * @param listener told why it stands still, and with {@code null} that it goes on; must neither wait nor throw
     */
    Standstill(NodeRuntime runtime, Consumer<@Nullable String> listener) {
        this.decision = runtime.monitor();
        this.listener = listener;
    }

    // ---- a stream that is another one

    /**
     * The stream is another one than this node follows.
     *
     * @param certain whether that cannot turn out to be a mistake
     */
    void reset(String reason, boolean certain) {
        certainReset |= certain;
        reset = reason;
    }

    /** Why nothing of the stream may be applied any more, or {@code null}. */
    @Nullable
    String reset() {
        String another = reset;
        return another == null ? removed : another;
    }

    /**
     * The node must not take part any more.
     *
     * @param how it was removed; {@code null} if it was let in again
     */
    void removed(@Nullable String how) {
        decision.lock();
        try {
            removed = how;
            if (reset() == null) {
                goOn();
            }
        } finally {
            decision.unlock();
        }
    }

    /** How the node was removed, or {@code null}. */
    @Nullable
    String removal() {
        return removed;
    }

    /** The same, if it may have been a mistake; otherwise {@code null}. */
    @Nullable
    String doubtfulReset() {
        return certainReset ? null : reset;
    }

    /** The stream is the one that this node follows after all. */
    void notReset() {
        decision.lock();
        try {
            reset = null;
            if (removed == null) {
                goOn();
            }
        } finally {
            decision.unlock();
        }
    }

    // ---- why it stands still

    /** Why nothing is applied any more, or {@code null}. */
    @Nullable
    String halted() {
        return halted;
    }

    /** The stream sequence up to which a snapshot must go that this node needs; 0 if it needs none. */
    long snapshotNeeded() {
        SnapshotNeededException cause = snapshotNeeded;
        return cause == null ? 0 : cause.sequence();
    }

    /** Waits until this node needs a snapshot; 0 if the applier was closed. */
    long awaitSnapshotNeeded() throws InterruptedException {
        decision.lock();
        try {
            while (snapshotNeeded == null && !closed) {
                decision.await();
            }
            return closed ? 0 : snapshotNeeded();
        } finally {
            decision.unlock();
        }
    }

    /** Lets the applier's thread wait until somebody decides that it goes on. */
    void await(HaltException cause) throws InterruptedException {
        if (cause instanceof SnapshotNeededException) {
            logger.warn("This node needs a snapshot: {}", cause.getMessage());
        } else {
            logger.error("Replication to this node has stopped: {}", cause.getMessage(), cause);
        }
        decision.lock();
        try {
            snapshotNeeded = cause instanceof SnapshotNeededException needed ? needed : null;
            halted = cause.getMessage();
            listener.accept(halted);
            decision.signalAll();
            while (halted != null && !closed) {
                decision.await();
            }
            if (halted == null) {
                listener.accept(null);
            }
        } finally {
            decision.unlock();
        }
        logger.info("Replication to this node goes on");
    }

    // ---- how it goes on

    /**
     * Goes on.
     *
     * @param leaveOutFirst whether to leave out the change set at which it has stopped
     * @return whether it had stopped
     */
    boolean resume(boolean leaveOutFirst) {
        decision.lock();
        try {
            String reason = halted;
            if (reason == null || reset() != null) {
                return false;
            }
            leaveOut = leaveOutFirst ? reason : null;
            goOn();
            return true;
        } finally {
            decision.unlock();
        }
    }

    /** Goes on with another state of the database. */
    void moved() {
        decision.lock();
        try {
            leaveOut = null;
            goOn();
        } finally {
            decision.unlock();
        }
    }

    private void goOn() {
        snapshotNeeded = null;
        halted = null;
        decision.signalAll();
    }

    /** Whether the next message is to be left out. */
    boolean leavesOut() {
        return leaveOut != null;
    }

    /** Why the next message is to be left out, or {@code null}; said once. */
    @Nullable
    String takeLeaveOut() {
        String reason = leaveOut;
        leaveOut = null;
        return reason;
    }

    /** Nobody waits any more. */
    void close() {
        decision.lock();
        try {
            closed = true;
            decision.signalAll();
        } finally {
            decision.unlock();
        }
    }
}
