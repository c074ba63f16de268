package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Applies the stream to a database that is no node's and has nothing pending, up to one place. Used by one
 * thread, on a file that nobody else has open.
 */
public final class StreamReplay {

    private static final int MAX_BATCH = 512;

    private final NodeRuntime runtime;
    private final AppliedState state;
    private final MessageReader reader;
    private final Replay replay;
    private final Inbox inbox;

    private StreamReplay(NodeRuntime runtime, AppliedState state, MessageReader reader, Replay replay) {
        this.runtime = runtime;
        this.inbox = new Inbox(runtime);
        this.state = state;
        this.reader = reader;
        this.replay = replay;
    }

    /**
     * A replay to one database.
     *
     * @param application applies through {@code connection}
     * @param runtime in which it waits for messages
     * @throws SQLException if the database cannot be read
     */
    public static StreamReplay open(
            SQLiteConnection connection,
            ChangeSetApplication application,
            ChangeSetSerializer serializer,
            List<ChangeSetInterceptor> interceptors,
            NodeRuntime runtime)
            throws SQLException {
        AppliedState state = new AppliedState(runtime);
        state.load(connection);
        MessageReader reader = new MessageReader(serializer);
        LocalReplica replica = new LocalReplica(
                connection,
                new WriteLock(runtime, 0),
                application,
                state,
                new OutboxTable(connection),
                new PendingQueue(List.of(), runtime));
        Replay replay = new Replay(
                replica, serializer, reader, interceptors, new NoListener(), new RejectionLog(), new CommandOutcomes());
        return new StreamReplay(runtime, state, reader, replay);
    }

    /** How far the database has come. */
    public long sequence() {
        return state.sequence();
    }

    /** Says which messages are still to be applied. */
    @FunctionalInterface
    public interface Until {
        boolean includes(StreamMessage message);
    }

    /**
     * Applies what the stream has.
     *
     * @param source a subscriber that has not started; not closed
     * @param end the newest message there is; no more are waited for than until it comes
     * @param until the first message that it does not include ends the replay
     * @param patienceNanos how long to wait for one message
     * @throws IOException if the stream cannot be reached, or messages in between are missing
     */
    public void run(ChangeSetSubscriber source, long end, Until until, long patienceNanos)
            throws IOException, SQLException, InterruptedException {
        if (state.sequence() >= end) {
            return;
        }
        source.start(state.sequence(), new Receiver());
        try {
            boolean more = true;
            while (more && state.sequence() < end) {
                more = step(until, patienceNanos);
            }
        } finally {
            inbox.close();
            source.close();
        }
    }

    /** Applies what has come; {@code false} if the last message that counts was among it. */
    private boolean step(Until until, long patienceNanos) throws IOException, SQLException, InterruptedException {
        if (!inbox.awaitMoreThan(0, runtime.nanoTime() + patienceNanos)) {
            throw new IOException("the stream did not deliver what comes after " + state.sequence() + " within "
                    + TimeUnit.NANOSECONDS.toSeconds(patienceNanos) + " s");
        }
        List<InboundMessage> batch = inbox.peek(MAX_BATCH);
        int count = 0;
        while (count < batch.size() && until.includes(batch.get(count).message())) {
            count++;
        }
        try {
            if (count > 0) {
                replay.apply(batch.subList(0, count));
            }
        } catch (HaltException e) {
            throw new IOException(e.getMessage(), e);
        }
        inbox.remove(count);
        return count == batch.size();
    }

    /** Takes the messages off the subscriber's hands. */
    private final class Receiver implements ChangeSetSubscriber.Listener {

        @Override
        public void onMessage(StreamMessage message) throws InterruptedException {
            inbox.put(reader.read(message, ""));
        }

        @Override
        public void onGap(long first, long last) throws InterruptedException {
            inbox.put(InboundMessage.gap(first, last));
        }
    }

    /** There is nobody to be told. */
    private static final class NoListener implements AppliedListener {

        @Override
        public void committed(long pages, Effect effect) {}

        @Override
        public void notPending(long counter) {}

        @Override
        public void echoed(long outboxId) {}

        @Override
        public ChangeSet renumber(ChangeSet changeSet, long taken, int ahead) {
            throw new IllegalStateException("nothing is pending");
        }

        @Override
        public void conflict(Conflict conflict) {}

        @Override
        public void reissued(Pending pending, ChangeSet changeSet, byte @Nullable [] message) {}
    }
}
