package io.github.hasqlite.core.sqlite;

import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.Permit;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

/**
 * The one write lock of a database in this process (rule R7). Whoever holds it may begin a write
 * transaction and will not find SQLite busy; SQLite's sleeping busy handler is never waited on. A
 * permit, because a transaction belongs to its connection and not to a thread: the same thread
 * waits like any other if it comes back with a second connection.
 */
public final class WriteLock {

    private static final String WAITED_FOR_ITSELF = "database is locked: this thread has itself begun to write in a"
            + " transaction on another connection, and has not ended it. End that one first, or do both in one"
            + " transaction; in Spring, a REQUIRES_NEW inside a transaction that has written cannot write, and NESTED"
            + " or REQUIRED can";

    private final NodeRuntime runtime;
    private final Permit permit;
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private final AtomicLong writtenPages = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger strangers = new AtomicInteger();
    private final long timeoutMillis;
    /** Why the application gets it no more; {@code null} if it does. */
    private volatile @Nullable String refusal;
    /** Who took it last: only what the thread itself has put there counts, when it waits in vain. */
    private volatile @Nullable Thread taker;

    /**
     * A lock that nobody holds.
     *
     * @param runtime in which one waits for it
     * @param timeoutMillis how long to wait before saying that the database is locked
     */
    public WriteLock(NodeRuntime runtime, long timeoutMillis) {
        this.runtime = runtime;
        this.permit = runtime.permit();
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * Waits for the lock.
     *
     * @throws SQLException SQLITE_BUSY as SQLite would, after the timeout
     */
    public void acquire() throws SQLException {
        acquire(() -> timeoutMillis);
    }

    /**
     * Waits for the lock.
     *
     * @param patience asked only if the lock is not free: how long to wait for it, in milliseconds
     * @throws SQLException SQLITE_BUSY as SQLite would, after that time; with SQLState 57P01, if it is refused
     */
    public void acquire(SqlCall<Long> patience) throws SQLException {
        requireAllowed();
        boolean acquired;
        try {
            acquired = permit.tryAcquire(0) || waitFor(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DB.newSQLException(SQLiteErrorCode.SQLITE_INTERRUPT.code, "interrupted");
        }
        if (!acquired) {
            throw DB.newSQLException(
                    SQLiteErrorCode.SQLITE_BUSY.code,
                    taker == Thread.currentThread() ? WAITED_FOR_ITSELF : "database is locked");
        }
        try {
            requireAllowed();
        } catch (SQLException e) {
            permit.release();
            throw e;
        }
        taker = Thread.currentThread();
    }

    private void requireAllowed() throws SQLException {
        String reason = refusal;
        if (reason != null) {
            throw new SQLException(reason, SqlStates.SHUTDOWN);
        }
    }

    /**
     * Refuses the lock to the application from now on, also to who waits for it already; whoever holds it keeps it.
     * Replication's own threads still get it.
     *
     * @param reason what they are told; {@code null} to refuse it no more
     */
    public void refuse(@Nullable String reason) {
        refusal = reason;
    }

    /**
     * Waits until nobody holds the lock.
     *
     * @param nanos how long to wait
     * @return whether that was so once
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean awaitFree(long nanos) throws InterruptedException {
        boolean free = permit.tryAcquire(nanos);
        if (free) {
            permit.release();
        }
        return free;
    }

    private boolean waitFor(SqlCall<Long> patience) throws SQLException, InterruptedException {
        long begun = runtime.work().begin();
        waiting.incrementAndGet();
        try {
            return permit.tryAcquire(TimeUnit.MILLISECONDS.toNanos(patience.run()));
        } finally {
            waiting.decrementAndGet();
            runtime.work().end(Timed.LOCK_WAIT, begun);
        }
    }

    /**
     * Waits for the lock as long as it takes, which is how replication's own threads wait.
     *
     * @throws InterruptedException if the thread is interrupted; the lock is not held then
     */
    public void await() throws InterruptedException {
        permit.acquire();
        taker = Thread.currentThread();
    }

    /**
     * Waits for the lock as replication's own threads do, but not for ever.
     *
     * @param nanos how long to wait
     * @return whether it is held now
     * @throws InterruptedException if the thread is interrupted; the lock is not held then
     */
    public boolean await(long nanos) throws InterruptedException {
        boolean acquired = permit.tryAcquire(nanos);
        if (acquired) {
            taker = Thread.currentThread();
        }
        return acquired;
    }

    /** Whether somebody of the application waits for it. */
    public boolean isAwaited() {
        return waiting.get() > 0;
    }

    /**
     * Somebody begins, or ends, to read the database past those who know what is committed and may be taken back.
     *
     * @param on whether it begins
     */
    public void readPast(boolean on) {
        strangers.addAndGet(on ? 1 : -1);
    }

    /** Whether somebody reads the database past those who know what may be taken back. */
    public boolean isReadPast() {
        return strangers.get() > 0;
    }

    /** Whose time and threads those who hold it go by. */
    public NodeRuntime runtime() {
        return runtime;
    }

    /** Gives the lock back; the caller must hold it. */
    public void release() {
        permit.release();
    }

    /**
     * Counts a commit, so that open read transactions can tell whether they look at the past.
     *
     * @param pages about how many pages it added to the write-ahead log
     */
    public void committed(long pages) {
        changes.incrementAndGet();
        notesCommitted(pages);
    }

    /**
     * Counts a commit that has changed nothing but replication's own tables.
     *
     * @param pages about how many pages it added to the write-ahead log
     */
    public void notesCommitted(long pages) {
        commits.incrementAndGet();
        writtenPages.addAndGet(pages);
    }

    public long commits() {
        return commits.get();
    }

    /** How many commits may have changed what is the application's. */
    public long changes() {
        return changes.get();
    }

    public long writtenPages() {
        return writtenPages.get();
    }
}
