package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Operation;
import io.github.hasqlite.core.apply.Outcome.Applied;
import io.github.hasqlite.core.apply.Outcome.Failed;
import io.github.hasqlite.core.apply.Outcome.Refused;
import io.github.hasqlite.core.apply.Outcome.Scope;
import io.github.hasqlite.core.apply.Outcome.Skipped;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** Applies the changes of one change set, in order, all of them or none. Not thread-safe. */
final class AllOrNothing implements AutoCloseable {

    /** Of more skipped changes than this, the others are not named. */
    private static final int MANY_SKIPPED = 1_000;

    private final SQLiteConnection connection;
    private final TriggerSilence silence;
    private final Overwritten overwritten;
    private final TableCache tables;
    private final CommandRunner commands;
    private final ApplySavepoint savepoint;
    private final SchemaChanges schemaChanges;
    /** For the change set that is being applied; {@code null} if its author had seen all names. */
    private @Nullable NameMapping names;

    private boolean failedOnStaleSchema;

    AllOrNothing(
            SQLiteConnection connection,
            TriggerSilence silence,
            Overwritten overwritten,
            TableCache tables,
            SchemaChanges schemaChanges) {
        this.connection = connection;
        this.silence = silence;
        this.overwritten = overwritten;
        this.tables = tables;
        this.commands = new CommandRunner(connection, tables, silence);
        this.savepoint = new ApplySavepoint(connection);
        this.schemaChanges = schemaChanges;
    }

    /**
     * Applies a change set.
     *
     * @param newNames the names that tables and columns have now; {@code null} if its author had seen them
     * @param guarded whether it has a savepoint of its own where it needs one
     * @throws HalfAppliedException if it failed without one
     */
    Outcome apply(ChangeSet changeSet, @Nullable NameMapping newNames, boolean guarded) throws SQLException {
        names = newNames;
        failedOnStaleSchema = false;
        List<Change> changes = changeSet.changes();
        return changes.size() == 1 && isOneStatement(changes.get(0)) ? one(changes.get(0)) : all(changeSet, guarded);
    }

    /** Whether the last one failed on a schema that another process had changed, so that it is worth another attempt. */
    boolean failedOnStaleSchema() {
        return failedOnStaleSchema;
    }

    /** Whether the change is all or nothing by itself. */
    private static boolean isOneStatement(Change change) {
        return switch (change.operation()) {
            case INSERT, DELETE -> true;
            case UPDATE -> Objects.equals(change.oldRowid(), change.newRowid());
            case SQL -> false;
        };
    }

    private Outcome one(Change change) throws SQLException {
        try {
            Skipped skipped = applyRow(change, 0);
            return skipped == null ? Applied.WHOLLY : new Applied(false, List.of(skipped));
        } catch (RefusedChangeException e) {
            return new Refused(0, e.reason());
        } catch (SQLException e) {
            Failed failed = failed(change, 0, e);
            // the driver closes statements that fail
            tables.clear();
            requireTransaction(e);
            return failed;
        }
    }

    /** A trigger's RAISE(ROLLBACK) ends the caller's transaction; nothing may run outside of one. */
    private void requireTransaction(SQLException cause) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("BEGIN");
        } catch (SQLException inTransaction) {
            return;
        }
        throw new SQLException("applying a change made SQLite roll the transaction back", cause);
    }

    /**
     * Applies a row change, under the names that its table and columns have now. What of it has no place any
     * more is kept as a conflict.
     */
    private @Nullable Skipped applyRow(Change made, int index) throws SQLException, RefusedChangeException {
        NameMapping mapping = names;
        NameMapping.Renamed renamed = mapping == null ? null : mapping.of(made);
        Change change = renamed == null ? made : renamed.change();
        if (change == null) {
            overwritten.wanted(index, made);
            return new Skipped(
                    index,
                    made.table(),
                    Skipped.Cause.NO_TABLE,
                    "table " + made.table() + ", or all columns of it that this change is about, were dropped"
                            + " unseen by its author");
        }
        Skipped skipped = tables.apply(change, index);
        boolean absent = skipped != null
                && (skipped.cause() == Skipped.Cause.NO_TABLE || skipped.cause() == Skipped.Cause.NO_COLUMN);
        if (absent || (renamed != null && !renamed.complete())) {
            overwritten.wanted(index, made);
        }
        return skipped;
    }

    private Outcome all(ChangeSet changeSet, boolean guarded) throws SQLException {
        List<Change> changes = changeSet.changes();
        Refused hostile = CommandRunner.firstRefused(changes);
        if (hostile != null) {
            return hostile;
        }
        boolean changesSchema = SchemaChanges.isAmong(changes);
        List<TableTriggers> mark = silence.mark();
        if (guarded) {
            savepoint.begin();
        }
        boolean schemaChanged = false;
        List<Skipped> skipped = List.of();
        int index = 0;
        Change current = null;
        try {
            for (Change change : changes) {
                current = change;
                if (change.operation() == Operation.SQL) {
                    schemaChanged |= commands.run(change, changesSchema);
                } else {
                    skipped = with(skipped, applyRow(change, index));
                }
                index++;
            }
            if (schemaChanged) {
                schemaChanges.add(changeSet);
            }
        } catch (RefusedChangeException e) {
            undo(mark, guarded, e);
            return new Refused(index, e.reason());
        } catch (SQLException e) {
            if (current == null) {
                throw e;
            }
            Failed failed = failed(current, index, e);
            undo(mark, guarded, e);
            return failed;
        }
        if (guarded) {
            savepoint.release();
        }
        return !schemaChanged && skipped.isEmpty() ? Applied.WHOLLY : new Applied(schemaChanged, List.copyOf(skipped));
    }

    private static List<Skipped> with(List<Skipped> skipped, @Nullable Skipped one) {
        if (one == null || skipped.size() == MANY_SKIPPED) {
            return skipped;
        }
        List<Skipped> more = skipped.isEmpty() ? new ArrayList<>() : skipped;
        more.add(one);
        return more;
    }

    private void undo(List<TableTriggers> mark, boolean guarded, Exception cause) throws SQLException {
        if (!guarded) {
            throw new HalfAppliedException(cause);
        }
        // before: statements that a failed one left open would keep the savepoint from rolling back
        tables.clear();
        savepoint.undo();
        silence.rolledBackTo(mark);
        schemaChanges.forget();
    }

    private Failed failed(Change change, int index, SQLException error) throws SQLException {
        Scope scope = SqlFailure.scope(error);
        if (scope == null) {
            throw error;
        }
        // another process may have changed the schema
        failedOnStaleSchema = tables.isStale();
        String what = change.operation() == Operation.SQL
                ? String.valueOf(change.command())
                : change.operation() + " on table " + change.table();
        return new Failed(index, what + ": " + error.getMessage(), scope, SqlFailure.code(error));
    }

    @Override
    public void close() throws SQLException {
        savepoint.close();
    }
}
