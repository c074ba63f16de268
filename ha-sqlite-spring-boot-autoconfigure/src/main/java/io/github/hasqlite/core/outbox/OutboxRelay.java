package io.github.hasqlite.core.outbox;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the outbox in order. While all goes well the committing threads hand their change sets to
 * the publisher themselves, which saves two hand-overs between threads. After a failure, or with more
 * in flight than the window allows, a thread of its own reads the outbox from the first change set
 * that was not acknowledged on, until it has caught up. The same thread sends what is too large for
 * one message, in parts: the stream has a change set when it has all its parts, and if one is not
 * acknowledged, all are sent again.
 *
 * <p>Thread-safe.
 */
public final class OutboxRelay implements AutoCloseable {

    /** Reading one large row takes less. */
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final ChangeSetPublisher publisher;
    private final Dispatch dispatch;
    private final Monitor monitor;
    private final OutboxReader reader;
    private final NodeThread thread;
    private boolean started;

    /** Takes rows out of the outbox that no echo will take out. */
    @FunctionalInterface
    public interface Removal {

        /**
         * Removes rows, with the write lock held.
         *
         * @param outbox where from
         * @param id the last row to be removed
         */
        void upTo(OutboxTable outbox, long id) throws SQLException, InterruptedException;
    }

    /**
     * Makes a relay that does not publish yet.
     *
     * @param table the outbox through a connection of the relay's own
     * @param pending the same in memory
     * @param removal takes out what no echo will take out
     * @param runtime in whose time and with whose threads it works
     */
    public OutboxRelay(
            OutboxTable table,
            PendingQueue pending,
            Removal removal,
            ChangeSetPublisher publisher,
            ChangeSetSerializer serializer,
            NodeRuntime runtime) {
        this.publisher = publisher;
        this.dispatch = new Dispatch(publisher, runtime);
        this.monitor = dispatch.monitor;
        this.reader = new OutboxReader(table, pending, removal, publisher, serializer, runtime, dispatch);
        this.thread = runtime.thread("ha-sqlite-relay", reader);
    }

    /**
     * Begins to publish. Call it when the node has caught up, so that only what has not come back is
     * published again.
     *
     * @param echoedUpTo the id of the newest row known to be in the stream, 0 if none
     */
    public void start(long echoedUpTo) {
        monitor.lock();
        try {
            if (!started) {
                started = true;
                reader.begin();
                dispatch.skipTo(echoedUpTo);
                thread.start();
            }
        } finally {
            monitor.unlock();
        }
    }

    /**
     * A row was committed. Called in commit order, with the write lock held; so nothing is sent yet, see
     * {@link #flush}.
     *
     * @param message the row's message; {@code null} if only the outbox has it, because it is large
     */
    public void committed(Pending pending, ChangeSet changeSet, byte @Nullable [] message) {
        monitor.lock();
        try {
            dispatch.committed(pending.id(), changeSet, message);
        } finally {
            monitor.unlock();
        }
    }

    /** Sends what was committed, unless it is worth waiting for company. Called without the write lock. */
    public void flush() {
        monitor.lock();
        try {
            dispatch.flush();
        } finally {
            monitor.unlock();
        }
    }

    /** The echo of this row came: it and all before it are in the stream, in order. */
    public void echoed(long id) {
        monitor.lock();
        try {
            dispatch.skipTo(id);
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Waits until the stream has this row.
     *
     * @param timeoutNanos how long to wait
     * @return whether it has
     */
    public boolean await(long id, long timeoutNanos) throws InterruptedException {
        return dispatch.window.await(id, timeoutNanos);
    }

    /** Whether it publishes no more. */
    public boolean isClosed() {
        return dispatch.window.isClosed();
    }

    /** The newest row of which it is known that it and all before it are in the stream. */
    public long settled() {
        return dispatch.window.settled();
    }

    /**
     * The place of the newest message that the stream has acknowledged, with all before it; 0 if there is none, or the
     * publisher does not say. What has come back meanwhile may be behind it.
     */
    public long acknowledged() {
        return dispatch.window.lastSequence();
    }

    // ---- commands

    /** Publishes a change set behind everything in the outbox. The write lock must be held meanwhile. */
    public void publishCommand(ChangeSet changeSet, byte[] message) {
        monitor.lock();
        try {
            dispatch.setCommand(new CommandToPublish(changeSet, message, dispatch.origin()));
            dispatch.leaveToThread();
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Stops publishing the command.
     *
     * @return whether it may be in the stream
     */
    public boolean withdrawCommand() {
        monitor.lock();
        try {
            CommandToPublish withdrawn = dispatch.command();
            dispatch.setCommand(null);
            return withdrawn != null && withdrawn.mayBeStored();
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Publishes a message that is not in the outbox and in no order with what is. The write lock must be held.
     *
     * @param changeSet what it says
     * @return as {@link ChangeSetPublisher#publish(ChangeSet, byte[])} says; it is not published again
     */
    public CompletableFuture<Long> publishBeside(ChangeSet changeSet, byte[] message) {
        monitor.lock();
        try {
            return publisher.publish(changeSet, message);
        } finally {
            monitor.unlock();
        }
    }

    /** Stops publishing. Afterwards the connection of the outbox is not used any more. */
    @Override
    public void close() {
        monitor.lock();
        try {
            dispatch.close();
        } finally {
            monitor.unlock();
        }
        dispatch.window.close();
        thread.interrupt();
        try {
            thread.join(FAREWELL_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
