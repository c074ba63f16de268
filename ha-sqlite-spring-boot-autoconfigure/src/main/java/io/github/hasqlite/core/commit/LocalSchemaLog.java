package io.github.hasqlite.core.commit;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.Operation;
import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.jdbc.CommitLog;
import io.github.hasqlite.core.jdbc.ReadGate;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SchemaNote;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where schema changes stay on the node that makes them ({@code ha.sqlite.ddl-sync} is {@code false}): takes them out of
 * what goes to another log. The rows that such a transaction writes are replicated.
 */
public final class LocalSchemaLog implements CommitLog {

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final CommitLog log;
    private final PendingQueue pending;
    private final ChangeSetApplication application;
    private final NodeRuntime runtime;
    private final Duration timeout;
    private final boolean elsewhere;

    /**
     * Takes schema changes out.
     *
     * @param log takes the rest
     * @param settings the node's
     */
    public LocalSchemaLog(CommitLog log, LocalReplica replica, NodeSettings settings) {
        this.log = log;
        this.pending = replica.pending();
        this.application = replica.application();
        this.runtime = settings.runtime();
        this.timeout = settings.publisherTimeout();
        this.elsewhere = settings.commitMode() == CommitMode.STRICT && settings.isolation() == StrictIsolation.SNAPSHOT;
    }

    @Override
    public Appender open(Connection connection) throws SQLException {
        return new LocalAppender(log.open(connection));
    }

    @Override
    public void awaitTurn() throws SQLException {
        log.awaitTurn();
    }

    @Override
    public long retryNanos() {
        return log.retryNanos();
    }

    @Override
    public long schemaRetryNanos() {
        return log.schemaRetryNanos();
    }

    @Override
    public ReadGate gate() {
        return log.gate();
    }

    @Override
    public boolean reportsSerializationFailures() {
        return log.reportsSerializationFailures();
    }

    /** Other nodes need not run what changes the schema, and do not have what it works on. */
    @Override
    public @Nullable String refusal(String statement) {
        return isLocal(ParsedSql.first(statement).kind())
                ? null
                : "schema changes stay on their node (ha.sqlite.ddl-sync is false), so what is written beside them travels"
                        + " as rows";
    }

    private static boolean isLocal(StatementKind kind) {
        return kind.isSchema() || kind == StatementKind.HEADER_PRAGMA;
    }

    private static boolean isLocal(Change change) {
        String command = change.operation() == Operation.SQL ? change.command() : null;
        return command != null
                && (SchemaNote.is(change) || isLocal(ParsedSql.first(command).kind()));
    }

    private final class LocalAppender implements Appender {

        private final Appender appender;

        LocalAppender(Appender appender) {
            this.appender = appender;
        }

        @Override
        public void renew() throws SQLException {
            appender.renew();
        }

        @Override
        public boolean places(List<Change> changes, boolean elsewhere) {
            return appender.places(changes, elsewhere);
        }

        @Override
        public Entry append(List<Change> changes) throws SQLException {
            return appender.append(changes);
        }

        @Override
        public Placement place(List<Change> changes) throws SQLException {
            if (!ChangeSet.hasCommands(changes) || changes.stream().noneMatch(LocalSchemaLog::isLocal)) {
                return appender.place(changes);
            }
            List<Change> rows =
                    changes.stream().filter(change -> !isLocal(change)).toList();
            if (ChangeSet.hasCommands(rows)) {
                throw refused("cannot write to virtual tables, too");
            }
            if (elsewhere && !rows.isEmpty()) {
                // rows that do not meet what came first are taken from the stream, and what else was done is rolled
                // back
                throw refused("cannot write rows, too, in commit mode strict with isolation snapshot");
            }
            if (pending.size() > 0) {
                return new Later();
            }
            return rows.isEmpty() || !appender.places(rows, true)
                    ? new Here(appender, rows)
                    : new Accepted(appender.place(rows));
        }
    }

    private static SQLException refused(String why) {
        return new SQLFeatureNotSupportedException(
                "a transaction that changes the schema, which stays on this node because ha.sqlite.ddl-sync is false, "
                        + why + ": use two transactions",
                SqlStates.FEATURE_NOT_SUPPORTED);
    }

    /** What is pending was made with the old schema, and may have to be taken back in it. */
    private final class Later extends RolledBack {

        @Override
        public void await() throws SQLException {
            long deadline = runtime.nanoTime() + timeout.toNanos();
            try {
                while (pending.size() > 0 && runtime.nanoTime() < deadline) {
                    runtime.sleep(POLL_NANOS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SerializationFailureException(
                    "a schema change that stays on this node (ha.sqlite.ddl-sync is false) waits until the stream has what"
                            + " this node has committed before; it was rolled back, nothing of it took effect, do all of it"
                            + " again");
        }
    }

    /** It commits here; its rows are appended. */
    private final class Here implements Placement {

        private final Appender appender;
        private final List<Change> rows;
        private @Nullable Entry entry;

        Here(Appender appender, List<Change> rows) {
            this.appender = appender;
            this.rows = rows;
        }

        @Override
        public boolean commitsHere() {
            return true;
        }

        @Override
        public boolean changesSchema() {
            return true;
        }

        @Override
        public void settle() throws SQLException {
            if (!rows.isEmpty()) {
                entry = appender.append(rows);
            }
        }

        @Override
        public SQLException notCommitted(SQLException cause) {
            Entry appended = entry;
            entry = null;
            if (appended != null) {
                try {
                    appended.withdraw();
                } catch (SQLException e) {
                    cause.addSuppressed(e);
                }
            }
            return cause;
        }

        @Override
        public void done(boolean committed) {
            if (committed) {
                application.schemaCommitted();
                if (entry != null) {
                    entry.committed();
                }
            }
        }

        @Override
        public void await() throws SQLException {
            if (entry != null) {
                entry.await();
            }
        }
    }

    /** Its rows are accepted by the stream, or are not; it commits or is rolled back with them. */
    private final class Accepted implements Placement {

        private final Placement rows;

        Accepted(Placement rows) {
            this.rows = rows;
        }

        @Override
        public boolean commitsHere() {
            return rows.commitsHere();
        }

        @Override
        public boolean changesSchema() {
            return rows.commitsHere();
        }

        @Override
        public void settle() throws SQLException {
            rows.settle();
        }

        @Override
        public SQLException notCommitted(SQLException cause) {
            return rows.notCommitted(cause);
        }

        @Override
        public void done(boolean committed) {
            rows.done(committed);
            if (committed) {
                application.schemaCommitted();
            }
        }

        @Override
        public void await() throws SQLException {
            rows.await();
        }
    }
}
