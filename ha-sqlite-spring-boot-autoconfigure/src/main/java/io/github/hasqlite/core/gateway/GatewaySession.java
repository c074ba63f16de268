package io.github.hasqlite.core.gateway;

import io.github.hasqlite.PositionNotReachedException;
import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.core.jdbc.PoolExhaustedException;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One client's way in: it has a transaction or none, and open rows. Used by one thread at a time, which may be another
 * one for each call, but for {@link #cancel} and {@link #close}, which any thread may call.
 */
public final class GatewaySession implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(GatewaySession.class);

    private final GatewayContext context;
    private final Consumer<GatewaySession> whenClosed;
    private final SessionGate gate;
    private final RunningCall running = new RunningCall();
    private final ClientTransaction transaction;
    private final Set<ClientRows> rows = new LinkedHashSet<>();
    private volatile long lockMillis;
    private volatile boolean written;
    private volatile boolean closed;

    GatewaySession(GatewayContext context, Consumer<GatewaySession> whenClosed) {
        this.context = context;
        this.whenClosed = whenClosed;
        this.gate = new SessionGate(context.runtime());
        this.transaction = new ClientTransaction(context, running);
    }

    /**
     * Understands a statement. Nothing is compiled yet.
     *
     * @param sql one statement; what follows it is left out
     * @throws SQLException if it is refused (42501, 0A000), or no SQL (42601)
     */
    public GatewayStatement prepare(String sql) throws SQLException {
        return new GatewayStatement(context, this, context.understand(sql));
    }

    /**
     * Begins a transaction; the same as running BEGIN.
     *
     * @param readOnly whether it refuses to write (25006); it leaves the connections for writing to others
     * @throws SQLException if there is one (25001), or clients have too many connections (53300)
     */
    public void begin(boolean readOnly) throws SQLException {
        inside(() -> {
            transaction.begin("BEGIN", readOnly, lockMillis);
            return true;
        });
    }

    /**
     * How long the transaction that is open, and the next ones, may be open.
     *
     * @param limit at most; positive
     */
    public void limitTransactions(Duration limit) {
        transaction.limit(limit);
    }

    /**
     * How long statements wait for the write lock.
     *
     * @param millis at most; 0 for as long as the data source lets them, which is the most in any case
     */
    public void limitLocks(long millis) {
        lockMillis = millis;
    }

    /** Where it stands now. */
    public TransactionState state() {
        return transaction.state();
    }

    /**
     * Waits until this node has what a level wants.
     *
     * @param position of the stream that is to be applied here as well; 0 for none
     * @param timeout how long to wait at most
     * @throws SQLException if it has not in time (57014), or cannot know where the stream ends (08001)
     */
    public void await(ReadLevel level, long position, Duration timeout) throws SQLException {
        long wanted = level == ReadLevel.LOCAL ? position : Math.max(position, end());
        if (wanted > 0) {
            running.waiting(() -> reached(wanted, timeout));
        }
    }

    private boolean reached(long wanted, Duration timeout) throws SQLException {
        try {
            context.positions().await(wanted, timeout);
            return true;
        } catch (PositionNotReachedException e) {
            throw new SQLException(e.getMessage(), SqlStates.CANCELLED, e);
        }
    }

    private long end() throws SQLException {
        try {
            return context.end().position();
        } catch (IOException e) {
            throw new SQLException(
                    "where the stream ends cannot be learned now: " + e.getMessage()
                            + "; try again, or read what this node has (level local)",
                    SqlStates.CANNOT_CONNECT,
                    e);
        }
    }

    /**
     * The position at or behind this session's last commit. To be called by the thread that has committed.
     *
     * @param timeout how long to wait for the stream in commit mode async; zero not to wait
     * @return 0 if it has written nothing
     * @throws SQLException if the stream does not have it in time (08H01); it is committed here
     */
    public long position(Duration timeout) throws SQLException {
        try {
            return written ? context.positions().ofLastCommit(timeout) : 0;
        } catch (PositionNotReachedException e) {
            throw new SQLException(e.getMessage(), ReplicationTimeoutException.SQL_STATE, e);
        }
    }

    /** Changes whenever a change of the schema was committed on this node. */
    public long schemaEpoch() {
        return context.schemaEpoch();
    }

    /** Interrupts what runs or waits for a position (57014), if something does. */
    public void cancel() {
        cancel("the statement was cancelled");
    }

    /**
     * Interrupts what runs or waits for a position (57014), if something does.
     *
     * @param why what the client is told
     */
    public void cancel(String why) {
        running.cancel(why);
    }

    /**
     * Runs a call of the driver on a connection that is not the gateway's, within the limits of clients' statements: it
     * is interrupted when it is cancelled or has had its time. It has to look at {@link #isOver} itself now and then,
     * since an interrupt that comes before its first step has no effect.
     *
     * @param statement of that connection
     * @throws SQLException what it throws, or why it was interrupted (57014)
     */
    public <T> T limited(Statement statement, SqlCall<T> call) throws SQLException {
        return running.run(statement, patience(), call);
    }

    /** Whether what runs has to end. From any thread. */
    public boolean isOver() {
        return closed || running.isOver(context.runtime().nanoTime());
    }

    // ---- for statements and rows

    /** Runs what uses connections, while nobody else does. */
    <T> T inside(SqlCall<T> call) throws SQLException {
        gate.enter();
        try {
            if (closed) {
                throw new SQLException("the session is closed", SqlStates.CONNECTION_DOES_NOT_EXIST);
            }
            return call.run();
        } catch (PoolExhaustedException e) {
            // for clients the application is what has too many, and not the stream what cannot be reached
            throw new SQLException(e.getMessage(), SqlStates.TOO_MANY, e);
        } finally {
            gate.leave();
        }
    }

    /** Something to be done. */
    @FunctionalInterface
    interface Step {
        void run() throws SQLException;
    }

    /** Ends something, while nobody else uses connections; also in a session that is closed, which has ended it. */
    void closing(Step end) throws SQLException {
        gate.enter();
        try {
            end.run();
        } finally {
            gate.leave();
        }
    }

    ClientTransaction transaction() {
        return transaction;
    }

    /** How long its statements wait for the write lock; 0 for as long as others do. */
    long lockMillis() {
        return lockMillis;
    }

    RunningCall running() {
        return running;
    }

    /** How many bytes a row of an answer may have, which is in memory as a whole. */
    long maxRowBytes() {
        return context.settings().maxValueBytes();
    }

    /** When a statement that begins now has to end, by the runtime's clock. */
    long patience() {
        return context.runtime().nanoTime()
                + context.settings().statementTimeout().toNanos();
    }

    /** Runs what may commit; what is committed here has a position, although the stream does not have it in time. */
    <T> T committing(SqlCall<T> call) throws SQLException {
        try {
            T result = call.run();
            written = true;
            return result;
        } catch (ReplicationTimeoutException e) {
            written = true;
            throw e;
        }
    }

    void remember(ClientRows open) {
        rows.add(open);
    }

    void forget(ClientRows ended) {
        rows.remove(ended);
    }

    /** The rows of the transaction end before it does. */
    void endRowsOfTransaction() throws SQLException {
        for (ClientRows open : List.copyOf(rows)) {
            open.endWithTransaction();
        }
    }

    /** A statement of the transaction has failed. Rows that are open may belong to what a savepoint saves. */
    void failTransaction() throws SQLException {
        if (!transaction.hasSavepoints()) {
            endRowsOfTransaction();
        }
        transaction.fail();
    }

    // ---- limits and the end

    /** Ends rows, a statement or a transaction that have taken too long. Waits for no client. */
    void endWhatIsOver(long now) {
        running.look(now);
        if (!gate.tryEnter()) {
            transaction.interruptIfOver(now);
            return;
        }
        try {
            for (ClientRows open : List.copyOf(rows)) {
                open.endIfOver(now);
            }
            if (transaction.isOver(now)) {
                endRowsOfTransaction();
                transaction.expire();
            }
        } catch (SQLException e) {
            logger.warn("What a client has left open ended with an error", e);
        } finally {
            gate.leave();
        }
    }

    /** Rolls back what is open and gives back all connections; what runs is interrupted, and waited for. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        cancel();
        gate.enter();
        try {
            closed = true;
            for (ClientRows open : List.copyOf(rows)) {
                open.end();
            }
            transaction.rollback();
        } catch (SQLException e) {
            // what was interrupted because its client has gone is nothing to worry about
            logger.atLevel(SqlStates.CANCELLED.equals(SqlStates.of(e)) ? Level.DEBUG : Level.WARN)
                    .setCause(e)
                    .log("A client's session ended with an error");
        } finally {
            gate.leave();
            whenClosed.accept(this);
        }
    }
}
