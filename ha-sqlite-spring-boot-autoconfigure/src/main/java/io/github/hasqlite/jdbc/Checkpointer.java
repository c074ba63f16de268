package io.github.hasqlite.jdbc;

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

    private static final long POLL_MILLIS = 25;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SQLiteConnection connection;
    private final WriteLock writeLock;
    private final Thread thread;
    private boolean failing;

    Checkpointer(SQLiteConnection connection, WriteLock writeLock) {
        this.connection = connection;
        this.writeLock = writeLock;
        this.thread = new Thread(this::run, "ha-sqlite-checkpoint");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long done = 0;
        long last = System.nanoTime();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                long written = writeLock.writtenPages();
                boolean idle = System.nanoTime() - last > IDLE_NANOS;
                if (written - done >= WORTHWHILE_PAGES || (idle && written > done)) {
                    done = written;
                    tryToCheckpoint();
                    last = System.nanoTime();
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
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
