package io.github.hasqlite.apply;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.apply.AppliedState.Turn;
import io.github.hasqlite.changeset.Fragment;
import io.github.hasqlite.outbox.OutboxTable;
import io.github.hasqlite.outbox.Pending;
import io.github.hasqlite.outbox.PendingQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the stream to this database: one thread, one connection, many change sets a transaction.
 * Everything a message does, to rows, counters, outbox and applied sequence, is one transaction with
 * it (rule R6).
 */
public final class Applier implements ChangeSetSubscriber.Listener, AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(Applier.class);

    /** More change sets in one transaction bring nothing and keep local writers waiting. */
    private static final int MAX_BATCH = 512;

    /** Rough numbers are enough: they only say when a checkpoint is worth it. */
    private static final int PAGES_A_COMMIT = 3;

    private static final int PAGE = 4_096;

    private static final int ATTEMPTS = 3;
    private static final long RETRY_PAUSE_MILLIS = 100;

    private final Connection connection;
    private final Semaphore writeLock;
    private final ChangeSetApplication application;
    private final AppliedState state;
    private final OutboxTable outbox;
    private final PendingQueue pending;
    private final MessageReader reader;
    private final List<ChangeSetInterceptor> interceptors;
    private final AppliedListener listener;
    private final Inbox inbox = new Inbox();
    private final Rejections rejections = new Rejections();
    private final CommandOutcomes commandOutcomes = new CommandOutcomes();
    private final Thread thread;
    private volatile @Nullable String halted;
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
    }

    /**
     * Makes an applier that does not run yet.
     *
     * @param connection a connection of the applier's own
     * @param writeLock the one write lock
     * @param application applies change sets through {@code connection}
     * @param outbox the outbox through {@code connection}
     */
    public Applier(
            Connection connection,
            Semaphore writeLock,
            ChangeSetApplication application,
            AppliedState state,
            OutboxTable outbox,
            PendingQueue pending,
            ChangeSetSerializer serializer,
            List<ChangeSetInterceptor> interceptors,
            AppliedListener listener) {
        this.connection = connection;
        this.writeLock = writeLock;
        this.application = application;
        this.state = state;
        this.outbox = outbox;
        this.pending = pending;
        this.reader = new MessageReader(serializer);
        this.interceptors = List.copyOf(interceptors);
        this.listener = listener;
        this.thread = new Thread(this::run, "ha-sqlite-applier");
        this.thread.setDaemon(true);
    }

    /**
     * Starts to apply what {@link #onMessage} is given.
     *
     * @param publisher this node's publisher id: its messages are echoes
     */
    public void start(String publisher) {
        ownPublisher = publisher;
        thread.start();
    }

    /** Takes a message off the subscriber's hands, and reads it on the subscriber's thread. */
    @Override
    public void onMessage(StreamMessage message) throws InterruptedException {
        if (message.sequence() > state.sequence()) {
            inbox.put(reader.read(message, ownPublisher));
        }
    }

    // ---- what others want to know

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
    public Rejections rejections() {
        return rejections;
    }

    /** Why nothing is applied any more, or {@code null}. */
    public @Nullable String halted() {
        return halted;
    }

    /** Whether echoes are to be dealt with at once, because somebody waits for the node to catch up. */
    public void hurry(boolean on) {
        inbox.hurry(on);
    }

    // ---- the thread

    private void run() {
        try {
            while (inbox.awaitWork()) {
                writeLock.acquire();
                try {
                    applyWaiting();
                } finally {
                    writeLock.release();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (HaltException e) {
            halt(e);
        } catch (RuntimeException | Error e) {
            halt(new HaltException("the applier failed: " + e, e));
        }
    }

    private void halt(HaltException cause) {
        halted = cause.getMessage();
        logger.error("Replication to this node has stopped: {}", cause.getMessage(), cause);
        commandOutcomes.failAll(new SQLException("replication has stopped: " + cause.getMessage(), "58000"));
    }

    private void applyWaiting() throws InterruptedException, HaltException {
        List<Received> batch = inbox.peek(MAX_BATCH);
        try {
            applyBatch(batch);
            return;
        } catch (SQLException | HaltException e) {
            logger.debug("A batch could not be applied; applying its messages one by one", e);
        }
        for (Received received : batch) {
            applyAlone(received);
        }
    }

    private void applyAlone(Received received) throws InterruptedException, HaltException {
        for (int attempt = 1; ; attempt++) {
            try {
                applyBatch(List.of(received));
                return;
            } catch (SQLException e) {
                if (attempt == ATTEMPTS) {
                    throw new HaltException(
                            "change set " + received.sequence() + " of the stream cannot be applied: " + e.getMessage(),
                            e);
                }
                TimeUnit.MILLISECONDS.sleep(RETRY_PAUSE_MILLIS * attempt);
            }
        }
    }

    private void applyBatch(List<Received> batch) throws SQLException, HaltException {
        Progress progress = new Progress(state.step());
        execute("BEGIN IMMEDIATE");
        try {
            for (Received received : batch) {
                apply(received, progress);
            }
            progress.step.write(connection);
            if (progress.echoed != null) {
                outbox.deleteUpTo(progress.echoed.id());
            }
            application.prepareCommit();
            execute("COMMIT");
        } catch (SQLException | HaltException | RuntimeException | Error e) {
            undo(e);
            throw e;
        }
        inbox.remove(batch.size());
        committed(progress);
    }

    private void undo(Throwable cause) {
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
        progress.step.committed();
        progress.rejected.forEach(rejections::add);
        Pending echoed = progress.echoed;
        if (echoed != null) {
            pending.removeUpTo(echoed.id());
            listener.echoed(echoed.id());
        }
        listener.committed(PAGES_A_COMMIT + progress.bytes / PAGE, progress.schemaChanged);
        progress.outcomes.forEach(Runnable::run);
    }

    /** What one transaction of the applier does, to be made known once it is committed. */
    private static final class Progress {
        final AppliedState.Step step;
        final List<String> rejected = new ArrayList<>();
        final List<Runnable> outcomes = new ArrayList<>();
        long bytes;
        int popped;

        @Nullable
        Pending echoed;

        boolean schemaChanged;

        Progress(AppliedState.Step step) {
            this.step = step;
        }
    }

    private void apply(Received received, Progress progress) throws SQLException, HaltException {
        progress.step.reach(received.sequence());
        progress.bytes += received.message().data().length;
        if (received.rejection() != null) {
            reject(received, received.rejection(), progress);
            return;
        }
        Turn turn = progress.step.take(received);
        if (turn == Turn.OVERSIZED) {
            reject(received, "the parts of one change set hold more than it says", progress);
        }
        if (turn != Turn.NEXT) {
            return;
        }
        Pending head = pending.peek(progress.popped);
        boolean mine = head != null && head.is(received.publisher(), received.counter());
        if (mine) {
            progress.popped++;
            progress.echoed = head;
        }
        ChangeSet changeSet = mine && head != null && !head.command() ? null : read(received, progress);
        // what is unreadable as a whole has no counter, whoever it says it is from: all nodes agree
        boolean counts = mine || changeSet != null || received.part() != null;
        if (counts) {
            progress.step.accept(received.publisher(), received.counter());
        }
        if (changeSet != null) {
            applyChanges(changeSet, received, progress);
        }
        if (counts && !mine && received.publisher().equals(ownPublisher)) {
            progress.outcomes.add(() -> listener.notPending(received.counter()));
        }
    }

    /** Reads what is to be applied; {@code null} if it was rejected. */
    private @Nullable ChangeSet read(Received received, Progress progress) throws SQLException {
        try {
            Fragment last = received.part();
            ChangeSet changeSet = last == null
                    ? reader.changeSet(received)
                    : reader.changeSet(last, progress.step.parts(connection, last.publisher()));
            return changeSet.atSequence(received.sequence());
        } catch (ChangeSetFormatException e) {
            reject(received, String.valueOf(e.getMessage()), progress);
            return null;
        }
    }

    private void applyChanges(ChangeSet changeSet, Received received, Progress progress)
            throws SQLException, HaltException {
        List<ChangeSetInterceptor> asked = received.publisher().equals(ownPublisher) ? List.of() : interceptors;
        for (ChangeSetInterceptor interceptor : asked) {
            if (!interceptor.beforeApply(changeSet, connection)) {
                return;
            }
        }
        Outcome outcome = application.apply(changeSet);
        SQLException failure = judge(outcome, received, progress);
        for (int i = asked.size() - 1; i >= 0; i--) {
            asked.get(i).afterApply(changeSet, connection, failure);
        }
        progress.outcomes.add(() -> commandOutcomes.complete(received.publisher(), received.counter(), failure));
    }

    /** What the outcome means for this node; the failure for whoever waits for the change set. */
    private @Nullable SQLException judge(Outcome outcome, Received received, Progress progress) throws HaltException {
        if (outcome instanceof Outcome.Applied applied) {
            progress.schemaChanged |= applied.schemaChanged();
            for (Outcome.Skipped skipped : applied.skipped()) {
                reject(received, "change " + skipped.change() + ": " + skipped.detail(), progress);
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
            reject(received, failed.reason(), progress);
            return new SQLException(failed.reason(), null, failed.resultCode());
        }
        Outcome.Refused refused = (Outcome.Refused) outcome;
        reject(received, "refused: " + refused.reason(), progress);
        return new SQLException("refused: " + refused.reason(), "42000");
    }

    private static void reject(Received received, String reason, Progress progress) {
        progress.rejected.add("message " + received.sequence() + ": " + reason);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Override
    public void close() {
        inbox.close();
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        commandOutcomes.failAll(new SQLException("the data source is being closed", "57P01"));
    }
}
