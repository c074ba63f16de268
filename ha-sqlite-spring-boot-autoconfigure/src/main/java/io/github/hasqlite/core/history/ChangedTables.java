package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import java.util.HashMap;
import java.util.Map;

/** Counts the changes of a change set, table by table. Not thread-safe. */
final class ChangedTables {

    private final Map<String, Long> rows = new HashMap<>();

    void add(Change change) {
        if (change.operation() != Operation.SQL) {
            rows.merge(change.table(), 1L, Long::sum);
        }
    }

    Map<String, Long> rows() {
        return rows;
    }
}
