package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Operation;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.UndoRequest.Scope;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says which changes are to be taken back, going through change sets in the order of the stream. A row that gets another
 * key is followed. Not thread-safe; each going through needs one of its own.
 */
final class UndoSelection {

    private final Scope scope;
    private final long from;
    private final int number;
    private final RowIdentify identify;
    private final Set<RowKey> rows = new HashSet<>();
    private final Set<RowKey> along;
    private long first;
    private int firstNumber;
    private boolean before;
    private boolean whole;

    /**
     * Selects from a transaction on.
     *
     * @param from its place
     * @param number its number among those that share the place; 0 for the first of them
     * @param along rows of which all changes are taken back, too
     */
    UndoSelection(Scope scope, long from, int number, Set<RowKey> along, RowIdentify identify) {
        this.scope = scope;
        this.from = from;
        this.number = number;
        this.identify = identify;
        this.along = new HashSet<>(along);
    }

    /** The place of the first transaction from where it selects; 0 if there was none yet. */
    long first() {
        return first;
    }

    /** Its number among those that share the place; 0 if it has that for itself. */
    int firstNumber() {
        return firstNumber;
    }

    /** A transaction is gone through next. */
    void begin(ChangeSet changeSet) {
        long current = changeSet.streamSequence();
        before = current < from || (current == from && changeSet.number() < number);
        if (before) {
            whole = false;
            return;
        }
        boolean isFirst = first == 0;
        if (isFirst) {
            first = current;
            firstNumber = changeSet.number();
            if (scope == Scope.ROWS || scope == Scope.TRANSACTIONS) {
                changeSet.changes().forEach(change -> remember(rows, change));
            }
        }
        whole = isFirst || scope == Scope.EVERYTHING || (scope == Scope.TRANSACTIONS && touches(changeSet));
    }

    /** Whether all of the change set is taken back. */
    boolean takesAll() {
        return whole;
    }

    /** Whether a change of it is taken back. */
    boolean takes(Change change) {
        if (before) {
            return false;
        }
        // both are looked at, because both follow rows
        boolean ofRow = scope == Scope.ROWS && follows(rows, change);
        return follows(along, change) || ofRow || whole;
    }

    private boolean touches(ChangeSet changeSet) {
        boolean any = false;
        for (Change change : changeSet.changes()) {
            any |= follows(rows, change);
        }
        return any;
    }

    private boolean follows(Set<RowKey> of, Change change) {
        if (of.isEmpty() || change.operation() == Operation.SQL) {
            return false;
        }
        if (isAmong(of, RowKey.before(change, identify)) || isAmong(of, RowKey.after(change, identify))) {
            remember(of, change);
            return true;
        }
        return false;
    }

    private static boolean isAmong(Set<RowKey> of, @Nullable RowKey key) {
        return key != null && of.contains(key);
    }

    private void remember(Set<RowKey> of, Change change) {
        add(of, RowKey.before(change, identify));
        add(of, RowKey.after(change, identify));
    }

    private static void add(Set<RowKey> of, @Nullable RowKey key) {
        if (key != null) {
            of.add(key);
        }
    }
}
