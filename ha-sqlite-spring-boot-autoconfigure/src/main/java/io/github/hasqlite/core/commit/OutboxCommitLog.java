package io.github.hasqlite.core.commit;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.LargeChanges;
import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.core.apply.CommandRules;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.SchemaBarrier;
import io.github.hasqlite.core.runtime.Interruption;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.Work;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings committed transactions into the outbox and on their way to the stream. */
public final class OutboxCommitLog implements CommitLog {

    private static final Logger logger = LoggerFactory.getLogger(OutboxCommitLog.class);

    private final NodeSettings settings;
    private final ChangeSetFactory changeSets;
    private final ChangeSetSerializer serializer;
    private final PendingQueue pending;
    private final OutboxRelay relay;
    private final LastCommits commits;
    private final WriterPause pause;
    private final ChangeSetPublisher publisher;
    private final @Nullable CommandPlacing placing;
    private final Supplier<String> fate;
    private final Supplier<String> whyNotStored;

    /**
     * Creates the log.
     *
     * @param barrier waits for a transaction's place in the stream; {@code null} if nothing comes back from the
     *     stream: then a transaction with commands is one like any other
     * @param fate what becomes of what is committed and not known to be in the stream
     * @param whyNotStored why what was committed is not in the stream, with a semicolon in front; or empty
     */
    public OutboxCommitLog(
            NodeSettings settings,
            WayOut out,
            WriterPause pause,
            @Nullable SchemaBarrier barrier,
            Supplier<String> fate,
            Supplier<String> whyNotStored) {
        this.fate = fate;
        this.settings = settings;
        this.changeSets = out.changeSets();
        this.serializer = out.transport().serializer();
        this.pending = out.replica().pending();
        this.relay = out.relay();
        this.commits = out.commits();
        this.pause = pause;
        this.publisher = out.transport().publisher();
        this.placing = barrier == null
                ? null
                : new CommandPlacing(out, barrier, pause, settings.publisherTimeout(), whyNotStored);
        this.whyNotStored = whyNotStored;
    }

    @Override
    public @Nullable String refusal(String statement) {
        return CommandRules.refusal(statement);
    }

    @Override
    public void awaitTurn() throws SQLException {
        pause.awaitTurn();
    }

    @Override
    public long schemaRetryNanos() {
        return settings.publisherTimeout().toNanos();
    }

    @Override
    public Appender open(Connection connection) throws SQLException {
        return new OutboxAppender(connection, new OutboxTable(connection));
    }

    private final class OutboxAppender implements Appender {

        private final Connection connection;
        private final OutboxTable table;

        OutboxAppender(Connection connection, OutboxTable table) {
            this.connection = connection;
            this.table = table;
        }

        @Override
        public void renew() throws SQLException {
            table.renew();
        }

        @Override
        public boolean places(List<Change> changes, boolean elsewhere) {
            return ChangeSet.hasCommands(changes);
        }

        @Override
        public Entry append(List<Change> changes) throws SQLException {
            ChangeSet changeSet = changeSets.next(changes);
            try {
                Pending row = new Pending(pending.nextId(), changeSet.publisher(), changeSet.counter(), false);
                if (changes instanceof LargeChanges) {
                    PartsRefusal.check(publisher);
                    table.insertLarge(row, changeSet, serializer);
                    return new OutboxEntry(table, row, changeSet, null);
                }
                byte[] message = serializer.serialize(changeSet);
                if (message.length > publisher.maxMessageBytes()) {
                    PartsRefusal.check(publisher);
                }
                table.insert(row, message);
                return new OutboxEntry(table, row, changeSet, message);
            } catch (SQLException | RuntimeException | Error e) {
                // a counter that is left out would leave all later ones out of turn
                changeSets.giveBack();
                throw e;
            }
        }

        @Override
        public Placement place(List<Change> changes) throws SQLException {
            // what waits for its echo is held in memory as a whole, also when it is in the outbox at last
            return placing == null
                    ? new Unordered(append(changes))
                    : placing.place(connection, table, new ArrayList<>(changes));
        }
    }

    /** A transaction with commands on a node that receives nothing, so that nobody can come in between. */
    private record Unordered(Entry entry) implements Placement {

        @Override
        public boolean commitsHere() {
            return true;
        }

        @Override
        public boolean changesSchema() {
            return true;
        }

        @Override
        public void settle() {}

        @Override
        public void done(boolean committed) {
            if (committed) {
                entry.committed();
            }
        }

        @Override
        public void await() throws SQLException {
            entry.await();
        }
    }

    private final class OutboxEntry implements Entry {

        private final OutboxTable table;
        private final Pending row;
        private final ChangeSet changeSet;
        /** {@code null} if it is large. */
        private final byte @Nullable [] message;

        OutboxEntry(OutboxTable table, Pending row, ChangeSet changeSet, byte @Nullable [] message) {
            this.table = table;
            this.row = row;
            this.changeSet = changeSet;
            this.message = message;
        }

        @Override
        public void committed() {
            if (message == null) {
                pending.add(row);
            } else {
                pending.add(row, message);
            }
            relay.committed(row, changeSet, message);
            commits.inOutbox(row.id());
        }

        @Override
        public void withdraw() throws SQLException {
            changeSets.giveBack();
            table.delete(row.id());
        }

        @Override
        public void await() throws SQLException {
            relay.flush();
            if (settings.commitMode() == CommitMode.ASYNC) {
                return;
            }
            Work work = settings.runtime().work();
            long begun = work.begin();
            if (isStored()) {
                work.end(Timed.COMMIT_WAIT, begun);
            } else {
                late(new TimeoutException());
            }
        }

        /** Waits as long as the publisher may take, also if the thread is interrupted: it is committed here. */
        private boolean isStored() {
            NodeRuntime runtime = settings.runtime();
            long deadline = runtime.nanoTime() + settings.publisherTimeout().toNanos();
            Interruption interruption = new Interruption();
            try {
                while (true) {
                    try {
                        return relay.await(row.id(), deadline - runtime.nanoTime());
                    } catch (InterruptedException e) {
                        interruption.note();
                    }
                }
            } finally {
                interruption.restore();
            }
        }

        private void late(Exception cause) throws SQLException {
            String what = "the stream did not acknowledge the transaction within " + settings.publisherTimeout()
                    + whyNotStored.get() + "; " + fate.get();
            if (settings.degradeOnTimeout()) {
                logger.warn("Going on although {}", what);
            } else {
                throw new ReplicationTimeoutException(what + ", so do not repeat it", cause);
            }
        }
    }
}
