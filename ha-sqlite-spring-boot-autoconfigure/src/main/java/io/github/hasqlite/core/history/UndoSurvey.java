package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Operation;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.UndoPlan;
import io.github.hasqlite.UntypedValues;
import io.github.hasqlite.core.replay.ReplacedRow;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Goes through change sets to find out which rows something that is to be taken back has changed, and whether it can be
 * taken back at all. Not thread-safe.
 */
final class UndoSurvey implements HistoryReader.Visitor {

    private final UndoSelection selection;
    private final RowIdentify identify;
    private final Map<Long, List<ReplacedRow>> replaced;
    private final int maxRows;
    private final Set<RowKey> rows = new HashSet<>();
    private final List<Long> transactions = new ArrayList<>();
    private long base = Long.MAX_VALUE;

    /**
     * Finds out nothing yet.
     *
     * @param replaced what had to give way, by the place of what it gave way to
     * @param maxRows of more rows nothing is taken back at once
     */
    UndoSurvey(UndoSelection selection, RowIdentify identify, Map<Long, List<ReplacedRow>> replaced, int maxRows) {
        this.selection = selection;
        this.identify = identify;
        this.replaced = replaced;
        this.maxRows = maxRows;
    }

    @Override
    public void take(ChangeSet changeSet, StreamMessage message) throws SQLException {
        selection.begin(changeSet);
        boolean any = false;
        int index = changeSet.changesBefore();
        for (Change change : changeSet.changes()) {
            boolean taken = selection.takes(change);
            if (change.operation() == Operation.SQL) {
                refuseStatement(change, taken, changeSet);
            } else if (taken) {
                requireTyped(change, changeSet);
                add(RowKey.before(change, identify));
                add(RowKey.after(change, identify));
                addReplaced(changeSet.streamSequence(), index);
            }
            any |= taken;
            index++;
        }
        if (any) {
            // older messages of Go nodes do not say what their authors had seen
            base = Math.min(base, changeSet.publisher().isEmpty() ? 0 : changeSet.baseSequence());
            if (transactions.size() < UndoPlan.MAX_TRANSACTIONS) {
                transactions.add(changeSet.streamSequence());
            }
        }
    }

    @Override
    public void restored(StreamMessage message) throws SQLException {
        throw refused(
                "a database was restored for all nodes at " + message.sequence()
                        + ", and nothing from before that can be taken back",
                message.sequence());
    }

    private static void refuseStatement(Change change, boolean taken, ChangeSet changeSet) throws SQLException {
        ParsedSql sql = ParsedSql.first(String.valueOf(change.command()));
        if (sql.kind().isSchema()) {
            throw refused(
                    "transaction " + changeSet.streamSequence() + " changes the schema (" + shortened(sql.text())
                            + "), and nothing from before that can be taken back",
                    changeSet.streamSequence());
        }
        if (taken) {
            throw refused(
                    "transaction " + changeSet.streamSequence() + " has written to a virtual table by a statement ("
                            + shortened(sql.text()) + "), of which no earlier rows are known",
                    changeSet.streamSequence());
        }
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 80 ? line : line.substring(0, 79) + "…";
    }

    private static SQLException refused(String why, long position) {
        return new SQLException(
                why + ". Make a copy of the database as it was (DatabaseBackup.copyAsOf(" + (position - 1)
                        + ", file)) and take from it what is needed",
                SqlStates.NOT_IN_PREREQUISITE_STATE);
    }

    private static void requireTyped(Change change, ChangeSet changeSet) throws SQLException {
        if (change.oldValues() instanceof UntypedValues || change.newValues() instanceof UntypedValues) {
            throw refused(
                    "transaction " + changeSet.streamSequence() + " is of a Go node (" + changeSet.node()
                            + "), whose messages do not say exactly what a row was",
                    changeSet.streamSequence());
        }
    }

    private void addReplaced(long sequence, int index) throws SQLException {
        for (ReplacedRow row : replaced.getOrDefault(sequence, List.of())) {
            if (row.change() == index) {
                add(RowKey.before(row.row(), identify));
            }
        }
    }

    private void add(@Nullable RowKey key) throws SQLException {
        if (key != null && rows.add(key) && rows.size() > maxRows) {
            throw new SQLException(
                    "more than " + maxRows + " rows would have to be taken back at once (ha.sqlite.history.max-rows)."
                            + " Allow more, if there is memory for it, or make a copy of the database as it was"
                            + " (DatabaseBackup.copyAsOf)",
                    SqlStates.LIMIT_EXCEEDED);
        }
    }

    /** The rows of which something is taken back. */
    Set<RowKey> rows() {
        return rows;
    }

    /** The places of the change sets of which something is taken back, at most {@link UndoPlan#MAX_TRANSACTIONS}. */
    List<Long> transactions() {
        return transactions;
    }

    /** The number of the first transaction at its place; 0 if it has that for itself. */
    int firstNumber() {
        return selection.firstNumber();
    }

    /** The place of the first transaction; 0 if there is none. */
    long first() {
        return selection.first();
    }

    /** Up to which place all authors had seen everything. */
    long base() {
        return base;
    }
}
