package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.apply.SchemaChanges;
import io.github.hasqlite.core.changeset.BaselineMessage;
import io.github.hasqlite.core.changeset.ByteSource;
import io.github.hasqlite.core.changeset.Fragment;
import io.github.hasqlite.core.runtime.Monitor;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far this database has applied the stream, each publisher's last accepted counter, and the parts
 * of what is not complete yet: part of the canonical state, and written in the same transactions as the rows (rules R4 and R6). Not
 * thread-safe; used with the write lock held, but {@link #sequence()} may be read by anyone.
 */
public final class AppliedState {

    static final String SEQUENCE = "applied_sequence";
    private static final String DELIVERED_FROM = "delivered_from";
    private static final String STREAM_CREATED = "stream_created_ns";
    static final String BASELINE = "baseline";
    static final String DIVERGENCE = "divergence";
    static final String BASELINE_AT = "baseline_at";
    static final String BEGUN_WITH_NOTHING = "begun_with_nothing";

    private final PublisherCounters counters = new PublisherCounters();
    private final PendingFragments parts = new PendingFragments();
    final WithoutEffect withoutEffect = new WithoutEffect();
    private final NodeRuntime runtime;
    private final Monitor advanced;
    private volatile long sequence;
    private volatile long deliveredFrom;
    private volatile long streamCreatedNs;
    private volatile String baseline = "";
    private volatile String divergence = "";
    private volatile long baselineAt;
    private volatile boolean begunWithNothing;

    /**
     * The state of a database that has applied nothing.
     *
     * @param runtime in which one waits for it to advance
     */
    public AppliedState(NodeRuntime runtime) {
        this.runtime = runtime;
        this.advanced = runtime.monitor();
    }

    /** Creates the tables if they are not there. */
    public static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "CREATE TABLE IF NOT EXISTS main.ha_state(name TEXT PRIMARY KEY, value) WITHOUT ROWID");
        }
        PublisherCounters.create(connection);
        PendingFragments.create(connection);
        ConflictTable.create(connection);
        SchemaChanges.create(connection);
        DeadLetters.create(connection);
        FeedTable.create(connection);
    }

    /** The names of the tables that this creates. */
    static List<String> tables() {
        return List.of(
                "ha_state",
                "ha_publishers",
                "ha_parts",
                "ha_conflicts",
                "ha_renames",
                "ha_schema_changes",
                "ha_dead_letters",
                FeedTable.NAME);
    }

    /** Whether the tables of replication are in the database. */
    public static boolean exists(Connection connection) throws SQLException {
        return TableDefinition.exists(connection, "ha_state");
    }

    /** Reads what was committed. */
    public void load(Connection connection) throws SQLException {
        counters.load(connection);
        parts.load(connection);
        try (Statement statement = connection.createStatement()) {
            long applied = 0;
            streamCreatedNs = 0;
            baseline = "";
            String differs = "";
            boolean nothing = false;
            long from = 0;
            try (ResultSet rows = statement.executeQuery("SELECT name, value FROM main.ha_state")) {
                while (rows.next()) {
                    switch (rows.getString(1)) {
                        case SEQUENCE -> applied = rows.getLong(2);
                        case STREAM_CREATED -> streamCreatedNs = rows.getLong(2);
                        case BASELINE -> baseline = rows.getString(2);
                        case DIVERGENCE -> differs = rows.getString(2);
                        case BASELINE_AT -> baselineAt = rows.getLong(2);
                        case BEGUN_WITH_NOTHING -> nothing = true;
                        case DELIVERED_FROM -> from = rows.getLong(2);
                        default -> {}
                    }
                }
            }
            sequence = applied;
            divergence = differs;
            begunWithNothing = nothing;
            deliveredFrom = from;
        }
        counters.acceptAnyFirst(deliveredFrom > 0);
    }

    /**
     * When the stream was created that this database follows, nanoseconds since 1970; 0 if it has not
     * joined one yet. Any thread.
     */
    public long streamCreatedNs() {
        return streamCreatedNs;
    }

    /** The newest change set that was accepted and committed; {@code null} if its place is not known. */
    public @Nullable NewestAccepted newest() {
        return counters.newest();
    }

    /** Notes which stream this database follows, outside of any transaction. */
    public void follow(Connection connection, long createdNs) throws SQLException {
        StateValues.set(connection, STREAM_CREATED, createdNs);
        streamCreatedNs = createdNs;
    }

    /**
     * Makes this database one that has applied a stream up to a sequence.
     *
     * @param createdNs when the stream was created, nanoseconds since 1970
     */
    public static void begin(Connection connection, long sequence, long createdNs) throws SQLException {
        create(connection);
        StateValues.set(connection, SEQUENCE, sequence);
        StateValues.set(connection, STREAM_CREATED, createdNs);
    }

    /**
     * Makes this database one that has what a stream sends from a message on, and of what was before only what is in
     * it now.
     *
     * @param first the sequence of that message
     * @param createdNs when the stream was created, nanoseconds since 1970
     */
    public static void beginAt(Connection connection, long first, long createdNs) throws SQLException {
        begin(connection, first - 1, createdNs);
        StateValues.set(connection, DELIVERED_FROM, first);
    }

    /**
     * The sequence with which this database has begun without what was before; 0 if it has what the others have. Any
     * thread.
     */
    public long deliveredFrom() {
        return deliveredFrom;
    }

    /** Notes that an empty database begins with the stream alone, outside of any transaction. */
    public void beginWithNothing(Connection connection) throws SQLException {
        StateValues.set(connection, BEGUN_WITH_NOTHING, 1);
        begunWithNothing = true;
    }

    /** Notes that it has caught up for the first time, outside of any transaction. */
    public void hasBegun(Connection connection) throws SQLException {
        StateValues.forget(connection, BEGUN_WITH_NOTHING);
        begunWithNothing = false;
    }

    /** Whether it began with the stream alone and has not caught up yet. Any thread. */
    public boolean isBegunWithNothing() {
        return begunWithNothing;
    }

    /**
     * Notes that this database is about to be what a stream's history begins with, outside of any
     * transaction.
     *
     * @param id the id of the {@linkplain BaselineMessage message} that says so
     * @param at the sequence that this message gets, if it gets into the stream at all
     */
    public void setBaseline(Connection connection, String id, long at) throws SQLException {
        StateValues.set(connection, BASELINE_AT, at);
        StateValues.set(connection, BASELINE, id);
        baseline = id;
        baselineAt = at;
    }

    /** Notes that all nodes can get what the history begins with, outside of any transaction. */
    public void clearBaseline(Connection connection) throws SQLException {
        StateValues.forget(connection, BASELINE);
        StateValues.forget(connection, BASELINE_AT);
        baseline = "";
    }

    /** The sequence that the message of the {@linkplain #baseline() baseline} gets, if any. */
    public long baselineAt() {
        return baselineAt;
    }

    /**
     * How this database differs from those of other nodes, as far as that was found out; empty if it does not.
     * Any thread.
     */
    public String divergence() {
        return divergence;
    }

    /** Notes how it differs, outside of any transaction, with the write lock held. */
    public void setDivergence(Connection connection, String found) throws SQLException {
        StateValues.set(connection, DIVERGENCE, found);
        divergence = found;
    }

    /**
     * The id of the baseline that this database is or is about to be, until all nodes can get it; empty if
     * it is none. Any thread.
     */
    public String baseline() {
        return baseline;
    }

    /** Whether a message says that the stream goes on from this very database. */
    boolean isOwnBaseline(byte[] message) {
        return BaselineMessage.is(message) && BaselineMessage.of(message).id().equals(baseline);
    }

    /** The stream sequence up to which everything has been applied and committed here. */
    public long sequence() {
        return sequence;
    }

    /**
     * Waits until everything up to a sequence is applied and committed here. Without the write lock.
     *
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     * @return whether it is
     */
    public boolean awaitSequence(long wanted, long deadlineNanos) throws InterruptedException {
        if (sequence >= wanted) {
            return true;
        }
        advanced.lock();
        try {
            while (sequence < wanted) {
                long left = deadlineNanos - runtime.nanoTime();
                if (left <= 0) {
                    return false;
                }
                advanced.await(left);
            }
            return true;
        } finally {
            advanced.unlock();
        }
    }

    /** Whether a change set that is applied here has had an effect, as far as that is remembered. Any thread. */
    public boolean hadEffect(long place) {
        return !withoutEffect.contains(place);
    }

    /** A publisher's last counter that is applied here; 0 if there is none. With the write lock held. */
    public long accepted(String publisher) {
        return counters.accepted(publisher);
    }

    /** The place of the newest change set that is applied here and not of this publisher; 0 if there is none. */
    public long newestOfOthers(String publisher) {
        return counters.newestOfOthers(publisher);
    }

    /**
     * The names of the nodes whose change sets are applied here: what publisher ids begin with, before two more words
     * with points in front. With the write lock held, or while nothing is applied.
     */
    public Set<String> publishingNodes() {
        return counters.nodes();
    }

    /** Starts a step forward, which counts only once it is committed. */
    Step step() {
        return new Step();
    }

    /** What one transaction adds. */
    final class Step {

        private final PublisherCounters.Step countersStep = counters.step();
        private final PendingFragments.Step partsStep = parts.step();
        private long reached = sequence;

        /** Judges a message by its publisher's counter (rule R4), and keeps it if it is a part in turn. */
        Turn take(InboundMessage received) {
            Turn turn = countersStep.judge(received.publisher(), received.counter());
            Fragment part = received.part();
            return turn == Turn.NEXT && part != null
                    ? partsStep.take(part, received.message().timestampNs())
                    : turn;
        }

        /** Whether anything but messages of Go nodes was accepted. */
        boolean knowsPublishers() {
            return countersStep.knowsPublishers();
        }

        /** The publisher's last accepted counter; 0 if it has none. */
        long counter(String publisher) {
            return countersStep.counter(publisher);
        }

        /** Accepts the message that was judged to be next, and was {@linkplain #reach reached} last. */
        void accept(String publisher, long counter) {
            countersStep.accept(publisher, counter, reached);
            if (!publisher.isEmpty()) {
                partsStep.forget(publisher);
            }
        }

        /**
         * Whether anybody else has committed something since (rule R13).
         *
         * @param base what the publisher had applied
         */
        boolean othersSince(long base, String publisher) {
            return countersStep.othersSince(base, publisher);
        }

        /** What all the parts of a change set hold whose last part was judged to be next. */
        ByteSource parts(Connection connection, String publisher) {
            return partsStep.data(connection, publisher);
        }

        /** This message is being dealt with, and everything before it has been. */
        void reach(InboundMessage received) {
            reach(received.sequence());
            partsStep.reach(received.message().timestampNs());
        }

        /** Everything up to this sequence is dealt with. */
        void reach(long streamSequence) {
            reached = Math.max(reached, streamSequence);
        }

        long reached() {
            return reached;
        }

        /** Writes the step inside the caller's transaction. */
        void write(Connection connection) throws SQLException {
            try (PositionTable table = new PositionTable(connection)) {
                write(table);
            }
        }

        /** Writes the step inside the caller's transaction; the last statement changes a row. */
        void write(PositionTable table) throws SQLException {
            partsStep.write(table.connection());
            countersStep.write(table);
            table.setValue(SEQUENCE, reached);
        }

        /** The transaction is committed. */
        void committed() {
            countersStep.committed();
            partsStep.committed();
            advanced.lock();
            try {
                sequence = reached;
                advanced.signalAll();
            } finally {
                advanced.unlock();
            }
        }
    }
}
