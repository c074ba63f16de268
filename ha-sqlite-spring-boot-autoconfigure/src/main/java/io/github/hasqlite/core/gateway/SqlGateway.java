package io.github.hasqlite.core.gateway;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.TaskThread;
import io.github.hasqlite.core.sqlite.ConnectionFunctions;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way in for SQL from outside, for all protocols of one database together. Thread-safe. */
public final class SqlGateway implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(SqlGateway.class);

    /** How often somebody looks for what has taken too long. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final GatewayContext context;
    private final TaskThread watch;
    private final Set<GatewaySession> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean watching = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * A gateway without sessions.
     *
     * @param database what clients read and write, the one of a node; stays open when the gateway is closed
     * @param positions of that database
     * @param end where its stream ends
     * @param commands statements that SQLite does not know
     * @throws IllegalArgumentException if the database is not the one of a node
     */
    public SqlGateway(
            GatewaySettings settings,
            HaSqliteDataSource database,
            ReplicationPosition positions,
            StreamEnd end,
            GatewayCommand.Parser commands,
            NodeRuntime runtime) {
        this.context = new GatewayContext(settings, ofNode(database), positions, end, commands, runtime);
        this.watch = runtime.taskThread("ha-sqlite-gateway");
    }

    private static ReplicatingDataSource ofNode(HaSqliteDataSource database) {
        if (database instanceof ReplicatingDataSource own) {
            return own;
        }
        throw new IllegalArgumentException(database + " is not the data source of a node");
    }

    public GatewaySettings settings() {
        return context.settings();
    }

    /**
     * Lets statements of clients call functions from now on.
     *
     * @param functions of one protocol, which no schema can use
     */
    public void define(ConnectionFunctions functions) {
        context.define(functions);
    }

    /**
     * Lets a client in.
     *
     * @return to be closed
     * @throws SQLException if there are too many sessions (53300), or the gateway is closed (57P01)
     */
    public GatewaySession open() throws SQLException {
        int most = context.settings().maxSessions();
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            throw new SQLException(
                    "there are " + most + " sessions already, as many as clients may have; close one, or allow more",
                    SqlStates.TOO_MANY);
        }
        GatewaySession session = new GatewaySession(context, this::closed);
        sessions.add(session);
        if (closed) {
            session.close();
            throw new SQLException("the application is being shut down", SqlStates.SHUTDOWN);
        }
        if (watching.compareAndSet(false, true)) {
            schedule();
        }
        return session;
    }

    private void closed(GatewaySession session) {
        if (sessions.remove(session)) {
            open.decrementAndGet();
        }
    }

    private void schedule() {
        try {
            watch.schedule(this::look, LOOK_NANOS);
        } catch (RejectedExecutionException e) {
            logger.debug("The gateway is closed", e);
        }
    }

    private void look() {
        long now = context.runtime().nanoTime();
        for (GatewaySession session : sessions) {
            try {
                session.endWhatIsOver(now);
            } catch (RuntimeException e) {
                logger.warn("What a client has left open could not be ended", e);
            }
        }
        if (sessions.isEmpty()) {
            watching.set(false);
            // one that came in between has found this one watching
            if (sessions.isEmpty() || !watching.compareAndSet(false, true)) {
                return;
            }
        }
        schedule();
    }

    /** Ends all sessions; transactions that are open are rolled back. Waits for what runs, which is interrupted. */
    @Override
    public void close() {
        closed = true;
        sessions.forEach(GatewaySession::close);
        watch.stop();
    }
}
