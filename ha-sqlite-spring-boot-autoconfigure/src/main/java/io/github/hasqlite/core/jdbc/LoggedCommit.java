package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.runtime.Tracing;
import io.github.hasqlite.core.runtime.Work;
import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import java.util.List;

/**
 * Commits a transaction together with what it did: into the log, or at its place in the stream. Belongs to
 * one connection that writes. Not thread-safe.
 */
final class LoggedCommit {

    private final Transaction transaction;
    private final NativeTransaction sqlite;
    private final WriteAccess access;
    private final SessionContext context;
    private final Recorder recorder;
    private final Recording recording;
    private final CommitLog.Appender log;
    private final DeferredForeignKeys foreignKeys;
    private final Work work;

    LoggedCommit(
            Transaction transaction,
            NativeTransaction sqlite,
            WriteAccess access,
            SessionContext context,
            Recording recording,
            DeferredForeignKeys foreignKeys) {
        this.transaction = transaction;
        this.sqlite = sqlite;
        this.access = access;
        this.context = context;
        this.recorder = recording.recorder();
        this.recording = recording;
        this.log = recording.appender();
        this.foreignKeys = foreignKeys;
        this.work = context.writeLock().runtime().work();
    }

    /**
     * Commits, and waits as the commit mode demands.
     *
     * @param call the statement that commits
     * @param nothing what to answer if the transaction ended without that statement
     */
    <T> T run(SqlCall<T> call, T nothing) throws SQLException {
        long begun = work.begin();
        requireAllCaptured();
        List<Change> changes = recorder.drain();
        if (changes.isEmpty()) {
            T result = call.run();
            transaction.ended(true);
            transaction.admission().requireKept();
            return result;
        }
        Tracing tracing = work.tracing();
        Tracing.Span span = tracing == null ? null : tracing.commit();
        if (span == null) {
            return run(changes, call, nothing, begun);
        }
        Throwable failure = null;
        try {
            return run(changes, call, nothing, begun);
        } catch (SQLException | RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            span.ended(failure);
        }
    }

    private void requireAllCaptured() throws SQLException {
        try {
            recording.requireAllCaptured();
        } catch (UncapturedChangeException e) {
            transaction.abandon();
            throw e;
        }
    }

    private <T> T run(List<Change> changes, SqlCall<T> call, T nothing, long begun) throws SQLException {
        boolean open = false;
        try {
            access.suspendQueryOnly(true);
            return log.places(changes, recording.audit().hasWrittenElsewhere())
                    ? place(changes, call, nothing, begun)
                    : append(changes, call, begun);
        } catch (SQLException | RuntimeException e) {
            work.count(Counted.COMMIT_FAILURES, 1);
            if (transaction.isActive() && sqlite.endedByItself()) {
                transaction.ended(false);
            }
            if (transaction.isActive()) {
                recorder.restore(changes);
                open = true;
            }
            throw e;
        } finally {
            if (!open) {
                recorder.release(changes);
            }
            access.suspendQueryOnly(false);
        }
    }

    private <T> T append(List<Change> changes, SqlCall<T> call, long begun) throws SQLException {
        ChangeCounters counters = transaction.counters();
        counters.beforeOwnStatement();
        CommitLog.Entry entry;
        try {
            entry = log.append(changes);
            work.end(Timed.CAPTURE, begun);
        } finally {
            counters.afterOwnStatement();
        }
        T result;
        try {
            counters.beforeCommit();
            result = call.run();
            counters.afterCommit();
        } catch (SQLException e) {
            try {
                counters.own(entry::withdraw);
            } catch (SQLException again) {
                // the transaction must not be tried again with that in it
                e.addSuppressed(again);
                transaction.abandon();
            }
            throw e;
        }
        boolean stays = entry.stays();
        int rows = changes.size();
        if (stays) {
            count(rows);
        }
        try {
            entry.committed();
        } finally {
            transaction.ended(true);
        }
        try {
            entry.await();
        } finally {
            transaction.admission().told();
        }
        if (!stays) {
            count(rows);
        }
        return result;
    }

    private void count(int rows) {
        if (work.isHeard()) {
            work.count(Counted.COMMITTED_CHANGE_SETS, 1);
            work.count(Counted.COMMITTED_ROWS, rows);
        }
    }

    private <T> T place(List<Change> changes, SqlCall<T> call, T nothing, long begun) throws SQLException {
        foreignKeys.check();
        sqlite.requireNothingWriting();
        work.end(Timed.CAPTURE, begun);
        CommitLog.Placement placement;
        long waiting = work.begin();
        try {
            placement = log.place(changes);
        } catch (SQLException e) {
            transaction.abandon();
            throw e;
        }
        ChangeCounters counters = transaction.counters();
        T result = nothing;
        boolean committed = false;
        try {
            if (placement.commitsHere()) {
                counters.own(placement::settle);
                counters.beforeCommit();
                result = call.run();
                counters.afterCommit();
                committed = true;
                count(changes.size());
                if (placement.changesSchema()) {
                    context.catalog().changed();
                }
            }
        } catch (SQLException e) {
            throw placement.notCommitted(e);
        } finally {
            if (!committed) {
                sqlite.rollBackOpen();
            }
            try {
                placement.done(committed);
            } finally {
                transaction.ended(committed);
                // it was not published before all that it has seen was decided
                transaction.admission().told();
            }
        }
        placement.await();
        work.end(Timed.COMMIT_WAIT, waiting);
        return result;
    }
}
