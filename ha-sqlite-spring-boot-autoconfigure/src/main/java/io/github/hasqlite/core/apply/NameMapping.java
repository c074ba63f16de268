package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import io.github.hasqlite.core.sqlite.SchemaNote;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts row changes into the names that tables and columns have now, in place of those that their author
 * knew (rule R13).
 */
final class NameMapping {

    /** What was renamed and dropped since, by the folded name of the table, one map a schema change. */
    private final List<Map<String, SchemaNote.Renamed>> schemaChanges = new ArrayList<>();

    /**
     * Takes what was renamed.
     *
     * @param notes of the schema changes that the author had not seen, in their order
     */
    NameMapping(List<SchemaNote> notes) {
        for (SchemaNote note : notes) {
            Map<String, SchemaNote.Renamed> byTable = new HashMap<>();
            note.tables().forEach(renamed -> byTable.put(SqlIdentifier.fold(renamed.table()), renamed));
            schemaChanges.add(byTable);
        }
    }

    /**
     * A row change in the new names.
     *
     * @param change {@code null} if there is nothing left that it could be made to
     * @param complete whether everything that its author wanted is in {@code change}
     */
    record Renamed(@Nullable Change change, boolean complete) {}

    /** Renames what a row change is about. */
    Renamed of(Change change) {
        Renamed result = new Renamed(change, true);
        if (!change.database().equals(Change.MAIN)) {
            return result;
        }
        for (Map<String, SchemaNote.Renamed> schemaChange : schemaChanges) {
            Change current = result.change;
            if (current == null) {
                break;
            }
            SchemaNote.Renamed renamed = schemaChange.get(SqlIdentifier.fold(current.table()));
            if (renamed != null) {
                Renamed next = apply(renamed, current);
                result = new Renamed(next.change, result.complete && next.complete);
            }
        }
        return result;
    }

    private static Renamed apply(SchemaNote.Renamed renamed, Change change) {
        String table = renamed.becomes();
        if (table == null) {
            return new Renamed(null, false);
        }
        Map<String, @Nullable String> byColumn = new HashMap<>();
        renamed.columns().forEach((column, now) -> byColumn.put(SqlIdentifier.fold(column), now));
        List<String> columns = new ArrayList<>();
        List<Integer> kept = new ArrayList<>();
        boolean complete = true;
        for (int i = 0; i < change.columns().size(); i++) {
            String column = change.columns().get(i);
            String folded = SqlIdentifier.fold(column);
            String now = byColumn.containsKey(folded) ? byColumn.get(folded) : column;
            if (now == null) {
                complete &= !wantsSomethingOf(change, i);
            } else {
                columns.add(now);
                kept.add(i);
            }
        }
        if (columns.isEmpty()) {
            return new Renamed(null, change.operation() == Operation.DELETE);
        }
        List<String> key = new ArrayList<>();
        for (String column : change.pkColumns()) {
            String folded = SqlIdentifier.fold(column);
            String now = byColumn.containsKey(folded) ? byColumn.get(folded) : column;
            if (now != null) {
                key.add(now);
            }
        }
        Change now = new Change(
                change.operation(),
                change.database(),
                table,
                columns,
                key,
                change.oldRowid(),
                change.newRowid(),
                only(change.oldValues(), kept),
                only(change.newValues(), kept),
                null,
                List.of());
        return new Renamed(now, complete);
    }

    /** Whether the author gave the column something that would be lost without it. */
    private static boolean wantsSomethingOf(Change change, int column) {
        return switch (change.operation()) {
            case INSERT -> value(change.newValues(), column) != null;
            case UPDATE -> !Objects.deepEquals(value(change.oldValues(), column), value(change.newValues(), column));
            case DELETE, SQL -> false;
        };
    }

    private static @Nullable Object value(List<@Nullable Object> row, int column) {
        return column < row.size() ? row.get(column) : null;
    }

    private static List<@Nullable Object> only(List<@Nullable Object> row, List<Integer> kept) {
        List<@Nullable Object> values = new ArrayList<>(kept.size());
        for (int column : kept) {
            if (column < row.size()) {
                values.add(row.get(column));
            }
        }
        return values;
    }
}
