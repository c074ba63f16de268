package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.LargeChanges;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.SchemaPragmas;
import io.github.hasqlite.core.apply.Outcome.Applied;
import io.github.hasqlite.core.apply.Outcome.Failed;
import io.github.hasqlite.core.apply.Outcome.Scope;
import io.github.hasqlite.core.capture.RowImages;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * The deterministic function that applies change sets: what it does depends on the database and the
 * change set alone.
 *
 * <p>It owns its connection and runs within the transactions of its caller, who must call {@link
 * #prepareCommit()} before each COMMIT, {@link #rolledBack()} after each ROLLBACK and {@link
 * #schemaChanged()} when another connection committed a schema change. Not thread-safe.
 */
public final class ChangeSetApplication implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(ChangeSetApplication.class);

    /** Of more changes than this that had no effect, the others are not kept. */
    private static final int MANY_WANTED = 1_000;

    private final TriggerSilence silence;
    private final RowImages recorder;
    private final RowidWatch rowids;
    private final Overwritten overwritten;
    private final Authorship author;
    private final TableCache tables;
    private final AllOrNothing attempt;
    private final SchemaChanges schemaChanges;
    private final ChangeSetFootprints footprints;
    private boolean recording;
    private boolean takingBack;
    private boolean unguarded;
    private boolean alone;

    /**
     * Takes a connection over: sets {@code recursive_triggers} and {@code ignore_check_constraints} and switches
     * generated keys off.
     *
     * @param connection opened for this object alone, with foreign keys off
     * @param identify how rows are found; the same on all nodes
     * @param merge what updates of rows mean that somebody else has changed; the same on all nodes
     * @param recorder learns from triggers on this connection what is done to rows
     * @throws SQLException if the connection enforces foreign keys, or this version of SQLite does not
     *     fire triggers in the order needed
     */
    public ChangeSetApplication(SQLiteConnection connection, RowIdentify identify, MergeMode merge, RowImages recorder)
            throws SQLException {
        TriggerOrderProbe.require();
        this.recorder = recorder;
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("PRAGMA foreign_keys")) {
                if (rows.next() && rows.getBoolean(1)) {
                    throw new SQLException("changes must be applied with foreign keys off: "
                            + "what foreign-key actions did is in the change sets already");
                }
            }
            // so that REPLACE runs the delete triggers of full-text indexes
            statement.executeUpdate("PRAGMA recursive_triggers = ON");
        }
        SchemaPragmas.set(connection, CommandRunner.WHILE_APPLYING_ROWS);
        // or the driver runs a query after every insert
        connection.getConnectionConfig().setGetGeneratedKeys(false);
        this.silence = new TriggerSilence(connection, recorder);
        ApplyContext context = new ApplyContext(connection, identify, merge);
        this.rowids = context.rowids();
        this.overwritten = context.overwritten();
        this.author = context.author();
        this.tables = new TableCache(context, silence, recorder);
        this.schemaChanges = new SchemaChanges(connection);
        this.attempt = new AllOrNothing(connection, silence, overwritten, tables, schemaChanges);
        this.footprints = new ChangeSetFootprints(tables, schemaChanges);
    }

    /**
     * Applies all changes of a change set, in order, or none of them. A transaction must be open.
     *
     * @return how it went, the same on every node
     * @throws SQLException if the failure says nothing about the change set (a full disk, a lock, a
     *     broken file): roll the transaction back and try again, or stop
     */
    public Outcome apply(ChangeSet changeSet) throws SQLException {
        // what is taken back was recorded here, under the names that it was done to
        NameMapping newNames = takingBack ? null : schemaChanges.since(changeSet);
        author.begins(changeSet);
        Outcome outcome = attempt(changeSet, newNames);
        if (attempt.failedOnStaleSchema()) {
            author.begins(changeSet);
            outcome = attempt(changeSet, newNames);
        }
        if (!(outcome instanceof Applied)) {
            overwritten.drain();
            if (outcome instanceof Failed failed && failed.scope() == Scope.EVERYWHERE && !changeSet.hasCommands()) {
                keepWanted(changeSet.changes());
            }
        }
        return outcome;
    }

    /** Whether it changes the schema and must give way to what others have made of the schema since (rule R13). */
    public boolean crossesSchemaChange(ChangeSet changeSet) throws SQLException {
        return schemaChanges.cross(changeSet);
    }

    /** Whether tables or columns may have other names now than its author knew (rule R13). */
    public boolean isRenamedSince(ChangeSet changeSet) throws SQLException {
        return schemaChanges.since(changeSet) != null;
    }

    /** The author was told that it is committed: what it wanted is at least to be found (rule R13). */
    private void keepWanted(List<Change> changes) {
        int index = 0;
        for (Change change : changes) {
            if (index == MANY_WANTED) {
                return;
            }
            overwritten.wanted(index++, change);
        }
    }

    /**
     * Makes {@link #applyRecorded} possible. From then on every row that is applied costs a call from
     * SQLite into Java, so nodes whose changes never meet others' do without.
     */
    public void record() throws SQLException {
        if (!silence.reports()) {
            silence.report();
            tables.clear();
        }
    }

    /** Does without {@link #applyRecorded} until {@link #record} is called again; inside a transaction. */
    public void recordNoMore() throws SQLException {
        if (silence.reports()) {
            silence.reportNoMore();
            tables.clear();
        }
    }

    /**
     * Applies like {@link #apply} and says what that did to rows.
     *
     * @return every row inserted, updated and deleted, in order; nothing if the change set was undone. To
     *     be {@linkplain #release released}
     */
    public List<Change> applyRecorded(ChangeSet changeSet) throws SQLException {
        recording = true;
        try {
            Outcome outcome = apply(changeSet);
            List<Change> done = recorder.stop();
            if (outcome instanceof Applied) {
                return done;
            }
            RowImages.release(done);
            return List.of();
        } finally {
            recording = false;
            RowImages.release(recorder.stop());
        }
    }

    /**
     * The same for the one change set of a transaction, which the caller rolls back if it fails: without a savepoint, which
     * {@linkplain #unguard makes many rows slow}.
     */
    public List<Change> applyRecordedAlone(ChangeSet changeSet) throws SQLException {
        alone = true;
        try {
            return applyRecorded(changeSet);
        } finally {
            alone = false;
        }
    }

    /** Frees what {@link #applyRecorded} handed over, which is not read any more. */
    public void release(List<Change> done) {
        RowImages.release(done);
    }

    /**
     * Applies a change set of whose {@linkplain #footprint footprint} nothing is in that of what is
     * pending.
     *
     * @throws MetPendingException if what it did depends on what is pending all the same: a row could
     *     not have its author's rowid
     */
    public Outcome applyBesidePending(ChangeSet changeSet) throws SQLException, MetPendingException {
        rowids.start();
        try {
            Outcome outcome = apply(changeSet);
            if (rowids.missed()) {
                throw new MetPendingException();
            }
            return outcome;
        } finally {
            rowids.stop();
        }
    }

    /**
     * Takes a change set's effect back.
     *
     * @param inverse undoes what it did
     */
    public Outcome takeBack(ChangeSet inverse) throws SQLException {
        overwritten.collect(false);
        takingBack = true;
        try {
            return apply(inverse);
        } finally {
            takingBack = false;
            overwritten.collect(true);
        }
    }

    /**
     * Says whether to do without savepoints for large change sets and for what is taken back, at the
     * price of {@link HalfAppliedException} where one of them fails.
     *
     * <p>A statement with triggers that call functions has a savepoint of its own, which SQLite ends by
     * walking through the copies of all pages that were written since the one around it began: a savepoint
     * around a hundred thousand such statements makes each of them take longer than all else together.
     */
    public void unguard(boolean on) {
        unguarded = on;
    }

    /** What the last change set overwrote that its author had not seen; nothing if it was not applied. */
    public List<Overwritten.Row> overwritten() {
        return overwritten.drain();
    }

    /** What a change set meets others by. */
    public Footprint footprint(ChangeSet changeSet) throws SQLException {
        return footprints.of(changeSet);
    }

    /**
     * What a change set without commands meets others by that has been applied here.
     *
     * @param done what that did
     */
    public Footprint footprint(ChangeSet changeSet, List<Change> done) throws SQLException {
        return footprints.of(changeSet, done);
    }

    /** Whether there is or was a table of this name, as far as this object knows. */
    public boolean wasThere(String table) {
        return tables.wasThere(table);
    }

    /** Changes whenever footprints taken before say nothing any more. */
    public long generation() {
        return tables.generation();
    }

    private Outcome attempt(ChangeSet changeSet, @Nullable NameMapping newNames) throws SQLException {
        if (recording) {
            recorder.start();
        }
        overwritten.drain();
        boolean guarded = !alone && (!unguarded || !(takingBack || changeSet.changes() instanceof LargeChanges));
        return attempt.apply(changeSet, newNames, guarded);
    }

    /**
     * Brings back the triggers that had to be dropped while rows were written. Call it before every
     * COMMIT: without it they are gone from the database.
     */
    public void prepareCommit() throws SQLException {
        if (silence.restore()) {
            tables.adoptVersion();
        }
    }

    /**
     * Notices schema changes of other processes, which nobody reports. Costs one query; call it after
     * BEGIN IMMEDIATE.
     */
    public void transactionBegun() throws SQLException {
        if (tables.isStale()) {
            schemaChanges.forget();
            tables.clear();
        }
    }

    /** Says that another connection committed a schema change. */
    public void schemaChanged() throws SQLException {
        schemaChanges.forget();
        tables.clear();
    }

    /** The same where that has been committed already: statements that cannot be closed are logged. */
    public void schemaCommitted() {
        try {
            schemaChanged();
        } catch (SQLException e) {
            logger.warn("Closing statements of the old schema failed", e);
        }
    }

    /** Says that the transaction, or a savepoint of the caller, was rolled back. */
    public void rolledBack() throws SQLException {
        silence.cameBack();
        schemaChanges.forget();
        tables.clear();
    }

    /** Closes all statements; the connection stays open. */
    @Override
    public void close() throws SQLException {
        tables.close();
        attempt.close();
    }
}
