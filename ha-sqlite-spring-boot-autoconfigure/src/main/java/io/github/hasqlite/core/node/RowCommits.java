package io.github.hasqlite.core.node;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.history.RowTransactions;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.sqlite.SQLiteConnection;

/**
 * Writes rows as the applier does, and brings what that did into the commit log as a transaction of this node. Each
 * transaction has a connection of its own, which is cheap beside what it does. Thread-safe.
 */
final class RowCommits implements RowTransactions {

    /** About how many pages of the write-ahead log one row takes. */
    private static final int ROWS_A_PAGE = 8;

    private final NodeSettings settings;
    private final LocalReplica replica;
    private final CommitLog log;

    /**
     * The transactions of one node.
     *
     * @param log where the application's transactions go, too
     */
    RowCommits(NodeSettings settings, LocalReplica replica, CommitLog log) {
        this.settings = settings;
        this.replica = replica;
        this.log = log;
    }

    @Override
    public boolean run(Body body) throws SQLException {
        if (settings.readOnly()) {
            throw new SQLException(
                    "nothing can be written on this node, which is a read replica (ha.sqlite.publisher.enabled is false);"
                            + " do it on another one",
                    SqlStates.READ_ONLY);
        }
        try (SQLiteConnection connection = new DatabaseFile(settings.pool()).open();
                ChangeSetApplication application = new ChangeSetApplication(
                        connection, settings.rowIdentify(), settings.merge(), new RowImages(connection))) {
            application.record();
            return new Run(connection, application, log.open(connection)).run(body);
        }
    }

    /** One transaction. */
    private final class Run {

        private final SQLiteConnection connection;
        private final ChangeSetApplication application;
        private final CommitLog.Appender appender;
        private List<Change> done = List.of();
        private boolean locked;

        Run(SQLiteConnection connection, ChangeSetApplication application, CommitLog.Appender appender) {
            this.connection = connection;
            this.application = application;
            this.appender = appender;
        }

        boolean run(Body body) throws SQLException {
            log.awaitTurn();
            replica.writeLock().acquire();
            locked = true;
            try {
                execute("BEGIN IMMEDIATE");
                if (!write(body)) {
                    return false;
                }
                commit();
                return true;
            } finally {
                try {
                    if (locked) {
                        rollBack();
                    }
                } finally {
                    unlock();
                    application.release(done);
                }
            }
        }

        /** Whether to commit. */
        private boolean write(Body body) throws SQLException {
            List<Change> wanted = body.begin(connection);
            if (wanted.isEmpty()) {
                return false;
            }
            done = application.applyRecordedAlone(changeSet(wanted));
            if (done.isEmpty()) {
                throw new SQLException(
                        "the rows could not be written; the log says why", SqlStates.NOT_IN_PREREQUISITE_STATE);
            }
            boolean commit = body.written(connection, done);
            if (commit) {
                application.prepareCommit();
            }
            return commit;
        }

        /** As one whose author has seen everything that is here. */
        private ChangeSet changeSet(List<Change> changes) {
            return new ChangeSet(
                    settings.name(),
                    0,
                    "",
                    0,
                    settings.name(),
                    0,
                    replica.state().sequence(),
                    0,
                    changes);
        }

        private void commit() throws SQLException {
            if (appender.places(done, true)) {
                place();
            } else {
                append();
            }
        }

        private void append() throws SQLException {
            CommitLog.Entry entry = appender.append(done);
            try {
                execute("COMMIT");
            } catch (SQLException e) {
                try {
                    entry.withdraw();
                } catch (SQLException again) {
                    e.addSuppressed(again);
                }
                throw e;
            }
            try {
                committed();
                entry.committed();
            } finally {
                unlock();
            }
            entry.await();
        }

        private void place() throws SQLException {
            CommitLog.Placement placement = appender.place(done);
            boolean committed = false;
            try {
                if (placement.commitsHere()) {
                    placement.settle();
                    execute("COMMIT");
                    committed = true;
                    committed();
                }
            } catch (SQLException e) {
                throw placement.notCommitted(e);
            } finally {
                try {
                    if (!committed) {
                        rollBack();
                    }
                    placement.done(committed);
                } finally {
                    unlock();
                }
            }
            placement.await();
        }

        private void committed() {
            replica.writeLock().committed(1 + done.size() / ROWS_A_PAGE);
            settings.runtime().work().count(Counted.COMMITTED_CHANGE_SETS, 1);
            settings.runtime().work().count(Counted.COMMITTED_ROWS, done.size());
        }

        private void unlock() {
            if (locked) {
                locked = false;
                replica.writeLock().release();
            }
        }

        /** SQLite may have done so by itself. */
        private void rollBack() throws SQLException {
            connection.getDatabase()._exec("ROLLBACK");
        }

        private void execute(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(sql);
            }
        }
    }
}
