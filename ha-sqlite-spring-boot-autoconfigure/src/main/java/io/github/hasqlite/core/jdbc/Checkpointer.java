package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.io.File;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Copies the write-ahead log back into the database on a thread of its own, so that no commit has to
 * wait for the disk. A log that is written without a pause is never copied whole, and so never begins
 * anew; once it has grown, the last bit is copied with the write lock held.
 */
final class Checkpointer implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(Checkpointer.class);

    /** What SQLite itself takes for worth a checkpoint is 1,000 pages; fewer checkpoints copy fewer pages. */
    private static final long WORTHWHILE_PAGES = 4_000;

    /** From here on, writers wait for the copy of the last pages. */
    private static final int GROWN_PAGES = 8_000;

    /** Four times what the log is cut to when it begins anew. */
    private static final long LARGE_BYTES = 256L << 20;

    /**
     * So long writers are held up at first to let the log begin anew, and so long at most, when there are readers
     * that take longer. Not longer, because a transaction that has read and now wants to write waits, too, and is one
     * of those readers.
     */
    private static final int MIN_RESTART_MILLIS = 100;

    private static final int MAX_RESTART_MILLIS = 1_000;

    /** At least ten times as long as writers are held up. */
    private static final long MIN_RESTART_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long MAX_RESTART_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SQLiteConnection connection;
    private final WriteLock writeLock;
    private final NodeRuntime runtime;
    private final NodeThread thread;
    private boolean failing;
    private boolean warned;
    private final File log;
    private final long largeBytes;
    private long lastRestart;
    private int restartMillis = MIN_RESTART_MILLIS;
    private long restartPauseNanos = MIN_RESTART_PAUSE_NANOS;

    /**
     * Begins to watch the log.
     *
     * @throws SQLException if the database cannot be opened
     */
    static Checkpointer start(DatabaseFile file, String path, WriteLock writeLock) throws SQLException {
        return start(file, path, writeLock, LARGE_BYTES);
    }

    /** As above, for a log that counts as large from {@code largeBytes} on. */
    static Checkpointer start(DatabaseFile file, String path, WriteLock writeLock, long largeBytes)
            throws SQLException {
        Checkpointer started = new Checkpointer(file.open(), path, writeLock, largeBytes);
        started.thread.start();
        return started;
    }

    private Checkpointer(SQLiteConnection connection, String path, WriteLock writeLock, long largeBytes) {
        this.connection = connection;
        this.largeBytes = largeBytes;
        this.log = new File(path + "-wal");
        this.writeLock = writeLock;
        this.runtime = writeLock.runtime();
        this.thread = runtime.thread("ha-sqlite-checkpoint", this::run);
    }

    private void run() {
        long done = 0;
        long last = runtime.nanoTime();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                runtime.sleep(POLL_NANOS);
                long written = writeLock.writtenPages();
                boolean idle = runtime.nanoTime() - last > IDLE_NANOS;
                if (written - done >= WORTHWHILE_PAGES || (idle && (written > done || log.length() > largeBytes))) {
                    done = written;
                    tryToCheckpoint();
                    last = runtime.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A full disk may have room again at the next checkpoint. */
    private void tryToCheckpoint() {
        try {
            checkpoint();
            failing = false;
        } catch (SQLException e) {
            if (!failing) {
                failing = true;
                logger.warn("The write-ahead log cannot be copied into the database; trying on: {}", e.getMessage());
            }
        }
    }

    private void checkpoint() throws SQLException {
        if (remainingAfterCopying() >= 0) {
            writeLock.acquire();
            try {
                remainingAfterCopying();
            } finally {
                writeLock.release();
            }
        }
        if (log.length() > largeBytes && runtime.nanoTime() - lastRestart > restartPauseNanos) {
            restart();
        }
    }

    /**
     * Where some reader or other always looks into the log, it never begins anew by itself. With writers
     * held up and everything copied, readers that begin now do without the log, so that it is enough to
     * wait for those that have begun before; but not for long. If that was too short for them, the next
     * time it is twice as long, twice as late.
     */
    private void restart() throws SQLException {
        connection.setBusyTimeout(restartMillis);
        writeLock.acquire();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("PRAGMA main.wal_checkpoint(RESTART)")) {
            boolean busy = result.getBoolean(1);
            if (busy) {
                restartMillis = Math.min(MAX_RESTART_MILLIS, restartMillis * 2);
                restartPauseNanos = Math.min(MAX_RESTART_PAUSE_NANOS, restartPauseNanos * 2);
            } else {
                restartPauseNanos = TimeUnit.MILLISECONDS.toNanos(10L * restartMillis);
            }
            if (busy && !warned) {
                logger.warn(
                        "The write-ahead log has {} MB and cannot begin anew, because read transactions have been open for"
                                + " that long; end them",
                        log.length() >> 20);
            }
            warned = busy;
        } finally {
            writeLock.release();
            lastRestart = runtime.nanoTime();
        }
    }

    /** Copies what can be copied; answers how much is left if the log has grown, otherwise -1. */
    private int remainingAfterCopying() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("PRAGMA main.wal_checkpoint(PASSIVE)")) {
            int pages = result.getInt(2);
            int copied = result.getInt(3);
            return pages > GROWN_PAGES && copied < pages ? pages - copied : -1;
        }
    }

    @Override
    public void close() throws SQLException {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toNanos(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
