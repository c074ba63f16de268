package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.apply.Outcome.Skipped;
import io.github.hasqlite.core.apply.RowLayout.UnknownColumnException;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One local table, as long as its definition stays what it is: who writes its rows. */
final class TableRows {

    /** Hidden column kinds of {@code PRAGMA table_xinfo}: 2 is a virtual, 3 a stored generated column. */
    private static final int FIRST_GENERATED = 2;
    /** Messages choose the column lists; this bounds what they can make this node keep. */
    private static final int COLUMN_LISTS_KEPT = 32;

    /**
     * What is known for one list of columns.
     *
     * @param columns as messages name them
     * @param writer {@code null} if the table lacks one of them
     * @param keys by which rows with these columns meet; {@code null} if the table lacks one
     * @param missing the column it lacks
     */
    private record ForColumns(
            List<String> columns,
            @Nullable RowWriter writer,
            @Nullable RowKeys keys,
            String missing) {}

    private final ApplyContext context;
    private final TableDefinition definition;
    private final TriggerSilence silence;
    private final RowImages recorder;
    private final Map<List<String>, ForColumns> known = new HashMap<>();
    private @Nullable ForColumns last;
    private @Nullable Map<String, String> columns;
    private Set<String> generated = Set.of();
    private @Nullable UniqueIndexes unique;
    private @Nullable TableTriggers triggers;
    private @Nullable GoRows goRows;
    private @Nullable Boolean replacing;
    private long silentIn = -1;

    TableRows(ApplyContext context, TableDefinition definition, TriggerSilence silence, RowImages recorder) {
        this.context = context;
        this.definition = definition;
        this.silence = silence;
        this.recorder = recorder;
    }

    TableDefinition definition() {
        return definition;
    }

    /**
     * Applies a row change.
     *
     * @return why it was left out, or {@code null} if it was applied
     */
    @Nullable
    Skipped apply(Change received, int index) throws SQLException, RefusedChangeException {
        Change change = restored(received);
        ForColumns forColumns = forColumnsOf(change);
        RowWriter writer = forColumns.writer;
        if (writer == null) {
            return new Skipped(
                    index,
                    definition.name(),
                    Skipped.Cause.NO_COLUMN,
                    "table " + definition.name() + " has no column " + forColumns.missing);
        }
        silenceTriggers();
        int mark = recorder.mark();
        context.overwritten().at(index);
        context.author().at(index);
        int overwrittenMark = context.overwritten().mark();
        try {
            write(change, writer);
        } catch (SQLException e) {
            recorder.cutTo(mark);
            context.overwritten().cutTo(overwrittenMark);
            if (SqlFailure.scope(e) != Outcome.Scope.EVERYWHERE || !silence.suspendAll(ownTriggers())) {
                throw e;
            }
            // one of the triggers, which do not run here, cannot be compiled
            write(change, writer);
        }
        return null;
    }

    /** The keys by which a row change can meet others, or {@code null} if it has no effect here. */
    @Nullable
    RowKeys keys(Change change) throws SQLException, RefusedChangeException {
        return forColumnsOf(change).keys;
    }

    /** The change as keys and conflicts are found by it. */
    Change restored(Change change) throws SQLException {
        return GoRows.isOne(change) ? goRows().restored(change) : change;
    }

    private GoRows goRows() throws SQLException {
        GoRows known = goRows;
        if (known == null) {
            known = GoRows.of(context.connection(), definition.name());
            goRows = known;
        }
        return known;
    }

    private ForColumns forColumnsOf(Change change) throws SQLException, RefusedChangeException {
        ForColumns forColumns = last;
        if (forColumns == null || !forColumns.columns.equals(change.columns())) {
            forColumns = forColumns(change.columns());
            last = forColumns;
        }
        return forColumns;
    }

    private static void write(Change change, RowWriter writer) throws SQLException, RefusedChangeException {
        int width = change.columns().size();
        switch (change.operation()) {
            case INSERT -> {
                requireRow(change.newValues(), width, "new");
                writer.insert(change);
            }
            case UPDATE -> {
                requireRow(change.oldValues(), width, "old");
                requireRow(change.newValues(), width, "new");
                writer.update(change);
            }
            case DELETE -> {
                requireRow(change.oldValues(), width, "old");
                writer.delete(change);
            }
            case SQL -> throw new IllegalArgumentException("a command is no row change");
        }
    }

    private static void requireRow(List<@Nullable Object> row, int width, String which) throws RefusedChangeException {
        if (row.size() != width) {
            throw new RefusedChangeException(row.size() + " " + which + " values for " + width + " columns");
        }
    }

    private void silenceTriggers() throws SQLException {
        if (silentIn == silence.epoch()) {
            return;
        }
        silence.suspend(ownTriggers());
        silentIn = silence.epoch();
    }

    private TableTriggers ownTriggers() throws SQLException {
        TableTriggers own = triggers;
        if (own == null) {
            own = silence.silence(definition.name());
            triggers = own;
        }
        return own;
    }

    private ForColumns forColumns(List<String> names) throws SQLException, RefusedChangeException {
        ForColumns found = known.get(names);
        if (found == null) {
            if (known.size() >= COLUMN_LISTS_KEPT) {
                close();
            }
            found = read(List.copyOf(names));
            known.put(found.columns, found);
        }
        return found;
    }

    private ForColumns read(List<String> names) throws SQLException, RefusedChangeException {
        try {
            RowLayout layout = RowLayout.of(definition, columns(), generated, names);
            MissingDefaults missing =
                    MissingDefaults.of(context.connection(), definition, layout.columns(), layout.width() + 2);
            RowWriter writer =
                    new RowWriter(context, layout, uniqueKeys(), missing, this::wholeWriter, this::triggersReplace);
            return new ForColumns(names, writer, new RowKeys(uniqueKeys(), layout, context.identify()), "");
        } catch (UnknownColumnException e) {
            return new ForColumns(names, null, null, String.valueOf(e.getMessage()));
        }
    }

    /** Once the triggers are silent, as they are when a row is written. */
    private boolean triggersReplace() {
        TableTriggers own = triggers;
        if (own == null) {
            return false;
        }
        Boolean known = replacing;
        if (known == null) {
            known = own.replaceVirtual();
            replacing = known;
        }
        return known;
    }

    /** Writes rows with all columns. */
    private RowWriter wholeWriter() throws SQLException, RefusedChangeException {
        return Objects.requireNonNull(forColumns(definition.columns()).writer);
    }

    private UniqueIndexes uniqueKeys() throws SQLException {
        UniqueIndexes read = unique;
        if (read == null) {
            read = UniqueIndexes.read(context.connection(), definition);
            unique = read;
        }
        return read;
    }

    private Map<String, String> columns() throws SQLException {
        Map<String, String> read = columns;
        if (read != null) {
            return read;
        }
        read = new HashMap<>();
        Set<String> computed = new HashSet<>();
        try (PreparedStatement statement =
                context.connection().prepareStatement("SELECT name, hidden FROM pragma_table_xinfo(?, 'main')")) {
            statement.setString(1, definition.name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    read.put(SqlIdentifier.fold(rows.getString(1)), rows.getString(1));
                    if (rows.getInt(2) >= FIRST_GENERATED) {
                        computed.add(rows.getString(1));
                    }
                }
            }
        }
        generated = computed;
        columns = read;
        return read;
    }

    void close() throws SQLException {
        last = null;
        for (ForColumns forColumns : known.values()) {
            if (forColumns.writer != null) {
                forColumns.writer.close();
            }
        }
        known.clear();
    }
}
