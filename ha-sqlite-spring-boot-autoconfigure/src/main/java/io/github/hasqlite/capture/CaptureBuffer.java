package io.github.hasqlite.capture;

import io.github.hasqlite.Change;
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

    /** One of the changes. */
    Change get(int index) {
        return changes.get(index);
    }

    /** Puts a change in front of the one at this place. */
    void insert(int index, Change change) {
        changes.add(index, change);
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
     * A change by which one can tell whether what was added since the mark is in the database: the
     * insertion of a row that was not there before, or the deletion of one that was.
     *
     * @return {@code null} if all of it came to nothing
     */
    public @Nullable Change visible(int mark) {
        return StatementEffect.visible(changes.subList(mark, changes.size()));
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
