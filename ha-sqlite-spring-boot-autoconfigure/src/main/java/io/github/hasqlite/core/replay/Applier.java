package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that applies the stream to this database as {@link Replay} says, many change sets a
 * transaction, and tries again or stops where that fails.
 */
public final class Applier implements ChangeSetSubscriber.Listener, AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(Applier.class);

    /** More change sets in one transaction bring nothing and keep local writers waiting. */
    private static final int MAX_BATCH = 512;

    /** What happens to a change set that cannot be applied after all attempts. */
    public enum OnFailure {
        /** Nothing more is applied until somebody intervenes. */
        HALT,
        /** It is left out and kept in {@code ha_dead_letters}. */
        DEAD_LETTER
    }

    private final WriteLock writeLock;
    private final AppliedState state;
    private final MessageReader reader;
    private final Replay replay;
    private final NodeRuntime runtime;
    private final Inbox inbox;
    private final RejectionLog rejections = new RejectionLog();
    private final CommandOutcomes commandOutcomes = new CommandOutcomes();
    private final NodeThread thread;
    private final OnFailure onFailure;
    private final Monitor decision;
    private volatile @Nullable ApplyFailure failure;
    private volatile @Nullable String halted;
    private volatile @Nullable SnapshotNeededException snapshotNeeded;
    private volatile @Nullable String reset;
    private volatile boolean certainReset;
    private volatile @Nullable String leaveOut;
    private volatile boolean closed;
    private volatile String ownPublisher = "";

    /** Told what was applied, with the write lock held. */
    public interface AppliedListener {

        /**
         * A transaction of the applier was committed.
         *
         * @param pages about how many pages of the database it wrote
         */
        void committed(long pages, boolean schemaChanged);

        /** A change set that says it is this node's is in the stream, and was not in the outbox. */
        void notPending(long counter);

        /** The outbox up to and including this row is in the stream. */
        void echoed(long outboxId);

        /**
         * Gives a change set another place among this node's own, because somebody else's message has
         * taken the one it had.
         *
         * @param taken the newest place among this node's own that the stream has a message for
         * @param ahead how many were given a new place in the same transaction before
         */
        ChangeSet renumber(ChangeSet changeSet, long taken, int ahead);

        /**
         * The database is what it is at a place in the stream where all nodes are compared. Must neither wait nor
         * throw.
         *
         * @param id the verification's
         */
        default void verify(String id, long sequence) {}

        /**
         * Writers are to wait for a moment. Must neither wait nor throw.
         *
         * @param id the message's
         */
        default void pause(String id) {}

        /** Something was overwritten unseen, and its place in the stream is certain. */
        void conflict(Conflict conflict);

        /**
         * A renumbered change set is in the outbox and can be published.
         *
         * @param message {@code null} if it is large
         */
        void reissued(Pending pending, ChangeSet changeSet, byte @Nullable [] message);
    }

    /**
     * Makes an applier that does not run yet.
     *
     * @param replica through a connection of the applier's own
     * @throws SQLException if the database cannot be read
     */
    public Applier(
            LocalReplica replica,
            ChangeSetSerializer serializer,
            List<ChangeSetInterceptor> interceptors,
            OnFailure onFailure,
            AppliedListener listener)
            throws SQLException {
        this.writeLock = replica.writeLock();
        this.runtime = writeLock.runtime();
        this.inbox = new Inbox(runtime);
        this.decision = runtime.monitor();
        this.state = replica.state();
        this.onFailure = onFailure;
        this.reader = new MessageReader(serializer);
        this.replay = new Replay(replica, serializer, reader, interceptors, listener, rejections, commandOutcomes);
        this.thread = runtime.thread("ha-sqlite-applier", this::run);
    }

    /**
     * Starts to apply what {@link #onMessage} is given.
     *
     * @param publisher this node's publisher id: its messages are echoes
     */
    public void start(String publisher) {
        begin(publisher);
        thread.start();
    }

    /** Makes ready to apply without the thread. */
    void begin(String publisher) {
        ownPublisher = publisher;
        replay.ownPublisher(publisher);
    }

    /** Takes a message off the subscriber's hands, and reads it on the subscriber's thread. */
    @Override
    public void onMessage(StreamMessage message) throws InterruptedException {
        if (message.sequence() > state.sequence()) {
            inbox.put(reader.read(message, ownPublisher));
        } else if (replay.order().isAwaited(message.sequence())) {
            compare(reader.read(message, ownPublisher));
        }
    }

    /** From now on a stream is found out that does not compare and set as commit mode {@code strict} needs it. */
    public void enforceStrictOrder() {
        replay.order().enforce();
    }

    private void compare(InboundMessage received) {
        String broken = replay.order().delivered(received, ownPublisher);
        if (broken != null) {
            logger.error("Replication of this node stops: {}", broken);
            onCertainReset(broken);
        }
    }

    @Override
    public void onGap(long first, long last) throws InterruptedException {
        if (last > state.sequence()) {
            inbox.put(InboundMessage.gap(Math.max(first, state.sequence() + 1), last));
        }
    }

    @Override
    public void onReset(String reason) {
        reset = reason;
        inbox.wake();
    }

    /**
     * The same, found in what this node has published or applied: that cannot turn out to be a mistake of a server's
     * that passes.
     */
    public void onCertainReset(String reason) {
        certainReset = true;
        onReset(reason);
    }

    /** Why the stream is taken for another one, if that may have been a mistake; otherwise {@code null}. */
    public @Nullable String doubtfulReset() {
        return certainReset ? null : reset;
    }

    /** The stream is the one that this node follows after all. Delivery must be stopped. */
    public void notReset() {
        decision.lock();
        try {
            reset = null;
            goOn();
        } finally {
            decision.unlock();
        }
    }

    /** Whether the stream is another one than this node follows: nothing is applied any more. */
    public boolean isReset() {
        return reset != null;
    }

    // ---- what others want to know

    Replay replay() {
        return replay;
    }

    NodeRuntime runtime() {
        return runtime;
    }

    Inbox inbox() {
        return inbox;
    }

    CommandOutcomes commandOutcomes() {
        return commandOutcomes;
    }

    /** The newest sequence that has come from the stream, applied or not. */
    public long receivedSequence() {
        return Math.max(inbox.lastSequence(), state.sequence());
    }

    /** When the oldest message not applied yet was stored, nanoseconds since 1970; 0 if there is none. */
    public long oldestWaitingNs() {
        return inbox.oldestTimestampNs();
    }

    /** Messages that were skipped because they are no change sets or ask for what is none. */
    RejectionLog rejections() {
        return rejections;
    }

    /** How many messages were skipped because they are no change sets or ask for what is none. */
    public long rejectedMessages() {
        return rejections.count();
    }

    /** Why the last of them was, or {@code null}. */
    public @Nullable String lastRejection() {
        return rejections.last();
    }

    /** Why nothing is applied any more, or {@code null}. */
    public @Nullable String halted() {
        return halted;
    }

    /** What the applier waits for the end of, such as a full disk, or {@code null}. */
    public @Nullable String obstacle() {
        ApplyFailure now = failure;
        return now != null && now.noRoom() ? now + "; trying on" : null;
    }

    /**
     * If applying has stopped because this node needs a snapshot, the stream sequence up to which that must
     * go at least; otherwise 0.
     */
    public long snapshotNeeded() {
        SnapshotNeededException cause = snapshotNeeded;
        return cause == null ? 0 : cause.sequence();
    }

    /**
     * Waits until applying has stopped because this node needs a snapshot.
     *
     * @return what {@link #snapshotNeeded} says; 0 if the applier was closed
     */
    public long awaitSnapshotNeeded() throws InterruptedException {
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

    /** How many messages this node left out because it could not apply them. */
    public long deadLetters() {
        return replay.deadLetters().size();
    }

    /**
     * Goes on after replication has stopped.
     *
     * @param leaveOutFirst whether to leave out the change set at which it has stopped
     * @return whether it had stopped
     */
    public boolean resume(boolean leaveOutFirst) {
        decision.lock();
        try {
            String reason = halted;
            if (reason == null || reset != null) {
                return false;
            }
            leaveOut = leaveOutFirst ? reason : null;
            goOn();
            return true;
        } finally {
            decision.unlock();
        }
    }

    private void goOn() {
        snapshotNeeded = null;
        halted = null;
        decision.signalAll();
    }

    /**
     * Goes on with another state of the database than the one it has stopped at, or that was there until
     * now. With the write lock held, and delivery stopped.
     */
    public void moved() throws SQLException {
        inbox.clear();
        replay.moved();
        decision.lock();
        try {
            leaveOut = null;
            goOn();
        } finally {
            decision.unlock();
        }
    }

    /** Whether echoes are to be dealt with at once, because somebody waits for the node to catch up. */
    public void hurry(boolean on) {
        inbox.hurry(on);
    }

    // ---- the thread

    private void run() {
        try {
            while (true) {
                try {
                    applyUntilClosed();
                    return;
                } catch (HaltException e) {
                    awaitDecision(e);
                } catch (RuntimeException | Error e) {
                    awaitDecision(new HaltException("the applier failed: " + e, e));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void applyUntilClosed() throws InterruptedException, HaltException {
        while (inbox.awaitWork()) {
            writeLock.await();
            try {
                applyWaiting();
            } finally {
                writeLock.release();
            }
            if (failure != null) {
                // without the lock: others may write meanwhile
                runtime.sleep(TimeUnit.MILLISECONDS.toNanos(failure.pauseMillis()));
            }
        }
    }

    private void awaitDecision(HaltException cause) throws InterruptedException {
        if (cause instanceof SnapshotNeededException) {
            logger.warn("This node needs a snapshot: {}", cause.getMessage());
        } else {
            logger.error("Replication to this node has stopped: {}", cause.getMessage(), cause);
        }
        commandOutcomes.failAll(
                new SQLException("replication has stopped: " + cause.getMessage(), SqlStates.REPLICATION_STOPPED));
        decision.lock();
        try {
            snapshotNeeded = cause instanceof SnapshotNeededException needed ? needed : null;
            halted = cause.getMessage();
            decision.signalAll();
            while (halted != null && !closed) {
                decision.await();
            }
        } finally {
            decision.unlock();
        }
        logger.info("Replication to this node goes on");
    }

    /**
     * Applies what has been received, at most one batch, with the write lock held. What failed for a reason
     * that may pass stays in the inbox for the next call.
     */
    void applyWaiting() throws InterruptedException, HaltException {
        // what this finds comes first: nothing more of such a stream is applied
        inbox.removeUpTo(state.sequence(), this::compare);
        String broken = reset;
        if (broken != null) {
            throw new HaltException(broken, null);
        }
        List<InboundMessage> batch = upToVerification(inbox.peek(MAX_BATCH));
        if (batch.isEmpty()) {
            failure = null;
            return;
        }
        try {
            if (leaveOut == null) {
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
        String reason = leaveOut;
        leaveOut = null;
        if (reason == null) {
            try {
                applyBatch(List.of(received));
                failure = null;
                return true;
            } catch (SQLException e) {
                failure = ApplyFailure.next(failure, received.sequence(), e);
                if (failure.mayPass()) {
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
        if (onFailure == OnFailure.HALT) {
            failure = null;
            throw cause;
        }
        return String.valueOf(cause.getMessage());
    }

    private void leaveOut(InboundMessage received, String reason) throws HaltException {
        logger.error("Left out and kept in ha_dead_letters: {}", reason);
        try {
            replay.leaveOut(received, reason);
        } catch (SQLException e) {
            throw new HaltException(
                    "message " + received.sequence() + " cannot even be left out: " + e.getMessage(), e);
        }
        inbox.remove(1);
    }

    private void applyBatch(List<InboundMessage> batch) throws SQLException, HaltException {
        replay.apply(batch);
        inbox.remove(batch.size());
    }

    @Override
    public void close() {
        inbox.close();
        decision.lock();
        try {
            closed = true;
            decision.signalAll();
        } finally {
            decision.unlock();
        }
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toNanos(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        commandOutcomes.failAll(new SQLException("the data source is being closed", SqlStates.SHUTDOWN));
    }
}
