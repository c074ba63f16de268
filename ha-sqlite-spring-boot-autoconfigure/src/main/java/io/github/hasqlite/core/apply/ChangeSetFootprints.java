package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out what change sets meet others by, in the names that tables have now. Not thread-safe. */
final class ChangeSetFootprints {

    private final TableCache tables;
    private final SchemaChanges schemaChanges;

    ChangeSetFootprints(TableCache tables, SchemaChanges schemaChanges) {
        this.tables = tables;
        this.schemaChanges = schemaChanges;
    }

    /** What a change set meets others by. */
    Footprint of(ChangeSet changeSet) throws SQLException {
        Footprint.Builder footprint = new Footprint.Builder();
        if (changeSet.hasCommands()) {
            return Footprint.EVERYTHING;
        }
        NameMapping names = schemaChanges.since(changeSet);
        for (Change change : changeSet.changes()) {
            addKeys(names, change, footprint);
        }
        return footprint.build();
    }

    /**
     * What a change set without commands meets others by that has been applied here.
     *
     * @param done what that did
     */
    Footprint of(ChangeSet changeSet, List<Change> done) throws SQLException {
        Footprint.Builder footprint = new Footprint.Builder();
        Set<NewRow> newRows = new HashSet<>();
        for (Change change : done) {
            newRows.add(new NewRow(change.table(), change.newRowid()));
            tables.addKeys(change, footprint);
        }
        NameMapping names = schemaChanges.since(changeSet);
        for (Change made : changeSet.changes()) {
            Change change = addKeys(names, made, footprint);
            if (change != null
                    && change.newRowid() != null
                    && !newRows.contains(new NewRow(change.table(), change.newRowid()))) {
                // the rowid it got instead depends on all other rows
                footprint.addWholeTable(change.table());
            }
        }
        return footprint.build();
    }

    /** Adds the keys of a row change, and hands it back in the names that its tables have now. */
    private @Nullable Change addKeys(@Nullable NameMapping names, Change change, Footprint.Builder footprint)
            throws SQLException {
        Change now = names == null ? change : names.of(change).change();
        if (now != null) {
            tables.addKeys(now, footprint);
        }
        return now;
    }

    private record NewRow(String table, @Nullable Long rowid) {}
}
