package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows that REPLACE removes, which fire no DELETE trigger unless the application's fire,
 * too. Before a row is written, triggers report which rows are in its way. Whether they were removed
 * is known when the row has been written: then a row that is gone, and that no captured change
 * accounts for, was replaced. Its deletion is put among the captured changes right behind the last
 * one that concerns it, because from there on nothing can have needed its presence.
 *
 * <p>Not thread-safe. What it knows is good for one statement of the application.
 */
final class ReplacedRows {

    /**
     * Writes within writes whose beginnings are kept. The oldest are forgotten, because a write that
     * ends without a row, as with OR IGNORE, does not say so.
     */
    private static final int MAX_WRITES = 64;

    private final CaptureBuffer buffer;
    private final StoredRows stored;
    private final Keeper keeper;
    private final List<Write> writes = new ArrayList<>();

    /** Whether a row of a table must not be replaced by another, which has its rowid or not. */
    interface Keeper {
        boolean mustKeep(String table, boolean sameRowid);
    }

    ReplacedRows(CaptureBuffer buffer, StoredRows stored, Keeper keeper) {
        this.keeper = keeper;
        this.buffer = buffer;
        this.stored = stored;
    }

    /**
     * A row that is being written.
     *
     * @param image the new row of an INSERT, the old row of an UPDATE
     * @param mark how much was captured when it began
     * @param inTheWay the rows that were in its way then, each as the deletion that it may turn out to be
     */
    private record Write(
            CapturedTable table,
            RowOperation operation,
            @Nullable Long rowid,
            List<@Nullable Object> image,
            int mark,
            List<Change> inTheWay) {

        static Write of(CapturedTable table, RowOperation operation, Change row, int mark) {
            return new Write(table, operation, row.oldRowid(), row.oldValues(), mark, new ArrayList<>());
        }

        boolean isSame(Write other) {
            return table.equals(other.table)
                    && operation == other.operation
                    && mark == other.mark
                    && Objects.equals(rowid, other.rowid)
                    && RowHistory.sameImage(image, other.image);
        }

        /** Whether it ended with this change. */
        boolean endsWith(CapturedTable changed, RowOperation how, Change change) {
            if (!table.equals(changed) || operation != how) {
                return false;
            }
            if (how == RowOperation.UPDATE) {
                return Objects.equals(rowid, change.oldRowid()) && RowHistory.sameImage(image, change.oldValues());
            }
            // the rowid is not known, and NOT NULL with REPLACE not applied, before the row is written
            for (int i = 0; i < image.size(); i++) {
                if (i != table.aliasIndex()
                        && image.get(i) != null
                        && !RowHistory.equalInSql(
                                image.get(i), change.newValues().get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** A statement of the application begins. */
    void clear() {
        writes.clear();
    }

    /** A row is about to be written. */
    void begun(CapturedTable table, RowOperation operation, Change row) {
        begin(Write.of(table, operation, row, buffer.mark()));
    }

    /** A row is about to be written, and another one is in its way. */
    void conflict(CapturedTable table, RowOperation operation, Change row, Change inTheWay) {
        Write write = Write.of(table, operation, row, buffer.mark());
        if (!writes.isEmpty() && writes.get(writes.size() - 1).isSame(write)) {
            write = writes.get(writes.size() - 1);
        } else {
            begin(write);
        }
        write.inTheWay.add(inTheWay);
    }

    private void begin(Write write) {
        if (writes.size() == MAX_WRITES) {
            writes.remove(0);
        }
        writes.add(write);
    }

    /** A row has been written; its change is about to be added to the buffer. */
    void written(CapturedTable table, RowOperation operation, Change change) throws SQLException {
        int last = writes.size() - 1;
        while (last >= 0 && !writes.get(last).endsWith(table, operation, change)) {
            last--;
        }
        if (last < 0) {
            return;
        }
        // which of several that look the same it is cannot be told: one may have ended without a row
        for (int i = last; i >= 0 && writes.get(i).endsWith(table, operation, change); i--) {
            settle(writes.get(i), change);
        }
        writes.subList(last, writes.size()).clear();
    }

    /** The statement failed, and what it did stays: rows may have been removed for one that was not written. */
    void failed() throws SQLException {
        for (Write write : writes) {
            settle(write, null);
        }
        writes.clear();
    }

    private void settle(Write write, @Nullable Change by) throws SQLException {
        for (Change row : write.inTheWay) {
            settle(write.table, row, write.mark, by);
        }
        // what triggers wrote after the rows in the way were looked for
        Change row = by;
        for (int i = write.mark; i < buffer.mark(); i++) {
            Change change = buffer.get(i);
            if (change.operation() == Operation.DELETE || !change.table().equals(write.table.name())) {
                continue;
            }
            if (row != null && follows(change, row)) {
                row = change;
            } else {
                settle(write.table, deletion(change), i + 1, by);
            }
        }
    }

    /** Whether a foreign-key action changed the row once more: that is captured before the change itself. */
    private static boolean follows(Change action, Change change) {
        return action.operation() == Operation.UPDATE
                && change.operation() == Operation.UPDATE
                && RowSlot.before(action).isSame(RowSlot.after(change))
                && RowHistory.sameImage(action.oldValues(), change.newValues());
    }

    /**
     * Adds the deletion of a row if it was removed unseen.
     *
     * @param row the row's deletion
     * @param from the first change that may concern the row
     * @param by the change that is not in the buffer yet
     */
    private void settle(CapturedTable table, Change row, int from, @Nullable Change by) throws SQLException {
        Change deletion = row;
        RowSlot slot = RowSlot.before(row);
        int place = from;
        for (int i = from; i < buffer.mark(); i++) {
            Change change = buffer.get(i);
            if (!change.table().equals(table.name())) {
                continue;
            }
            if (leaves(change, slot) && RowHistory.sameImage(change.oldValues(), deletion.oldValues())) {
                if (change.operation() == Operation.DELETE) {
                    return;
                }
                deletion = deletion(change);
                slot = RowSlot.after(change);
                place = i + 1;
            } else if (leaves(change, slot) || takes(change, slot)) {
                // another row is there
                requireNotKept(deletion, by);
                buffer.insert(place, deletion);
                return;
            }
        }
        if (by != null && leaves(by, slot)) {
            return;
        }
        if ((by != null && takes(by, slot)) || !stored.contains(table, slot)) {
            requireNotKept(deletion, by);
            buffer.insert(place, deletion);
        }
    }

    /** Before what replaces the row is written; what fails then undoes the whole statement. */
    private void requireNotKept(Change deletion, @Nullable Change by) throws SQLException {
        boolean sameRowid =
                by != null && deletion.oldRowid() != null && Objects.equals(deletion.oldRowid(), by.newRowid());
        if (by != null && keeper.mustKeep(deletion.table(), sameRowid)) {
            throw new SQLException("REPLACE would remove a row of " + deletion.table() + " without running its DELETE"
                    + " triggers, which keep a virtual table: its index would differ between nodes; use INSERT … ON"
                    + " CONFLICT DO UPDATE, or delete the row first");
        }
    }

    private static boolean leaves(Change change, RowSlot slot) {
        return change.operation() != Operation.INSERT && RowSlot.before(change).isSame(slot);
    }

    private static boolean takes(Change change, RowSlot slot) {
        return change.operation() != Operation.DELETE && RowSlot.after(change).isSame(slot);
    }

    /** The deletion of the row that the change has written. */
    private static Change deletion(Change change) {
        return Change.delete(
                change.table(), change.columns(), change.pkColumns(), change.newRowid(), change.newValues());
    }
}
