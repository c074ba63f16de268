package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.StreamMessage;
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

    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

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
    private final Standstill standstill;
    private final Batches batches;
    private final UndecidedCommits undecided;
    private final UndecidedReplay undecidedReplay;
    private volatile String ownPublisher = "";

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
        this.standstill = new Standstill(runtime, listener::halted);
        this.state = replica.state();
        this.reader = new MessageReader(serializer);
        this.replay = new Replay(replica, serializer, reader, interceptors, listener, rejections, commandOutcomes);
        this.undecided = new UndecidedCommits(runtime, state, inbox::wake);
        this.undecidedReplay = new UndecidedReplay(this, replica, replay, listener);
        this.batches = new Batches(
                state,
                inbox,
                new Batches.Ways(replay, undecidedReplay),
                standstill,
                onFailure,
                this::compare,
                runtime.work());
        ApplierLoop loop = new ApplierLoop(this, batches, undecidedReplay, standstill, writeLock, listener);
        this.thread = runtime.thread("ha-sqlite-applier", loop::run);
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
        undecided.publisher(publisher);
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

    /**
     * From now on transactions may be committed here before the stream has accepted them.
     *
     * @param certify whether they stay although others came first, if they do not meet
     */
    public void commitsFirst(boolean certify) {
        undecidedReplay.certify(certify);
    }

    /**
     * Takes out of the database what an earlier start has left undecided. Before anything else is done with it.
     *
     * @throws SQLException if it cannot be taken out, with why
     */
    public void takeBackLeftovers() throws SQLException {
        try {
            undecidedReplay.recover();
        } catch (HaltException e) {
            throw new SQLException(e.getMessage(), SqlStates.REPLICATION_STOPPED, e);
        }
    }

    /** What is committed here and not accepted by the stream yet. */
    UndecidedCommits undecided() {
        return undecided;
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
        standstill.reset(reason, false);
        inbox.wake();
    }

    /**
     * The same, found in what this node has published or applied: that cannot turn out to be a mistake of a server's
     * that passes.
     */
    public void onCertainReset(String reason) {
        standstill.reset(reason, true);
        inbox.wake();
    }

    /**
     * This node must not take part any more: nothing is applied.
     *
     * @param how it was removed; {@code null} if it was let in again, and goes on
     */
    public void onRemoval(@Nullable String how) {
        standstill.removed(how);
        inbox.wake();
    }

    /** How this node was removed, or {@code null}. */
    public @Nullable String removal() {
        return standstill.removal();
    }

    /** Why the stream is taken for another one, if that may have been a mistake; otherwise {@code null}. */
    public @Nullable String doubtfulReset() {
        return standstill.doubtfulReset();
    }

    /** The stream is the one that this node follows after all. Delivery must be stopped. */
    public void notReset() {
        standstill.notReset();
    }

    /** Whether the stream is another one than this node follows, or it was removed: nothing is applied any more. */
    public boolean isReset() {
        return standstill.reset() != null;
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
        return standstill.halted();
    }

    /** What the applier waits for the end of, such as a full disk, or {@code null}. */
    public @Nullable String obstacle() {
        ApplyFailure failure = batches.failure();
        return failure != null && failure.noRoom() ? failure + "; trying on" : null;
    }

    /**
     * If applying has stopped because this node needs a snapshot, the stream sequence up to which that must
     * go at least; otherwise 0.
     */
    public long snapshotNeeded() {
        return standstill.snapshotNeeded();
    }

    /**
     * Waits until applying has stopped because this node needs a snapshot.
     *
     * @return what {@link #snapshotNeeded} says; 0 if the applier was closed
     */
    public long awaitSnapshotNeeded() throws InterruptedException {
        return standstill.awaitSnapshotNeeded();
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
        return standstill.resume(leaveOutFirst);
    }

    /**
     * Goes on with another state of the database than the one it has stopped at, or that was there until
     * now. With the write lock held, and delivery stopped.
     */
    public void moved() throws SQLException {
        inbox.clear();
        replay.moved();
        undecided.replaced();
        standstill.moved();
    }

    /** Whether echoes are to be dealt with at once, because somebody waits for the node to catch up. */
    public void hurry(boolean on) {
        inbox.hurry(on);
    }

    // ---- the thread

    /**
     * Applies what has been received, at most one batch, with the write lock held and without the thread. What failed
     * for a reason that may pass stays in the inbox for the next call.
     */
    void applyWaiting() throws InterruptedException, HaltException {
        batches.applyWaiting();
    }

    /**
     * What is accepted is still here when the stream cannot be reached at the next start. A connection that the
     * application has not closed may have the write lock for ever: then it comes back from the stream.
     */
    private void settle() {
        try {
            if (undecided.unsettled().isEmpty() || !writeLock.await(SETTLE_NANOS)) {
                return;
            }
            try {
                undecidedReplay.settle();
            } finally {
                writeLock.release();
            }
        } catch (SQLException e) {
            logger.debug("What the stream has accepted comes back from it at the next start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        inbox.close();
        standstill.close();
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toNanos(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        undecided.close();
        settle();
        commandOutcomes.failAll(new SQLException("the data source is being closed", SqlStates.SHUTDOWN));
    }
}
