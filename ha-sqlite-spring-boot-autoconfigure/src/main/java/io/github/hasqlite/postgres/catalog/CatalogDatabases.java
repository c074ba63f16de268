package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.core.gateway.GatewaySettings;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Databases with the catalog in them, one for each question that is answered at the moment: a question that takes its
 * time keeps no others waiting, until as many are answered as clients may have connections to read with. Thread-safe.
 */
final class CatalogDatabases implements AutoCloseable {

    private final GatewaySettings limits;
    private final AdvisoryLocks locks;
    private final Semaphore free;
    /** The one that was used last comes first, so that there are no more than are needed. */
    private final Deque<CatalogDatabase> idle = new ConcurrentLinkedDeque<>();

    private volatile boolean closed;

    CatalogDatabases(GatewaySettings limits, AdvisoryLocks locks) {
        this.limits = limits;
        this.locks = locks;
        this.free = new Semaphore(limits.maxReads(), true);
    }

    /**
     * Takes one, to be given back.
     *
     * @throws SQLException if none is free in time (53300), or the server is being closed (57P01)
     */
    CatalogDatabase take() throws SQLException {
        try {
            if (!free.tryAcquire(limits.queueTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SQLException(
                        "clients ask the catalog " + limits.maxReads() + " questions already, as many as they may at"
                                + " once, and none was answered within "
                                + limits.queueTimeout().toMillis() + " ms; try again later, or allow more",
                        SqlStates.TOO_MANY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("the wait for the catalog was interrupted", SqlStates.CANCELLED, e);
        }
        try {
            if (closed) {
                throw new SQLException("the application is being shut down", SqlStates.SHUTDOWN);
            }
            CatalogDatabase present = idle.pollFirst();
            return present == null ? new CatalogDatabase(limits, locks, () -> closed) : present;
        } catch (SQLException | RuntimeException | Error e) {
            free.release();
            throw e;
        }
    }

    void giveBack(CatalogDatabase database) {
        idle.addFirst(database);
        if (closed) {
            closeIdle();
        }
        free.release();
    }

    private void closeIdle() {
        for (CatalogDatabase database = idle.pollFirst(); database != null; database = idle.pollFirst()) {
            database.close();
        }
    }

    /** What is answered at the moment is interrupted; nobody waits for it. */
    @Override
    public void close() {
        closed = true;
        closeIdle();
    }
}
