package io.github.hasqlite.core.commit;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.Operation;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.SchemaChanges;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.outbox.OutboxRelay;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.SchemaBarrier;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings transactions with commands to their place in the stream (rule R9). */
final class CommandPlacing {

    private static final Logger logger = LoggerFactory.getLogger(CommandPlacing.class);

    /** So many characters of a command stand in a message. */
    private static final int SHOWN = 100;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final ChangeSetFactory changeSets;
    private final ChangeSetSerializer serializer;
    private final ChangeSetPublisher publisher;
    private final OutboxRelay relay;
    private final PendingQueue pending;
    private final SchemaBarrier barrier;
    private final ChangeSetApplication application;
    private final WriterPause pause;
    private final AppliedState state;
    private final LastCommits commits;
    private final Duration timeout;
    private final Supplier<String> whyNotStored;
    private final WriteLock writeLock;
    /** The counter of the newest transaction that the applier is to run; 0 if there is none. With the write lock. */
    private long newestElsewhere;

    /**
     * Creates it.
     *
     * @param whyNotStored as {@link OutboxCommitLog} says
     */
    CommandPlacing(
            WayOut out, SchemaBarrier barrier, WriterPause pause, Duration timeout, Supplier<String> whyNotStored) {
        this.changeSets = out.changeSets();
        this.serializer = out.transport().serializer();
        this.publisher = out.transport().publisher();
        this.relay = out.relay();
        this.pending = out.replica().pending();
        this.state = out.replica().state();
        this.writeLock = out.replica().writeLock();
        this.barrier = barrier;
        this.application = out.replica().application();
        this.pause = pause;
        this.commits = out.commits();
        this.timeout = timeout;
        this.whyNotStored = whyNotStored;
    }

    CommitLog.Placement place(Connection connection, OutboxTable table, List<Change> changes) throws SQLException {
        if (hasUnseenCommand() && SchemaChanges.isAmong(changes)) {
            return new Unaware();
        }
        ChangeSet changeSet = changeSets.next(changes);
        byte[] message = serialize(changeSet);
        if (!publisher.isConnected()) {
            changeSets.giveBack();
            throw notPublished(changes, "the stream cannot be reached");
        }
        String refusal = message.length > publisher.maxMessageBytes() ? PartsRefusal.of(publisher) : null;
        if (refusal != null) {
            changeSets.giveBack();
            throw PartsRefusal.exception(refusal);
        }
        relay.publishCommand(changeSet, message);
        SchemaBarrier.Arrival arrival =
                barrier.await(changeSet.publisher(), changeSet.counter(), message, timeout.toNanos());
        boolean maybeSent = relay.withdrawCommand();
        if (arrival instanceof SchemaBarrier.Alone alone) {
            return new Here(connection, table, alone, changeSet);
        }
        if (arrival instanceof SchemaBarrier.Overtaken overtaken) {
            newestElsewhere = changeSet.counter();
            return overtaken.seen()
                    ? new Elsewhere(null, overtaken)
                    : new Elsewhere(new Queued(connection, table, changeSet, message), overtaken);
        }
        if (!maybeSent) {
            changeSets.giveBack();
            throw notPublished(changes, "the outbox could not be published within " + timeout + whyNotStored.get());
        }
        newestElsewhere = changeSet.counter();
        return new Elsewhere(new Queued(connection, table, changeSet, message), null);
    }

    /** Whether an earlier transaction of this node is to take effect at its place and has not done so here. */
    private boolean hasUnseenCommand() {
        return pending.hasCommand() || state.accepted(changeSets.publisher()) < newestElsewhere;
    }

    private byte[] serialize(ChangeSet changeSet) {
        try {
            return serializer.serialize(changeSet);
        } catch (RuntimeException | Error e) {
            changeSets.giveBack();
            throw e;
        }
    }

    private static SQLException notPublished(List<Change> changes, String why) {
        return new SQLException(
                "\"" + firstCommand(changes)
                        + "\" travels as a statement and takes effect at its place in the stream, as schema changes and"
                        + " statements on virtual tables do, but " + why
                        + "; the transaction was rolled back, nothing was published, try again",
                SqlStates.CANNOT_CONNECT);
    }

    private static String firstCommand(List<Change> changes) {
        for (Change change : changes) {
            String command = change.command();
            if (change.operation() == Operation.SQL && command != null) {
                return command.length() > SHOWN ? command.substring(0, SHOWN) + "..." : command;
            }
        }
        return "the transaction";
    }

    /** The transaction is at its place without another one before it, and commits on this connection. */
    private final class Here implements CommitLog.Placement {

        private final Connection connection;
        private final OutboxTable table;
        private final SchemaBarrier.Alone alone;
        private final ChangeSet changeSet;
        private boolean settled;

        Here(Connection connection, OutboxTable table, SchemaBarrier.Alone alone, ChangeSet changeSet) {
            this.connection = connection;
            this.table = table;
            this.alone = alone;
            this.changeSet = changeSet;
        }

        @Override
        public boolean commitsHere() {
            return true;
        }

        @Override
        public boolean changesSchema() {
            return true;
        }

        @Override
        public void settle() throws SQLException {
            alone.write(connection, table, changeSet);
        }

        @Override
        public SQLException notCommitted(SQLException cause) {
            return new SQLException(
                    "the schema change is in the stream, but this node could not commit it; it will be applied here like"
                            + " another node's, do not repeat it: " + cause.getMessage(),
                    SqlStates.OUTCOME_UNKNOWN,
                    cause);
        }

        @Override
        public void done(boolean committed) {
            settled = committed;
            if (committed) {
                long echoed = alone.committed();
                relay.echoed(echoed);
                commits.inStream(state.sequence());
                application.schemaCommitted();
            }
        }

        @Override
        public void await() throws SQLException {
            if (!settled) {
                throw new SQLException(
                        "the schema change is in the stream and will be applied here", SqlStates.OUTCOME_UNKNOWN);
            }
        }
    }

    /** It stays in the outbox until its echo comes. */
    private final class Queued {

        private final Connection connection;
        private final OutboxTable table;
        private final ChangeSet changeSet;
        private final byte[] message;

        Queued(Connection connection, OutboxTable table, ChangeSet changeSet, byte[] message) {
            this.connection = connection;
            this.table = table;
            this.changeSet = changeSet;
            this.message = message;
        }

        void add() {
            Pending row = new Pending(pending.nextId(), changeSet.publisher(), changeSet.counter(), true);
            try {
                table.insert(row, message);
                pending.add(row, message);
                relay.committed(row, changeSet, message);
                relay.flush();
            } catch (SQLException e) {
                // without it no later change set of this start would be in turn
                logger.error("A schema change of unknown outcome could not be kept in the outbox of {}", connection, e);
            }
        }
    }

    /**
     * It was made without an earlier one of this node whose echo is still missing, and which nodes cannot tell from one
     * that its author had seen (rule R13): nothing of it is published.
     */
    private final class Unaware extends RolledBack {

        private boolean isStillUnseen() throws InterruptedException {
            writeLock.await();
            try {
                return hasUnseenCommand();
            } finally {
                writeLock.release();
            }
        }

        /** Waits for the earlier one, so that whoever does it again does it once. */
        @Override
        public void await() throws SQLException {
            NodeRuntime runtime = writeLock.runtime();
            long deadline = runtime.nanoTime() + timeout.toNanos();
            try {
                while (isStillUnseen() && runtime.nanoTime() < deadline) {
                    runtime.sleep(LOOK_NANOS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SerializationFailureException(
                    "an earlier schema change of this node, whose outcome was not known,"
                            + " is still on its way into the stream, and this one was made without it; it was rolled back, nothing"
                            + " of it took effect, do all of it again");
        }
    }

    /** The applier runs it, at its place. */
    private final class Elsewhere extends RolledBack {

        private final @Nullable Queued queued;
        private final SchemaBarrier.@Nullable Overtaken overtaken;

        /**
         * Not here.
         *
         * @param queued {@code null} if its echo has come already
         * @param overtaken {@code null} if it may be in the stream or not
         */
        Elsewhere(@Nullable Queued queued, SchemaBarrier.@Nullable Overtaken overtaken) {
            this.queued = queued;
            this.overtaken = overtaken;
        }

        @Override
        public void done(boolean committed) {
            if (queued != null) {
                queued.add();
            }
        }

        @Override
        public void await() throws SQLException {
            if (overtaken == null) {
                throw new SQLException(
                        "no echo of the schema change within " + timeout + whyNotStored.get()
                                + ": it was rolled back on this node, and is"
                                + " applied on all nodes as soon as the stream has it",
                        SqlStates.OUTCOME_UNKNOWN);
            }
            try {
                overtaken.await(timeout.toNanos());
                commits.inStream(state.sequence());
            } catch (SerializationFailureException e) {
                pause.gaveWay();
                throw e;
            }
        }
    }
}
