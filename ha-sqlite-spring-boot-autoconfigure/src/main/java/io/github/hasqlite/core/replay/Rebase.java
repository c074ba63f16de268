package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.LargeChanges;
import io.github.hasqlite.RawText;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.Footprint;
import io.github.hasqlite.core.apply.Outcome;
import io.github.hasqlite.core.outbox.OutboxTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes pending change sets out of the database and puts them back in (rule R5), inside the caller's
 * transaction. What a change set did when it was last put in is kept with it in the outbox, so that it
 * can be taken out exactly, also after a restart. Not thread-safe.
 */
final class Rebase {

    /** Rows of the outbox read at a time. */
    private static final int READ_AHEAD = 128;

    /** A change set without changes is no change set. */
    private static final byte[] NOTHING_DONE = {};

    /** About how many bytes of rows are in one piece of what undoes a large change set. */
    private static final long PIECE = 1 << 20;

    private static final int VALUE = 16;

    private final ChangeSetApplication application;
    private final OutboxTable outbox;
    private final ChangeSetSerializer serializer;
    private final ConflictTable conflicts;
    private final LargePending large = new LargePending();

    Rebase(
            ChangeSetApplication application,
            OutboxTable outbox,
            ChangeSetSerializer serializer,
            ConflictTable conflicts) {
        this.application = application;
        this.outbox = outbox;
        this.serializer = serializer;
        this.conflicts = conflicts;
    }

    /** What was read of the outbox may be another one now. */
    void forget() {
        large.forget();
    }

    /**
     * Takes all pending change sets out whose rows come after {@code id}, the newest first.
     *
     * @throws HaltException if one cannot be taken out: the database is not what it was left as
     */
    void undo(long id) throws SQLException, HaltException {
        long before = Long.MAX_VALUE;
        while (true) {
            List<OutboxTable.Row> rows = outbox.readBefore(before, READ_AHEAD);
            for (OutboxTable.Row row : rows) {
                if (row.pending().id() <= id) {
                    return;
                }
                before = row.pending().id();
                if (!row.pending().command()) {
                    undo(row);
                }
            }
            if (rows.isEmpty()) {
                return;
            }
        }
    }

    private void undo(OutboxTable.Row row) throws SQLException, HaltException {
        int pieces = row.undoPieces();
        if (row.large() != null && pieces == 0 && row.undo() == null) {
            ChangeSet changeSet = read(row);
            Set<String> tables = new HashSet<>();
            pieces = cut(row.pending().id(), changeSet, changeSet.changes(), tables);
            large.setTables(row.pending().id(), tables);
        }
        if (pieces > 0) {
            // what is taken back need not be recorded, and for so many rows it pays to say so
            application.recordNoMore();
        }
        for (int number = pieces - 1; number >= 0; number--) {
            undo(row, read(outbox.undo(row.pending().id(), number)));
        }
        byte[] message = row.undo() == null ? row.message() : row.undo();
        if (pieces == 0 && message.length > 0) {
            undo(row, read(message));
        }
    }

    private void undo(OutboxTable.Row row, ChangeSet done) throws SQLException, HaltException {
        Outcome outcome = application.takeBack(done.withChanges(inverse(done.changes())));
        if (!outcome.equals(Outcome.Applied.WHOLLY)) {
            throw new HaltException(
                    "change set " + row.pending().counter() + " of this node, which the stream has not confirmed yet,"
                            + " cannot be taken back to let an earlier one in: " + outcome,
                    null);
        }
    }

    /**
     * Keeps what a change set did in pieces, which can be read from the last to the first.
     *
     * @param tables where to add the tables that it touched
     */
    private int cut(long id, ChangeSet changeSet, List<Change> done, Set<String> tables) throws SQLException {
        int pieces = 0;
        long bytes = 0;
        List<Change> piece = new ArrayList<>();
        for (Change change : done) {
            if (bytes > PIECE) {
                outbox.addUndo(id, pieces++, serializer.serialize(changeSet.withChanges(piece)));
                piece.clear();
                bytes = 0;
            }
            piece.add(change);
            tables.add(change.table());
            bytes += sizeOf(change.oldValues()) + sizeOf(change.newValues());
        }
        outbox.addUndo(id, pieces++, serializer.serialize(changeSet.withChanges(piece)));
        return pieces;
    }

    private static long sizeOf(List<@Nullable Object> values) {
        long size = VALUE;
        for (Object value : values) {
            size += value instanceof String text
                    ? VALUE + 2L * text.length()
                    : value instanceof byte[] blob
                            ? VALUE + blob.length
                            : value instanceof RawText raw ? VALUE + raw.bytes().length : VALUE;
        }
        return size;
    }

    /** Puts all pending change sets in whose rows come after {@code id}, the oldest first. */
    void redo(long id) throws SQLException, HaltException {
        application.record();
        long after = id;
        while (true) {
            List<OutboxTable.Row> rows = outbox.read(after, READ_AHEAD);
            for (OutboxTable.Row row : rows) {
                after = row.pending().id();
                if (!row.pending().command()) {
                    redo(row);
                }
            }
            if (rows.isEmpty()) {
                return;
            }
        }
    }

    private void redo(OutboxTable.Row row) throws SQLException, HaltException {
        ChangeSet changeSet = read(row);
        List<Change> done = application.applyRecorded(changeSet);
        try {
            conflicts.recordProvisional(changeSet, application.overwritten());
            if (done instanceof LargeChanges) {
                Set<String> tables = new HashSet<>();
                cut(row.pending().id(), changeSet, done, tables);
                large.addTables(row.pending().id(), tables);
            } else {
                outbox.setUndo(
                        row.pending().id(),
                        done.isEmpty() ? NOTHING_DONE : serializer.serialize(changeSet.withChanges(done)));
            }
        } finally {
            application.release(done);
        }
    }

    /** Adds what the pending change sets after {@code id} meet others by. */
    void addFootprints(long id, Footprints footprints) throws SQLException, HaltException {
        long after = id;
        while (true) {
            List<OutboxTable.Row> rows = outbox.read(after, READ_AHEAD);
            for (OutboxTable.Row row : rows) {
                after = row.pending().id();
                if (!row.pending().command()) {
                    footprints.add(after, footprint(row));
                }
            }
            if (rows.isEmpty()) {
                return;
            }
        }
    }

    private Footprint footprint(OutboxTable.Row row) throws SQLException, HaltException {
        ChangeSet changeSet = read(row);
        if (row.large() != null || row.undoPieces() > 0) {
            Footprint.Builder footprint = new Footprint.Builder();
            tables(row, changeSet).forEach(footprint::addWholeTable);
            return footprint.build();
        }
        byte[] undo = row.undo();
        if (undo == null) {
            return application.footprint(changeSet);
        }
        return application.footprint(
                changeSet, undo.length == 0 ? List.of() : read(undo).changes());
    }

    private Set<String> tables(OutboxTable.Row row, ChangeSet changeSet) throws SQLException, HaltException {
        long id = row.pending().id();
        Set<String> tables = large.tables(id);
        if (tables == null) {
            tables = LargePending.tablesOf(changeSet.changes());
            for (int number = 0; number < row.undoPieces(); number++) {
                tables.addAll(
                        LargePending.tablesOf(read(outbox.undo(id, number)).changes()));
            }
            large.setTables(id, tables);
        }
        return tables;
    }

    /** What a row of the outbox holds. */
    ChangeSet read(OutboxTable.Row row) throws SQLException, HaltException {
        ChangeSet known =
                row.large() == null ? null : large.changeSet(row.pending().id());
        if (known != null) {
            return known;
        }
        try {
            ChangeSet changeSet = row.changeSet(serializer);
            if (row.large() != null) {
                large.add(row.pending().id(), changeSet);
            }
            return changeSet;
        } catch (ChangeSetFormatException e) {
            throw new HaltException("the outbox holds what is no change set: " + e.getMessage(), e);
        }
    }

    private ChangeSet read(byte[] message) throws HaltException {
        try {
            return serializer.deserialize(message);
        } catch (ChangeSetFormatException e) {
            throw new HaltException("the outbox holds what is no change set: " + e.getMessage(), e);
        }
    }

    private static List<Change> inverse(List<Change> changes) {
        List<Change> inverse = new ArrayList<>(changes.size());
        for (Change change : changes) {
            inverse.add(inverse(change));
        }
        Collections.reverse(inverse);
        return inverse;
    }

    private static Change inverse(Change change) {
        return switch (change.operation()) {
            case INSERT ->
                Change.delete(
                        change.table(), change.columns(), change.pkColumns(), change.newRowid(), change.newValues());
            case DELETE ->
                Change.insert(
                        change.table(), change.columns(), change.pkColumns(), change.oldRowid(), change.oldValues());
            case UPDATE ->
                Change.update(
                        change.table(),
                        change.columns(),
                        change.pkColumns(),
                        change.newRowid(),
                        change.oldRowid(),
                        change.newValues(),
                        change.oldValues());
            case SQL -> throw new IllegalArgumentException("a command has no inverse");
        };
    }
}
