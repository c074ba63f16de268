package io.github.hasqlite.core.history;

import io.github.hasqlite.core.replay.FeedTable;
import io.github.hasqlite.core.runtime.TaskThread;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Writes down how far consumers have come, together and not each time. Thread-safe.
 */
final class FeedPlaces implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(FeedPlaces.class);

    /** A place that is lost is told once more, so it need not be written at once. */
    private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final FeedSource source;
    private final Map<String, FeedTable.Place> unwritten = new HashMap<>();
    private @Nullable TaskThread thread;
    private boolean scheduled;

    FeedPlaces(FeedSource source) {
        this.source = source;
    }

    /** How far a consumer has come; {@code null} if that is not known. */
    FeedTable.@Nullable Place read(String name) throws SQLException {
        flush();
        try (SQLiteConnection connection = source.connections().run()) {
            return FeedTable.read(connection, name);
        }
    }

    /** A consumer has come to a place of the stream that the node follows; is written soon. */
    synchronized void reached(String name, long position) {
        unwritten.put(name, new FeedTable.Place(source.state().streamCreatedNs(), position));
        if (!scheduled) {
            scheduled = true;
            TaskThread writing = thread;
            if (writing == null) {
                writing = source.runtime().taskThread("ha-sqlite-feeds");
                thread = writing;
            }
            try {
                writing.schedule(this::write, DELAY_NANOS);
            } catch (RejectedExecutionException e) {
                scheduled = false;
            }
        }
    }

    private void write() {
        try {
            flush();
        } catch (SQLException e) {
            // what comes next is written with it
            logger.warn("How far consumers of the change feed have come could not be written", e);
        }
    }

    /** Writes what is not written yet. */
    void flush() throws SQLException {
        Map<String, FeedTable.Place> places;
        synchronized (this) {
            scheduled = false;
            places = Map.copyOf(unwritten);
            unwritten.clear();
        }
        if (places.isEmpty()) {
            return;
        }
        try {
            locked(connection -> {
                for (Map.Entry<String, FeedTable.Place> place : places.entrySet()) {
                    FeedTable.write(connection, place.getKey(), place.getValue());
                }
            });
        } catch (SQLException e) {
            synchronized (this) {
                places.forEach(unwritten::putIfAbsent);
            }
            throw e;
        }
    }

    /** Forgets a consumer. */
    void forget(String name) throws SQLException {
        flush();
        locked(connection -> FeedTable.delete(connection, name));
    }

    /** Something to write. */
    private interface Writing {
        void write(Connection connection) throws SQLException;
    }

    private void locked(Writing writing) throws SQLException {
        SqlCall<SQLiteConnection> connections = source.connections();
        try (SQLiteConnection connection = connections.run();
                Statement statement = connection.createStatement()) {
            source.writeLock().await();
            try {
                statement.executeUpdate("BEGIN IMMEDIATE");
                writing.write(connection);
                statement.executeUpdate("COMMIT");
                source.writeLock().notesCommitted(1);
            } finally {
                source.writeLock().release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", e);
        }
    }

    @Override
    public void close() {
        TaskThread writing;
        synchronized (this) {
            writing = thread;
        }
        if (writing != null) {
            writing.stop();
            try {
                writing.awaitEnd(FAREWELL_NANOS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        write();
    }
}
