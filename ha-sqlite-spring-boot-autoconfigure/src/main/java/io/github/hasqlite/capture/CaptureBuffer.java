package io.github.hasqlite.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changes of the transaction that is open on one connection, in order. SQLite does not undo
 * function calls, so whoever runs statements sets marks and cuts back to them when SQLite rolled
 * something back. Not thread-safe.
 */
public final class CaptureBuffer {

    private List<Change> changes = new ArrayList<>();
    private int statementStart;

    /** Adds a change at the end. */
    public void add(Change change) {
        changes.add(change);
    }

    /** Adds a row's change where it belongs among the changes of its statement. */
    void addChained(Change change) {
        RowHistory.add(changes, statementStart, change);
    }

    /** The next statement begins. */
    void statementBegins() {
        statementStart = changes.size();
    }

    /** The present length, to come back to. */
    public int mark() {
        return changes.size();
    }

    /** Forgets everything added since the mark was taken. */
    public void cutTo(int mark) {
        changes.subList(mark, changes.size()).clear();
    }

    /**
     * The newest change since the mark by which one can tell whether it is in the database.
     *
     * @return {@code null} if none of them changed anything
     */
    public @Nullable Change lastVisible(int mark) {
        for (int i = changes.size() - 1; i >= mark; i--) {
            Change change = changes.get(i);
            if (change.operation() != Operation.UPDATE
                    || !RowHistory.equalInSql(change.oldValues(), change.newValues())) {
                return change;
            }
        }
        return null;
    }

    /** Hands over all changes and starts anew. */
    public List<Change> drain() {
        List<Change> drained = changes;
        changes = new ArrayList<>();
        return drained;
    }

    /** Takes back what was drained, when the commit it was drained for did not happen. */
    public void restore(List<Change> drained) {
        changes = new ArrayList<>(drained);
    }
}
