package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.Conflict.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what changes overwrite that their author had not seen. Not thread-safe. */
public final class Overwritten {

    /**
     * One row that lost.
     *
     * @param change index of the change that won
     * @param losing the row as it was, as a deletion; {@code null} if there is none or it is not known; for
     *     {@link Kind#SCHEMA_CHANGE} the change as its author made it
     */
    public record Row(
            int change, Kind kind, String table, @Nullable Change losing) {}

    private List<Row> rows = new ArrayList<>();
    private int change;
    private boolean on = true;

    /** Says whether to collect: what is only put back is no conflict. */
    void collect(boolean wanted) {
        on = wanted;
    }

    boolean collects() {
        return on;
    }

    /** Says which change of its change set is about to be applied. */
    void at(int index) {
        change = index;
    }

    void add(Kind kind, String table, @Nullable Change losing) {
        if (on) {
            rows.add(new Row(change, kind, table, losing));
        }
    }

    /**
     * What a change wanted could not take effect, or not all of it, because the schema is another one than its
     * author knew.
     */
    void wanted(int index, Change change) {
        if (on) {
            rows.add(new Row(index, Kind.SCHEMA_CHANGE, change.table(), change));
        }
    }

    int mark() {
        return rows.size();
    }

    /** What was collected since the mark did not happen after all. */
    void cutTo(int mark) {
        rows.subList(mark, rows.size()).clear();
    }

    /** Hands over what was collected and starts anew. */
    List<Row> drain() {
        List<Row> drained = rows;
        if (!drained.isEmpty()) {
            rows = new ArrayList<>();
        }
        return drained;
    }
}
