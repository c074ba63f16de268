package io.github.hasqlite.core.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.runtime.Work;
import io.github.hasqlite.core.sqlite.ConnectionFunctions;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The data source: a pool of writers, a pool of readers, and what their connections share. */
public final class ReplicatingDataSource implements HaSqliteDataSource {

    private final HikariDataSource writers;
    private final HikariDataSource readers;
    private final boolean readOnly;
    private final ReadValidator validator;
    private final Checkpointer checkpointer;
    private final Replication replication;
    private final SchemaCatalog catalog;
    /** {@code null} if SQLite chooses all keys that are left to it. */
    private final @Nullable KeyTables keys;

    private final QueryTimeouts timeouts;

    /** How many connections of the pool of writers are in use or waited for. */
    private final AtomicInteger writersWanted = new AtomicInteger();

    private final ConflictListeners conflicts = new ConflictListeners();

    private final int maxWriters;
    private final ParsedTexts parsed = new ParsedTexts();
    private final WriteLock writeLock;
    private volatile JoinedSchemas joined = JoinedSchemas.NONE;
    private volatile ConnectionFunctions functions = ConnectionFunctions.NONE;

    private ReplicatingDataSource(
            PoolSettings settings,
            boolean readOnly,
            HikariDataSource writers,
            HikariDataSource readers,
            SessionContext context,
            Checkpointer checkpointer,
            Replication replication) {
        this.maxWriters = settings.writers();
        this.readOnly = readOnly;
        this.writers = writers;
        this.readers = readers;
        this.validator = context.validator();
        this.catalog = context.catalog();
        this.keys = context.keys();
        this.timeouts = context.timeouts();
        this.writeLock = context.writeLock();
        this.checkpointer = checkpointer;
        this.replication = replication;
    }

    /**
     * Opens the pools. If one cannot be opened, nothing stays open but what replicates.
     *
     * @param settings how to set up the connections
     * @param readOnly whether all connections refuse to write
     * @param writeLock the one write lock, shared with the applier
     * @param catalog the schema as committed, shared with the applier
     * @param commitLog where transactions go, or {@code null} if nothing is replicated
     * @param keys which keys rows get that have none
     * @param replication asked how it is doing, and closed after the pools
     */
    public static ReplicatingDataSource open(
            PoolSettings settings,
            boolean readOnly,
            WriteLock writeLock,
            SchemaCatalog catalog,
            @Nullable CommitLog commitLog,
            KeySettings keys,
            Replication replication) {
        DatabaseFile file = new DatabaseFile(settings);
        ReadValidator validator = new ReadValidator(file::open);
        KeyBlocks blocks = keys.blocks();
        SessionContext context = new SessionContext(
                writeLock,
                catalog,
                commitLog,
                validator,
                blocks == null ? null : new KeyTables(writeLock.runtime(), blocks, keys.blockSize(), settings.path()),
                settings.begin(),
                new QueryTimeouts(writeLock.runtime()));
        HikariDataSource writers =
                ConnectionSource.pool(settings, "", settings.writers(), () -> file.openWriter(context));
        try {
            Checkpointer checkpointer = checkpointer(file, settings.path(), writeLock);
            try {
                HikariDataSource readers =
                        ConnectionSource.pool(settings, "-readers", settings.readers(), () -> file.openReader(context));
                return new ReplicatingDataSource(
                        settings, readOnly, writers, readers, context, checkpointer, replication);
            } catch (RuntimeException | Error e) {
                closeAfter(e, checkpointer);
                throw e;
            }
        } catch (RuntimeException | Error e) {
            writers.close();
            closeAfter(e, validator);
            throw e;
        }
    }

    private static void closeAfter(Throwable failure, AutoCloseable opened) {
        try {
            opened.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private static Checkpointer checkpointer(DatabaseFile file, String path, WriteLock writeLock) {
        try {
            return Checkpointer.start(file, path, writeLock);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot open the database: " + e.getMessage(), e);
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        requireOpen();
        return new SqlStateConnection(this);
    }

    private void requireOpen() throws SQLException {
        if (writers.isClosed()) {
            throw new SQLException(this + " has been closed", SqlStates.CONNECTION_DOES_NOT_EXIST);
        }
    }

    /**
     * A connection for somebody who does not know the data source.
     *
     * @param neverWrites whether it refuses to write for good (SQLState 25006)
     * @param whenClosed run once, when the connection is closed, by the thread that closes it
     */
    public Connection getConnection(boolean neverWrites, Runnable whenClosed) throws SQLException {
        requireOpen();
        return new LentConnection(this, neverWrites, whenClosed);
    }

    /**
     * A connection for somebody who is not trusted.
     *
     * @param neverWrites whether it refuses to write (SQLState 25006)
     * @param maxValueBytes how many bytes a value or a row may have (SQLState 22001)
     */
    public Connection getConnection(boolean neverWrites, int maxValueBytes) throws SQLException {
        requireOpen();
        return new BoundedConnection(this, neverWrites, maxValueBytes, functions);
    }

    /**
     * Lets connections for those who are not trusted know functions from now on, beside those that they know already.
     *
     * @param functions of one protocol, which no schema can use
     */
    public void define(ConnectionFunctions functions) {
        this.functions = functions;
        validator.define(functions);
    }

    /** SQLite has no users: the same as without. */
    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
    }

    /** Changes whenever a change of the schema was committed, but for those of other processes. */
    public long schemaEpoch() {
        return catalog.epoch();
    }

    /** A pooled connection, as soon as there is one; to be closed. */
    Connection borrow(boolean forReading) throws SQLException {
        if (readOnly || forReading || !replication.isStarted()) {
            return borrowReader();
        }
        writersWanted.incrementAndGet();
        return borrowWriter();
    }

    /**
     * A connection of the pool of writers if one is free and nobody waits for it; to be closed.
     *
     * @return {@code null} if there is none
     */
    @Nullable
    Connection borrowFreeWriter() throws SQLException {
        if (readOnly || !replication.isStarted()) {
            return borrowReader();
        }
        int wanted = writersWanted.get();
        while (wanted < maxWriters) {
            if (writersWanted.compareAndSet(wanted, wanted + 1)) {
                return borrowWriter();
            }
            wanted = writersWanted.get();
        }
        return null;
    }

    private Connection borrowReader() throws SQLException {
        Connection reader = ConnectionSource.take(readers, "ha.sqlite.pool.readers");
        try {
            reader.unwrap(PhysicalConnection.class).see(joined);
            return reader;
        } catch (SQLException | RuntimeException | Error e) {
            try (reader) {
                throw e;
            }
        }
    }

    /**
     * Lets read-only connections see another database from now on, as an attached schema that they can only read.
     *
     * @param schema its name, not quoted; SQLite attaches ten at most
     * @param file the file of a database that has been opened
     */
    public synchronized void join(String schema, Path file) {
        joined = joined.with(schema, file.toAbsolutePath().toString());
    }

    /** Connections of other databases see this one from now on, and so all that is committed in its file. */
    public void joinedByOthers() {
        writeLock.readPast(true);
    }

    /** For one more connection of the application's. */
    ConnectionUse use() {
        return new ConnectionUse(writeLock.runtime());
    }

    /** What to throw where a statement could not be compiled. */
    SQLException explain(SQLException failure) {
        return joined.explain(failure);
    }

    private Connection borrowWriter() throws SQLException {
        try {
            return ConnectionSource.take(writers, "ha.sqlite.pool.writers");
        } catch (SQLException | RuntimeException | Error e) {
            writersWanted.decrementAndGet();
            throw e;
        }
    }

    /** A connection of {@link #borrow} was closed. */
    void returned(boolean reader) {
        if (!reader) {
            writersWanted.decrementAndGet();
        }
    }

    ParsedSql parse(String sql) {
        return parsed.get(sql);
    }

    @Override
    public ReplicationStatus replicationStatus() {
        return replication.status();
    }

    /** What to do where replication stands still, for people; {@code null} if it does not, or the reason says that. */
    public @Nullable String action() {
        return replication.action();
    }

    /** What this database does, for those who measure and follow it. */
    public Work work() {
        return writeLock.runtime().work();
    }

    /** Has the pools tell how they are used, those that tell nobody yet. */
    public void trackPools(MetricsTrackerFactory trackers) {
        for (HikariDataSource pool : List.of(writers, readers)) {
            if (pool.getMetricsTrackerFactory() == null && pool.getMetricRegistry() == null) {
                pool.setMetricsTrackerFactory(trackers);
            }
        }
    }

    /** How many statements were run that let SQLite choose a key of a table whose other keys come from blocks. */
    public long keysLeftToSqlite() {
        return keys == null ? 0 : keys.leftAlone();
    }

    @Override
    public void start() {
        if (writers.isClosed()) {
            throw new IllegalStateException(this + " has been closed");
        }
        replication.start();
    }

    @Override
    public boolean isStarted() {
        return replication.isStarted();
    }

    @Override
    public boolean retryReplication() {
        return replication.resume(false);
    }

    @Override
    public boolean skipFailedChangeSet() {
        return replication.resume(true);
    }

    @Override
    public void addConflictListener(Consumer<Conflict> listener) {
        conflicts.add(listener);
    }

    /** How many conflicts were committed here since the start. */
    public long conflicts() {
        return conflicts.count();
    }

    /** Tells the listeners of a conflict. */
    public void tell(Conflict conflict) {
        conflicts.tell(conflict);
    }

    @Override
    public void close() {
        writers.close();
        readers.close();
        timeouts.close();
        try (replication;
                checkpointer;
                keys) {
            validator.close();
        } catch (Exception e) {
            throw new IllegalStateException("closing " + this + " failed: " + e.getMessage(), e);
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        if (type.isInstance(writers)) {
            return type.cast(writers);
        }
        throw new SQLException("this data source is no " + type.getName() + "; it wraps a HikariDataSource");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this) || type.isInstance(writers);
    }

    @Override
    public @Nullable PrintWriter getLogWriter() throws SQLException {
        return writers.getLogWriter();
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        writers.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        writers.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return writers.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return writers.getParentLogger();
    }

    @Override
    public String toString() {
        return "HaSqliteDataSource(" + writers.getPoolName() + ")";
    }
}
