package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.apply.Outcome.Skipped;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TableDefinition.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The schema as the applier's connection sees it, read when first needed and forgotten when it changes. */
final class TableCache {

    private final ApplyContext context;
    private final TriggerSilence silence;
    private final RowImages recorder;
    private final Map<String, TableRows> byName = new HashMap<>();
    private final Map<String, TableRows> byFoldedName = new HashMap<>();
    private final Set<String> everRead = new HashSet<>();
    private final LazyStatement version;
    private boolean read;
    private long readVersion;
    private long generation;

    TableCache(ApplyContext context, TriggerSilence silence, RowImages recorder) {
        this.context = context;
        this.silence = silence;
        this.recorder = recorder;
        this.version = new LazyStatement(context.connection(), () -> "PRAGMA main.schema_version");
    }

    /** The table of this name, or {@code null}. */
    @Nullable
    TableRows find(String table) throws SQLException {
        if (!read) {
            read();
        }
        TableRows found = byName.get(table);
        return found != null ? found : byFoldedName.get(SqlIdentifier.fold(table));
    }

    /** Whether there is or was a table of this name since this object was made. */
    boolean wasThere(String table) {
        return everRead.contains(SqlIdentifier.fold(table));
    }

    /**
     * Applies a row change.
     *
     * @return why it was left out, or {@code null} if it was applied
     */
    @Nullable
    Skipped apply(Change change, int index) throws SQLException, RefusedChangeException {
        TableRows table = find(change.table());
        if (table == null
                || table.definition().kind() != Kind.ORDINARY
                || !change.database().equals(Change.MAIN)) {
            return GoRows.isLocal(change) ? null : skip(change, index, table);
        }
        return table.apply(change, index);
    }

    /** Adds the keys by which a row change can meet others. */
    void addKeys(Change change, Footprint.Builder footprint) throws SQLException {
        TableRows table = find(change.table());
        if (table == null
                || table.definition().kind() != Kind.ORDINARY
                || !change.database().equals(Change.MAIN)) {
            return;
        }
        try {
            RowKeys keys = table.keys(change);
            if (keys != null) {
                keys.add(table.restored(change), footprint);
            }
        } catch (RefusedChangeException e) {
            footprint.addWholeTable(table.definition().name());
        }
    }

    private static Skipped skip(Change change, int index, @Nullable TableRows table) {
        String name = change.table();
        if (!change.database().equals(Change.MAIN)) {
            return new Skipped(index, name, Skipped.Cause.OTHER_SCHEMA, "schema " + change.database());
        }
        if (TableDefinition.isInternal(name)) {
            return new Skipped(index, name, Skipped.Cause.INTERNAL_TABLE, "table " + name + " is never replicated");
        }
        if (table == null) {
            return new Skipped(index, name, Skipped.Cause.NO_TABLE, "no such table: " + name);
        }
        return new Skipped(
                index, name, Skipped.Cause.VIRTUAL_TABLE, "rows of " + name + " are written by statements only");
    }

    private void read() throws SQLException {
        silence.removeAll();
        Set<String> virtual = new HashSet<>();
        for (TableDefinition table : TableDefinition.readAll(context.connection())) {
            TableRows rows = new TableRows(context, table, silence, recorder);
            byName.put(table.name(), rows);
            byFoldedName.put(SqlIdentifier.fold(table.name()), rows);
            everRead.add(SqlIdentifier.fold(table.name()));
            if (table.kind() == Kind.VIRTUAL) {
                virtual.add(SqlIdentifier.fold(table.name()));
            }
        }
        silence.knowVirtualTables(virtual);
        readVersion = schemaVersion();
        read = true;
    }

    /** Whether the schema in the file is another one than was read. */
    boolean isStale() throws SQLException {
        return read && readVersion != schemaVersion();
    }

    /** The schema was changed by this package itself, in a way that leaves what was read right. */
    void adoptVersion() throws SQLException {
        if (read) {
            readVersion = schemaVersion();
        }
    }

    private long schemaVersion() throws SQLException {
        try (ResultSet rows = version.get().executeQuery()) {
            return rows.next() ? rows.getLong(1) : -1;
        }
    }

    /** Changes whenever what was read is forgotten. */
    long generation() {
        return generation;
    }

    /** Forgets everything and closes all statements. */
    void clear() throws SQLException {
        read = false;
        generation++;
        try {
            for (TableRows table : byName.values()) {
                table.close();
            }
        } finally {
            byName.clear();
            byFoldedName.clear();
        }
    }

    /** Closes all statements for good. */
    void close() throws SQLException {
        clear();
        version.close();
    }
}
